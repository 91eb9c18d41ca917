/**
 * Session state and Retained Messages on an ordered key-value engine. {@link
 * io.fluxmqtt.store.Keys} says where a record stands, {@link io.fluxmqtt.store.Records} how it
 * reads, {@link io.fluxmqtt.store.Committer} when it is written.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.store;
