/** What happens in the broker, for whoever wants to know. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.events;
