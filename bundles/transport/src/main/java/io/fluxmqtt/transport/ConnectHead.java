package io.fluxmqtt.transport;

import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The first fields of a CONNECT: what the client speaks, and so in which form it is answered even
 * if nothing else of its CONNECT can be read.
 *
 * @param name the Protocol Name
 * @param level the Protocol Version, one byte
 */
record ConnectHead(String name, int level) {
  private static final String NAME = "MQTT";
  private static final String NAME_OF_3_1 = "MQIsdp";
  private static final int LENGTH_BYTES_MAX = 4;

  /** Reads the fields at the beginning of a CONNECT's body. */
  static ConnectHead read(ByteBuf body) {
    String name =
        body.readCharSequence(body.readUnsignedShort(), StandardCharsets.UTF_8).toString();
    return new ConnectHead(name, body.readUnsignedByte());
  }

  /**
   * Moves to the body of a packet if it is a CONNECT and long enough for these fields.
   *
   * @return the bytes needed from there on; more than there are if some are still to come, 0 if
   *     these fields never will
   */
  static int seek(ByteBuf packet) {
    packet.skipBytes(1);
    int length = 0;
    int digit = 0x80;
    for (int i = 0; (digit & 0x80) != 0; i++) {
      if (i == LENGTH_BYTES_MAX) {
        return 0;
      }
      if (!packet.isReadable()) {
        return 1;
      }
      digit = packet.readUnsignedByte();
      length |= (digit & 0x7F) << (7 * i);
    }
    if (packet.readableBytes() < 2) {
      return length < 2 ? 0 : 2;
    }
    int name = packet.getUnsignedShort(packet.readerIndex());
    int needed = 2 + name + 1;
    return name > NAME_OF_3_1.length() || needed > length ? 0 : needed;
  }

  /** The version of the client, or null if it is not one of those served. */
  @Nullable ProtocolVersion version() {
    for (ProtocolVersion known : ProtocolVersion.values()) {
      if (known.level() == level
          && name.equals(known == ProtocolVersion.V3_1 ? NAME_OF_3_1 : NAME)) {
        return known;
      }
    }
    return null;
  }

  /**
   * The version in which a client that speaks none of those served is refused: that of 3.1.1, whose
   * text asks for it whatever the level is. Null for another protocol: whoever knocks there is not
   * told who lives here.
   */
  @Nullable ProtocolVersion nearest() {
    if (!name.equals(NAME) && !name.equals(NAME_OF_3_1)) {
      return null;
    }
    return ProtocolVersion.V3_1_1; // 3.1.1: [MQTT-3.1.2-2]
  }
}
