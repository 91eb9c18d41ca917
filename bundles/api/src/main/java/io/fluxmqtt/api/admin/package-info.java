/** See and steer: what shell, console, health and metrics share. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("2.2.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.admin;
