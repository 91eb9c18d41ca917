/**
 * Who gets a message: the tree of Subscriptions and the groups of Shared Subscriptions. Plain
 * collections for many threads; they know nothing of sessions or packets.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session.routing;
