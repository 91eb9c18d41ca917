/** Tests of the store, and {@link io.fluxmqtt.store.KvEngineContract} for every engine. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store;
