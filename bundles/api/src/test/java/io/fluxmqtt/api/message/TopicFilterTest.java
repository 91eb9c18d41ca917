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
    "+//b, a//b",
    "a/, a/",
    "/, /"
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
    "a/b, a",
    "a/, a",
    "a, a/",
    "ab, a",
    "a, ab",
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
    assertTrue(shared.isShared());
    assertTrue(shared.matches("a/b"));
    assertFalse(shared.matches("group/a/b"));
  }

  @Test
  void filterWithoutShareStaysAsItIs() {
    TopicFilter plain = TopicFilter.parse("$shared/x");

    assertFalse(plain.isShared());
    assertEquals("$shared/x", plain.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/+/b", "a/#", "$share/g/+"})
  void filterWithPlusOrHashHasAWildcard(String filter) {
    assertTrue(TopicFilter.parse(filter).hasWildcard());
  }

  @Test
  void filterWithoutPlusAndHashHasNoWildcard() {
    assertFalse(TopicFilter.parse("$share/g/a/*").hasWildcard());
  }

  @ParameterizedTest
  @ValueSource(strings = {"+", "#", "a/+", "a/b#", "", "a\0b", "\0a", "a\0"})
  void namesWithWildcardsOrNothingOrNullAreInvalid(String name) {
    assertFalse(TopicFilter.isValidTopicName(name));
  }

  @Test
  void namesWithTooManyLevelsOrBytesAreInvalid() {
    assertTrue(TopicFilter.isValidTopicName("/".repeat(TopicFilter.MAX_LEVELS - 1)));
    assertFalse(TopicFilter.isValidTopicName("/".repeat(TopicFilter.MAX_LEVELS)));
  }

  /** Characters at the bounds of 1, 2, 3 and 4 bytes. */
  @ParameterizedTest
  @CsvSource({"0x7F, 1", "0x80, 2", "0x7FF, 2", "0x800, 3", "0xFFFD, 3", "0x10000, 4"})
  void lengthIsCountedInBytesOfUtf8(int codePoint, int bytes) {
    String name = Character.toString(codePoint).repeat(TopicFilter.MAX_BYTES / bytes);
    String longest = name + "a".repeat(TopicFilter.MAX_BYTES % bytes);

    assertTrue(TopicFilter.isValidTopicName(longest));
    assertFalse(TopicFilter.isValidTopicName(longest + "a"));
  }
}
