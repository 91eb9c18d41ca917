/** The volatile engine: all data on the heap. */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store.memory;
