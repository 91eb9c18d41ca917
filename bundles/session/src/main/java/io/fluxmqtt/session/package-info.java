/**
 * What a transport needs of the session manager: packets as plain values, and the two callbacks.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session;
