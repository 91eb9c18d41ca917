/** Application Messages and the words of MQTT 5.0 as immutable values. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.0.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.message;
