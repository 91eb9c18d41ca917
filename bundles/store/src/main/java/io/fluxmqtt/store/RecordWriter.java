package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Payload;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Builds the bytes of one record: a version byte, the fields, a CRC-32C of both. Numbers are big
 * endian; lengths and small numbers are varints (seven bits a byte, low bits first).
 */
final class RecordWriter {
  static final int CRC_BYTES = Integer.BYTES;

  private byte[] bytes;
  private int length;

  /**
   * A writer for a record of about so many bytes, version and checksum included; if it is as many,
   * nothing is copied at the end.
   */
  RecordWriter(int version, int expectedBytes) {
    bytes = new byte[Math.max(1, expectedBytes)];
    octet(version);
  }

  RecordWriter octet(int value) {
    room(1);
    bytes[length++] = (byte) value;
    return this;
  }

  RecordWriter int64(long value) {
    room(Long.BYTES);
    ByteBuffer.wrap(bytes).putLong(length, value);
    length += Long.BYTES;
    return this;
  }

  /** A number of 0 or more as a varint. */
  RecordWriter count(int value) {
    if (value < 0) {
      throw new IllegalArgumentException(value + " is below 0");
    }
    int rest = value;
    while (rest > 0x7F) {
      octet(rest | 0x80);
      rest >>>= 7;
    }
    return octet(rest);
  }

  /** How many bytes {@link #count} takes. */
  static int countBytes(int value) {
    return Math.max(1, (38 - Integer.numberOfLeadingZeros(value)) / 7);
  }

  /** A number of 0 or more, of up to 64 bits, as a varint. */
  RecordWriter longCount(long value) {
    long rest = value;
    while (rest > 0x7F) {
      octet((int) rest | 0x80);
      rest >>>= 7;
    }
    return octet((int) rest);
  }

  RecordWriter text(String text) {
    byte[] utf8 = checkedText(text).getBytes(StandardCharsets.UTF_8);
    count(utf8.length);
    room(utf8.length);
    System.arraycopy(utf8, 0, bytes, length, utf8.length);
    length += utf8.length;
    return this;
  }

  RecordWriter payload(Payload payload) {
    count(payload.length());
    room(payload.length());
    payload.copyTo(ByteBuffer.wrap(bytes, length, payload.length()));
    length += payload.length();
    return this;
  }

  /** The finished record. */
  byte[] seal() {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    boolean fits = bytes.length == length + CRC_BYTES;
    byte[] sealed = fits ? bytes : Arrays.copyOf(bytes, length + CRC_BYTES);
    ByteBuffer.wrap(sealed).putInt(length, (int) crc.getValue());
    return sealed;
  }

  /** A text that UTF-8 can carry unaltered: half a surrogate pair would come back as '?'. */
  static String checkedText(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          throw new IllegalArgumentException("half a surrogate pair at " + i + " of a text");
        }
        i++;
      }
    }
    return text;
  }

  private void room(int more) {
    int needed = Math.addExact(length, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, (int) Math.min(2L * bytes.length, 1 << 30)));
    }
  }
}
