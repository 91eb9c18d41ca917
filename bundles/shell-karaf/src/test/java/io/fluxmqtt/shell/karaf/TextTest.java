package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.Histogram;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users write and read. */
class TextTest {
  @ParameterizedTest
  @CsvSource({
    "0s, 0",
    "45s, 45",
    "2m, 120",
    "12h, 43200",
    "7d, 604800",
    "4w, 2419200",
    "999999999w, 604799999395200"
  })
  void durationsAreRead(String text, long seconds) {
    assertEquals(seconds, Durations.seconds("--for", text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "7", "d", "-1d", "1.5h", "7 d", "7D", "7days", "1000000000s", "1h30m"})
  void whatIsNoDurationIsRefused(String text) {
    String failure =
        assertThrows(IllegalStateException.class, () -> Durations.seconds("--for", text))
            .getMessage();
    assertTrue(failure.startsWith("--for " + text + " is no duration"), failure);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "59, 59s",
    "60, 1m 0s",
    "3599, 59m 59s",
    "3600, 1h 0m",
    "86399, 23h 59m",
    "86400, 1d 0h",
    "97200, 1d 3h",
    "4294967294, 49710d 6h"
  })
  void durationsAreShownWithTheirTwoLargestUnits(long seconds, String text) {
    assertEquals(text, Durations.text(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 bytes",
    "1023, 1023 bytes",
    "1024, 1024 bytes (1.0 KB)",
    "1536, 1536 bytes (1.5 KB)",
    "1048576, 1048576 bytes (1.0 MB)",
    "3221225472, 3221225472 bytes (3.0 GB)",
    "1099511627776, 1099511627776 bytes (1.0 TB)",
    "1125899906842624, 1125899906842624 bytes (1024.0 TB)"
  })
  void bytesAreShownInALargerUnitToo(long bytes, String text) {
    assertEquals(text, Text.bytes(bytes));
  }

  @ParameterizedTest
  @CsvSource({
    "*, ''",
    "*, abc",
    "a*, abc",
    "*c, abc",
    "a*c, abc",
    "a*c, ac",
    "abc, abc",
    "a?c, abc",
    "???, abc",
    "*b*, abc",
    "**, abc",
    "a*b*c, a-b-b-c",
    "*ab, aab",
    "abc*, abc"
  })
  void wildcardMatches(String pattern, String text) {
    assertTrue(new Wildcard(pattern).matches(text));
  }

  @ParameterizedTest
  @CsvSource({
    "'', a",
    "a, ''",
    "?, ''",
    "??, a",
    "abc, abcd",
    "abcd, abc",
    "a*c, abd",
    "*b, abc",
    "a?c, ac",
    "ABC, abc",
    "a*b*c, a-c-b",
    "[abc], a",
    "a.c, abc"
  })
  void wildcardDoesNotMatch(String pattern, String text) {
    assertFalse(new Wildcard(pattern).matches(text));
  }

  @Test
  void wildcardOfManyStarsEnds() {
    Wildcard hostile = new Wildcard("a*".repeat(1_000) + "b");
    assertTimeoutPreemptively(
        Duration.ofSeconds(30), () -> assertFalse(hostile.matches("a".repeat(20_000))));
  }

  @Test
  void boundOfAPartIsThatOfItsClass() {
    Histogram histogram = new Histogram(List.of(1.0, 2.0, 3.0), List.of(1L, 0L, 8L, 1L), 30);
    assertEquals(1.0, Histograms.bound(histogram, 0.1));
    assertEquals(3.0, Histograms.bound(histogram, 0.11));
    assertEquals(3.0, Histograms.bound(histogram, 0.9));
    assertEquals(Double.POSITIVE_INFINITY, Histograms.bound(histogram, 0.91));
    assertEquals(1.0, Histograms.bound(histogram, 0));
  }

  @Test
  void nothingIsBelowABoundWhereNothingIs() {
    Histogram empty = new Histogram(List.of(1.0), List.of(0L, 0L), 0);
    assertEquals(Double.POSITIVE_INFINITY, Histograms.bound(empty, 0.5));
  }
}
