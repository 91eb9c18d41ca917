package io.fluxmqtt.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Packets of a client as bytes, with 64 bytes of payload where there is any. */
final class Frames {
  static final String TOPIC = "bench/topic0007";
  static final int PAYLOAD_BYTES = 64;

  private static final int MAX_SHORT_LENGTH = 127;

  private Frames() {}

  static byte[] connect(int level) {
    ByteBuf body = Unpooled.buffer();
    text(body, "MQTT").writeByte(level).writeByte(2).writeShort(60);
    if (level == 5) {
      body.writeByte(0);
    }
    return frame(0x10, text(body, "micro"));
  }

  static byte[] publish(int level, int qos, int packetId) {
    ByteBuf body = text(Unpooled.buffer(), TOPIC);
    if (qos > 0) {
      body.writeShort(packetId);
    }
    if (level == 5) {
      body.writeByte(0);
    }
    return frame(0x30 | qos << 1, body.writeBytes(new byte[PAYLOAD_BYTES]));
  }

  static byte[] pubAck(int packetId) {
    return frame(0x40, Unpooled.buffer().writeShort(packetId));
  }

  private static ByteBuf text(ByteBuf to, String text) {
    return to.writeShort(text.length()).writeBytes(ByteBufUtil.writeUtf8(to.alloc(), text));
  }

  private static byte[] frame(int first, ByteBuf body) {
    int length = body.readableBytes();
    if (length > MAX_SHORT_LENGTH) {
      throw new IllegalArgumentException(length + " bytes need more than one byte of length");
    }
    return ByteBufUtil.getBytes(
        Unpooled.wrappedBuffer(Unpooled.buffer().writeByte(first).writeByte(length), body));
  }
}
