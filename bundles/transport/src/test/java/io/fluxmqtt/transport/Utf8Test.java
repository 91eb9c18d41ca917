package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against the JDK's decoder, which is strict when it reports errors. */
class Utf8Test {
  private final CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();

  @Test
  void everyCodePointButZeroAndSurrogates() {
    for (int code = 1; code <= Character.MAX_CODE_POINT; code++) {
      if (code < Character.MIN_SURROGATE || code > Character.MAX_SURROGATE) {
        byte[] bytes = Character.toString(code).getBytes(StandardCharsets.UTF_8);
        assertTrue(Utf8.isValid(bytes, 0, bytes.length), Integer.toHexString(code));
      }
    }
  }

  @Test
  void everySequenceOfUpToThreeBytes() {
    byte[] bytes = new byte[3];
    for (int length = 0; length <= 2; length++) {
      for (int bits = 0; bits < 1 << 8 * length; bits++) {
        bytes[0] = (byte) bits;
        bytes[1] = (byte) (bits >> 8);
        compare(bytes, 0, length);
      }
    }
    for (int first = 0xE0; first <= 0xFF; first++) {
      for (int rest = 0; rest < 1 << 16; rest++) {
        bytes[0] = (byte) first;
        bytes[1] = (byte) rest;
        bytes[2] = (byte) (rest >> 8);
        compare(bytes, 0, 3);
      }
    }
  }

  @Test
  void anythingAnywhereInLongerText() {
    Random random = new Random(1);
    int[] edges = {
      0x00, 0x01, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED,
      0xEF, 0xF0, 0xF4, 0xF5, 0xFF
    };
    for (int round = 0; round < 300_000; round++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) (0x61 + random.nextInt(26));
      }
      for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) edges[random.nextInt(edges.length)];
      }
      int from = random.nextInt(bytes.length + 1);
      compare(bytes, from, from + random.nextInt(bytes.length - from + 1));
    }
  }

  private void compare(byte[] bytes, int from, int to) {
    boolean expected;
    try {
      String text = strict.decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
      expected = text.indexOf('\0') < 0;
    } catch (CharacterCodingException e) {
      expected = false;
    }
    assertEquals(
        expected, Utf8.isValid(bytes, from, to), () -> HexFormat.of().formatHex(bytes, from, to));
  }
}
