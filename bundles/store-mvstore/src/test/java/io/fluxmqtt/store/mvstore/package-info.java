/** Tests of the engine: what every durable one must do, and what is this one's own. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store.mvstore;
