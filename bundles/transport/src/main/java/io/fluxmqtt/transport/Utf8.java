package io.fluxmqtt.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * UTF-8 as MQTT wants it (5.0, section 1.5.4): well-formed by Unicode's table 3-7, so without
 * overlong forms, surrogates and code points above U+10FFFF, and without U+0000.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long LOW_BITS = 0x0101_0101_0101_0101L;

  private Utf8() {}

  /** Whether the bytes of a range are such text. */
  static boolean isValid(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      if (to - at >= Long.BYTES && isPlain((long) LONGS.get(bytes, at))) {
        at += Long.BYTES;
      } else if (bytes[at] > 0) {
        at++;
      } else {
        int length = characterBytes(bytes, at, to);
        if (length == 0) {
          return false;
        }
        at += length;
      }
    }
    return true;
  }

  /** Whether all 8 bytes are ASCII and none is 0: such a byte, less one, has its high bit unset. */
  private static boolean isPlain(long eight) {
    return (eight & HIGH_BITS) == 0 && ((eight - LOW_BITS) & HIGH_BITS) == 0;
  }

  /** The bytes of a character beyond ASCII, 0 if there is no allowed one. */
  private static int characterBytes(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xFF;
    if (first < 0xC2 || first > 0xF4) { // [MQTT-1.5.4-2] U+0000; a continuation; overlong; above
      return 0;
    }
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (at + length > to) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80; // below: overlong
    // [MQTT-1.5.4-1] above, after ED: a surrogate; after F4: above U+10FFFF
    int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int i = at + 2; i < at + length; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
