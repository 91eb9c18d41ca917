/** The durable engine in pure Java: all data in one file of H2's MVStore. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store.mvstore;
