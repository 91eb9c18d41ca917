package io.fluxmqtt.session;

import io.fluxmqtt.api.message.QoS;
import org.jspecify.annotations.Nullable;

/**
 * A PUBLISH that several receivers get alike, but for the Packet Identifier, so that it need be
 * encoded only once for all clients of a version.
 *
 * <p>Any thread. What a transport keeps here is a hint: it is written and read without
 * synchronization, so a loop may miss what another has kept, and encodes anew.
 */
public final class SharedPublish {
  private final Packet.Publish packet;
  private @Nullable Object encoded; // racy on purpose

  /**
   * A form of a PUBLISH.
   *
   * @param packet without DUP, Topic Alias and Subscription Identifiers; its Packet Identifier
   *     counts for no receiver
   */
  public SharedPublish(Packet.Publish packet) {
    this.packet = packet;
  }

  /** What all receivers get. */
  public Packet.Publish packet() {
    return packet;
  }

  /**
   * The copy of one receiver.
   *
   * @param packetId does not count for QoS 0
   */
  public Packet.Publish packet(int packetId) {
    return new Packet.Publish(
        packet.topic(),
        packet.payload(),
        packet.qos(),
        packet.dup(),
        packet.retain(),
        packet.qos() == QoS.AT_MOST_ONCE ? 0 : packetId, // [MQTT-2.2.1-2]
        packet.topicAlias(),
        packet.properties(),
        packet.subscriptionIdentifiers());
  }

  /** What a transport has kept here, or null; possibly of another loop. */
  public @Nullable Object encoded() {
    return encoded;
  }

  /**
   * Keeps the bytes, until there are null again: while a fan-out is under way, not as long as the
   * message lives.
   *
   * @param bytes immutable and safe to publish by a data race, so with final fields only, or null
   */
  public void encoded(@Nullable Object bytes) {
    encoded = bytes;
  }
}
