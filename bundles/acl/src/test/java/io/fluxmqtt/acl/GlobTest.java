package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "*, '', true",
    "*, x, true",
    "sensor_*, sensor_, true",
    "sensor_*, sensor_1, true",
    "sensor_*, sensor, false",
    "sensor_*, a_sensor_1, false",
    "*_1, sensor_1, true",
    "*_1, sensor_11, false",
    "a*b*c, a__b__b__c, true",
    "a*b*c, acb, false",
    "?, a, true",
    "?, '', false",
    "?, ab, false",
    "?, 😀, true",
    "??, 😀, false",
    "*??, 😀, false",
    "?*, '', false",
    "'', '', true",
    "'', a, false",
    ".*, abc, false",
    "a.c, abc, false",
    "Sensor, sensor, false",
  })
  void fitsTheWholeText(String pattern, String text, boolean fits) {
    assertEquals(fits, new Glob(pattern).matches(text));
  }

  @Test
  void manyStarsEndSoon() {
    assertFalse(new Glob("*a*a*a*a*a*a*a*a*b").matches("a".repeat(20_000)));
  }

  @Test
  void userPatternTellsAnonymousClientsApart() {
    assertTrue(UserPattern.EVERYONE.matches(null));
    assertTrue(UserPattern.EVERYONE.matches("ada"));
    assertTrue(UserPattern.EVERYONE.matches(""));
    assertTrue(new UserPattern("-").matches(null));
    assertFalse(new UserPattern("-").matches("ada"));
    assertFalse(new UserPattern("-").matches("-"));
    assertFalse(new UserPattern("?*").matches(null));
    assertTrue(new UserPattern("?*").matches("ada"));
    assertFalse(new UserPattern("a*").matches(null));
    assertFalse(new UserPattern("**").matches(null));
  }
}
