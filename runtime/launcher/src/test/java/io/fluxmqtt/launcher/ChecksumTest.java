package io.fluxmqtt.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Figures of {@code cksum}. */
class ChecksumTest {
  @Test
  void isThatOfThePosixCommand() throws IOException {
    assertEquals("4294967295 0", of(""));
    assertEquals("930766865 9", of("123456789"));
    assertEquals("3744484239 200000", of("ab".repeat(100_000)));
  }

  private static String of(String text) throws IOException {
    return Checksum.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII)));
  }
}
