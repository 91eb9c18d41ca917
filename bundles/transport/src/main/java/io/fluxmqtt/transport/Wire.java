package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The data types of MQTT (5.0, section 1.5) as bytes: how many, and writing them. */
final class Wire {
  /** The longest text or binary field. */
  static final int MAX_FIELD_BYTES = 0xFFFF;

  /** The highest Variable Byte Integer, and so the highest Remaining Length. */
  static final int MAX_VARIABLE = 268_435_455;

  private Wire() {}

  /** The bytes of a Variable Byte Integer of 0 to {@link #MAX_VARIABLE}. */
  static int variableBytes(int value) {
    return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
  }

  static void writeVariable(ByteBuf out, int value) {
    int rest = value;
    while (rest > 0x7F) {
      out.writeByte((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  /**
   * The bytes of a text with its length.
   *
   * @throws IllegalArgumentException if it is longer than a field can be
   */
  static int textBytes(String text) {
    return 2 + field(ByteBufUtil.utf8Bytes(text));
  }

  /** Whether a text is not longer than a field can be. */
  static boolean isField(String text) {
    return text.length() <= MAX_FIELD_BYTES && ByteBufUtil.utf8Bytes(text) <= MAX_FIELD_BYTES;
  }

  /** Appends a text with its length; takes no more room than that. */
  static void writeText(ByteBuf out, String text) {
    writeText(out, text, ByteBufUtil.utf8Bytes(text));
  }

  /** As {@link #writeText(ByteBuf, String)}, for a text that was measured before. */
  static void writeText(ByteBuf out, String text, int utf8Bytes) {
    out.writeShort(utf8Bytes);
    ByteBufUtil.reserveAndWriteUtf8(out, text, utf8Bytes);
  }

  /** The bytes of a binary field with its length. */
  static int binaryBytes(Payload data) {
    return 2 + field(data.length());
  }

  static void writeBinary(ByteBuf out, Payload data) {
    out.writeShort(data.length());
    writeBytes(out, data);
  }

  /** Appends bytes without their length; the room must be there. */
  static void writeBytes(ByteBuf out, Payload data) {
    int length = data.length();
    if (length > 0) {
      ByteBuffer target = out.internalNioBuffer(out.writerIndex(), length);
      data.copyTo(target);
      out.writerIndex(out.writerIndex() + length);
    }
  }

  /** The bytes of a text property, 0 if it is null. */
  static int textPropertyBytes(@Nullable String text) {
    return text == null ? 0 : 1 + textBytes(text);
  }

  static void writeTextProperty(ByteBuf out, int id, @Nullable String text) {
    if (text != null) {
      out.writeByte(id);
      writeText(out, text);
    }
  }

  /** The bytes of a binary property, 0 if it is null. */
  static int binaryPropertyBytes(@Nullable Payload data) {
    return data == null ? 0 : 1 + binaryBytes(data);
  }

  static void writeBinaryProperty(ByteBuf out, int id, @Nullable Payload data) {
    if (data != null) {
      out.writeByte(id);
      writeBinary(out, data);
    }
  }

  private static int field(int bytes) {
    if (bytes > MAX_FIELD_BYTES) {
      throw new IllegalArgumentException(
          "a field holds at most %d bytes, not %d".formatted(MAX_FIELD_BYTES, bytes));
    }
    return bytes;
  }
}
