/** What survives a connection: the contracts of the store and of its engines. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("2.1.0")
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.api.spi.store;
