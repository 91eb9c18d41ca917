/**
 * Reads a component's configuration with errors that an operator can act on, and finds and makes
 * the folders of the data.
 */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("1.2.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.config;
