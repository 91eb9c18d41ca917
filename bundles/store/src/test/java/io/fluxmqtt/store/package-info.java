/** Tests of the store, on an engine that can fail. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store;
