package io.fluxmqtt.api.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#, sport/tennis/player1",
    "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon",
    "sport/#, sport",
    "#, a/b",
    "#, /",
    "sport/tennis/+, sport/tennis/player1",
    "sport/+, sport/",
    "+/+, /finance",
    "/+, /finance",
    "+/tennis/#, sport/tennis",
    "$SYS/#, $SYS/broker",
    "a/$b/#, a/$b/c",
    "a//b, a//b",
    "+//b, a//b"
  })
  void filterMatchesName(String filter, String name) {
    assertTrue(TopicFilter.matches(filter, name));
  }

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/+, sport/tennis/player1/ranking",
    "sport/+, sport",
    "+, /finance",
    "#, $SYS/broker",
    "+/monitor/Clients, $SYS/monitor/Clients",
    "a/b, a/b/c",
    "a/b/c, a/b",
    "a/b/#, ab",
    "a/+/#, a",
    "a, A"
  })
  void filterDoesNotMatchName(String filter, String name) {
    assertFalse(TopicFilter.matches(filter, name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a#", "#/a", "a/#/b", "a+", "+a", "a/b+", "a\0b", "##", "++"})
  void invalidFiltersAreRefused(String filter) {
    assertThrows(IllegalArgumentException.class, () -> TopicFilter.parse(filter));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"$share/g", "$share/", "$share//a", "$share/g/", "$share/a+/b", "$share/#/b"})
  void invalidSharesAreRefused(String filter) {
    assertThrows(IllegalArgumentException.class, () -> TopicFilter.parse(filter));
  }

  @Test
  void shareIsTakenApartAndPutTogether() {
    TopicFilter shared = TopicFilter.parse("$share/group/a/+/#");
    assertEquals("group", shared.shareName());
    assertEquals("a/+/#", shared.filter());
    assertEquals("$share/group/a/+/#", shared.toString());
    assertFalse(TopicFilter.parse("$shared/x").isShared());
  }

  @Test
  void namesWithTooManyLevelsOrBytesAreInvalid() {
    assertTrue(TopicFilter.isValidTopicName("/".repeat(TopicFilter.MAX_LEVELS - 1)));
    assertFalse(TopicFilter.isValidTopicName("/".repeat(TopicFilter.MAX_LEVELS)));
    assertTrue(TopicFilter.isValidTopicName("é".repeat(32_767)));
    assertFalse(TopicFilter.isValidTopicName("é".repeat(32_768)));
  }
}
