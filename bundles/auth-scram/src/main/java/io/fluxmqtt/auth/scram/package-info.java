/**
 * Knows users by challenge and response: SCRAM (RFC 5802, RFC 7677) through AUTH of MQTT 5.0.
 *
 * <p>{@link io.fluxmqtt.auth.scram.ScramExchange} is one exchange, {@link
 * io.fluxmqtt.auth.scram.ScramLine} what is known of a user, {@link
 * io.fluxmqtt.auth.scram.WatchedFile} keeps what a file holds.
 */
@org.jspecify.annotations.NullMarked
package io.fluxmqtt.auth.scram;
