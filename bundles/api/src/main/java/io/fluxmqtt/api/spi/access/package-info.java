/** What may a client do: the contract of an authorizer bundle. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.spi.access;
