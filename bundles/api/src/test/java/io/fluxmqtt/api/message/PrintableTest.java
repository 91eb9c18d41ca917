package io.fluxmqtt.api.message;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void whatCouldForgeALineOrTurnTheTextIsEscaped() {
    assertEquals("a\\u000d\\u000ab\\u001b[31m", Printable.of("a\r\nb\u001b[31m"));
    assertEquals("x\\u202ey\\u2028z", Printable.of("x\u202ey\u2028z"));
    assertEquals("\\ud800", Printable.of("\ud800"));
  }

  @Test
  void ordinaryTextStays() {
    assertEquals("sensor/Küche/😀 ${jndi:x}", Printable.of("sensor/Küche/😀 ${jndi:x}"));
    assertEquals("-", Printable.of(null));
    assertEquals("", Printable.of(""));
  }

  @Test
  void longTextIsCutAtItsWidth() {
    assertEquals("abcd", Printable.of("abcd", 4));
    assertEquals("abc…", Printable.of("abcde", 4));
    assertEquals(128, Printable.of("x".repeat(70_000)).length());
  }
}
