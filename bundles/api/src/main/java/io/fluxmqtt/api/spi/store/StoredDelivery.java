package io.fluxmqtt.api.spi.store;

import io.fluxmqtt.api.message.QoS;
import java.util.List;

/**
 * What one session is to be sent of one message.
 *
 * @param messageId the message's {@link StoredMessage#id()}
 * @param qos the granted QoS, 1 or 2
 * @param retain the RETAIN flag to send
 * @param subscriptionIdentifiers those of the matching Subscriptions, possibly empty
 * @param packetId the Packet Identifier it was sent with, or 0 if it was not sent yet
 */
public record StoredDelivery(
    long messageId, QoS qos, boolean retain, List<Integer> subscriptionIdentifiers, int packetId) {
  /** Copies the list. */
  public StoredDelivery {
    subscriptionIdentifiers = List.copyOf(subscriptionIdentifiers);
  }

  /** This delivery, sent under a Packet Identifier. */
  public StoredDelivery sentAs(int newPacketId) {
    return new StoredDelivery(messageId, qos, retain, subscriptionIdentifiers, newPacketId);
  }
}
