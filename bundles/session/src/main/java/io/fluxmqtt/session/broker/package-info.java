/**
 * The session manager: sessions, QoS flows, routing, wills, retained messages, expiry.
 *
 * <p>A session is single-threaded state that belongs to one event loop at a time, its owner: the
 * loop of its Network Connection, or the house loop while it has none. Everybody else puts mail
 * into its {@link io.fluxmqtt.session.broker.Mailbox}. A {@link io.fluxmqtt.session.broker.Worker}
 * is what this package keeps for each loop.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.session.broker;
