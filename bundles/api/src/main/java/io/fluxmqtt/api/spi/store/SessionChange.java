package io.fluxmqtt.api.spi.store;

import io.fluxmqtt.api.message.TopicFilter;

/** One change to session state. Numbers are those of {@link StoredSession#number()}. */
public sealed interface SessionChange {
  /** Creates a session or replaces its head; subscriptions and queue stay. */
  record PutSession(StoredSession session) implements SessionChange {}

  /** Removes a session with all that belongs to it. */
  record RemoveSession(long number) implements SessionChange {}

  /** Adds a Subscription or replaces the one with the same filter. */
  record PutSubscription(long number, StoredSubscription subscription) implements SessionChange {}

  /** Removes a Subscription. */
  record RemoveSubscription(long number, TopicFilter filter) implements SessionChange {}

  /** Stores a message once and queues it for each receiver. */
  record Append(StoredMessage message, Receivers receivers) implements SessionChange {}

  /** Replaces a queued delivery: it was sent under a Packet Identifier. */
  record PutDelivery(long number, StoredDelivery delivery) implements SessionChange {}

  /** Removes a delivery: acknowledged, expired or dropped. */
  record RemoveDelivery(long number, long messageId) implements SessionChange {}

  /** An outgoing QoS 2 delivery was received by the client; PUBREL is due for this identifier. */
  record PutRelease(long number, int packetId) implements SessionChange {}

  /** PUBCOMP has come for this outgoing identifier. */
  record RemoveRelease(long number, int packetId) implements SessionChange {}

  /** An incoming QoS 2 Packet Identifier is in use until PUBREL. */
  record PutIncoming(long number, int packetId) implements SessionChange {}

  /** PUBREL has come for this incoming identifier. */
  record RemoveIncoming(long number, int packetId) implements SessionChange {}
}
