package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A PUBLISH in the bytes of one version, save for the Packet Identifier. Immutable, with final
 * fields only, so that it may pass from loop to loop by a data race.
 *
 * @param packetIdAt where the Packet Identifier belongs, 0 for QoS 0
 * @param other the same packet in the bytes of the other version, if it was encoded in that before
 */
record EncodedPublish(
    boolean version5, byte[] bytes, int packetIdAt, @Nullable EncodedPublish other) {
  /** The bytes of a version, or null if it was not encoded in that yet. */
  @Nullable EncodedPublish in(boolean wanted5) {
    return version5 == wanted5 ? this : other;
  }

  /** Appends the packet; the room must be there. */
  void write(ByteBuf to, int packetId) {
    int start = to.writerIndex();
    to.writeBytes(bytes);
    if (packetIdAt > 0) { // [MQTT-2.2.1-2]
      to.setShort(start + packetIdAt, packetId);
    }
  }
}
