/**
 * Who gets a message: the tree of Subscriptions, the groups of Shared Subscriptions and the
 * Retained Messages. Plain collections for many threads; they know nothing of sessions or packets.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session.routing;
