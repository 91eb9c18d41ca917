package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicPatternTest {
  private static final int SMALL_STACK_BYTES = 140_000;

  @ParameterizedTest
  @CsvSource({
    "a/#, a/+/b, true",
    "a/#, a/b, true",
    "a/#, a/#, true",
    "a/#, a, true",
    "a/b, a/+, false",
    "a/+, a/#, false",
    "+/#, #, true",
    "#, $SYS/#, false",
    "+/a, $SYS/a, false",
    "$SYS/#, $SYS/#, true",
    "$SYS/#, #, false",
    "*, $SYS/#, true",
    "*, #, true",
    "a//b, a//b, true",
    "a//b, a/b, false",
    "/#, /a, true",
    "50%%/x, 50%/x, true",
  })
  void coversOnlyWholeFilters(String pattern, String filter, boolean covered) {
    assertEquals(covered, TopicPattern.parse(pattern).covers(filter, "c", "u"));
  }

  @ParameterizedTest
  @CsvSource({
    "secret/#, #, true",
    "secret/#, +, true",
    "secret/#, +/x, true",
    "secret/#, public/#, false",
    "a/b, a, false",
    "#, $SYS/#, false",
    "$SYS/#, #, false",
    "$SYS/#, +/x, false",
    "$SYS/#, $SYS/+, true",
    "$%c/x, +/x, false",
    "*, $SYS/#, true",
    "+x, +, false",
  })
  void overlapsWithAnyCommonTopic(String pattern, String filter, boolean common) {
    if (TopicFilter.isValidFilter(pattern)) {
      assertEquals(common, TopicPattern.parse(pattern).overlaps(filter, "c", "u"));
    } else {
      assertThrows(IllegalArgumentException.class, () -> TopicPattern.parse(pattern));
    }
  }

  @Test
  void coverAndOverlapAreWhatEnumerationSays() {
    List<String> alphabet = List.of("a", "b", "", "$x");
    List<String> topics = sequences(alphabet, 4, false);
    List<String> patterns = sequences(List.of("a", "", "$x", "+"), 3, true);
    patterns.remove("/#"); // its parent is no topic, being empty; comparing errs to the safe side
    for (String pattern : patterns) {
      TopicPattern compiled = TopicPattern.parse(pattern);
      for (String filter : patterns) {
        boolean covers = true;
        boolean overlaps = false;
        for (String topic : topics) {
          if (TopicFilter.matches(filter, topic)) {
            boolean both = TopicFilter.matches(pattern, topic);
            covers &= both;
            overlaps |= both;
          }
        }
        String pair = pattern + " and " + filter;
        assertEquals(covers, compiled.covers(filter, "c", "u"), pair);
        assertEquals(overlaps, compiled.overlaps(filter, "c", "u"), pair);
      }
    }
  }

  @Test
  void namesMatchAsFiltersSay() {
    for (String pattern : sequences(List.of("a", "", "$x", "+"), 3, true)) {
      TopicPattern compiled = TopicPattern.parse(pattern);
      for (String topic : sequences(List.of("a", "b", "", "$x"), 4, false)) {
        boolean matches = TopicFilter.matches(pattern, topic);
        assertEquals(matches, compiled.covers(topic, "c", "u"), pattern + " and " + topic);
        assertEquals(matches, compiled.overlaps(topic, "c", "u"), pattern + " and " + topic);
      }
    }
  }

  @Test
  void placeholdersStandForOneLevelOrAPart() {
    TopicPattern own = TopicPattern.parse("dev-%c/%u/x");
    assertTrue(own.covers("dev-7/ada/x", "7", "ada"));
    assertFalse(own.covers("dev-8/ada/x", "7", "ada"));
    assertFalse(own.covers("dev-7/bob/x", "7", "ada"));
    assertFalse(own.covers("dev-77/ada/x", "7", "ada"));
    assertTrue(TopicPattern.parse("%c%u").covers("abc", "a", "bc"));
    assertFalse(TopicPattern.parse("%c%u").covers("abc", "a", "b"));
    assertFalse(own.covers("+/ada/x", "7", "ada"));
    assertTrue(own.overlaps("+/ada/x", "7", "ada"));
    assertFalse(own.overlaps("+/bob/x", "7", "ada"));
  }

  /** Whatever a client calls itself, it gets its own level at most, and escapes no denial. */
  @Test
  void identityNeverWidensAnAllowanceNorEscapesADenial() {
    List<String> identities =
        List.of("#", "+", "/", "a/b", "a+", "%u", "%c", "", "\0", "a\0", "😀", ".*", "*", "$SYS");
    List<String> filters = new ArrayList<>(sequences(List.of("p", "a", "b", "+", "$SYS"), 3, true));
    identities.stream().filter(TopicFilter::isValidFilter).forEach(i -> filters.add("p/" + i));
    identities.stream().filter(TopicFilter::isValidFilter).forEach(i -> filters.add(i + "/a"));
    for (String pattern : List.of("p/%c", "p/%c/#", "%c/#", "p/x%c/a", "p/%u/a", "%u/#", "%c/%u")) {
      TopicPattern compiled = TopicPattern.parse(pattern);
      TopicPattern widest = TopicPattern.parse(pattern.replaceAll("x?%[cu]", "+"));
      for (String identity : identities) {
        for (String filter : filters) {
          String what = pattern + " with '" + identity + "' and " + filter;
          if (compiled.covers(filter, identity, identity)) {
            assertTrue(isPlainLevel(identity), what);
            String own = pattern.replace("%c", identity).replace("%u", identity);
            assertTrue(TopicPattern.parse(own.replace("%", "%%")).covers(filter, "", ""), what);
            assertTrue(widest.covers(filter, "", ""), what);
          }
          if (!isPlainLevel(identity) && widest.overlaps(filter, "", "")) {
            assertTrue(compiled.overlaps(filter, identity, identity), what);
          }
        }
      }
    }
  }

  @Test
  void patternsAreTheSameIfTheirTextsAre() {
    List<String> texts = List.of("a", "b", "a/b", "a/#", "#", "+", "*", "%c", "%u", "a%c", "%%c");
    for (String text : texts) {
      for (String other : texts) {
        boolean same = text.equals(other);
        assertEquals(
            same, TopicPattern.parse(text).equals(TopicPattern.parse(other)), text + other);
      }
      assertEquals(text, TopicPattern.parse(text).toString());
      assertEquals(TopicPattern.parse(text).hashCode(), TopicPattern.parse(text).hashCode());
    }
  }

  @Test
  void anonymousClientHasNoUserLevel() {
    TopicPattern own = TopicPattern.parse("users/%u/#");
    assertFalse(own.covers("users/null/x", "c", null));
    assertFalse(own.covers("users//x", "c", null));
    assertTrue(own.overlaps("users/anybody/x", "c", null));
    assertFalse(own.overlaps("other/x", "c", null));
  }

  @Test
  void identityCannotBeginABrokerTopic() {
    TopicPattern own = TopicPattern.parse("%c/#");
    assertFalse(own.covers("$SYS/broker", "$SYS", null));
    assertTrue(own.overlaps("$SYS/broker", "$SYS", null));
    assertTrue(TopicPattern.parse("p/%c/#").covers("p/$SYS/broker", "$SYS", null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a#", "#/a", "a+/b", "%c+", "%", "a/%x", "50%/x", "a\0", "$share/g/a", "%c#"})
  void badPatternIsRefused(String pattern) {
    assertThrows(IllegalArgumentException.class, () -> TopicPattern.parse(pattern));
  }

  private static boolean isPlainLevel(@Nullable String identity) {
    return identity != null
        && !identity.isEmpty()
        && identity.chars().noneMatch(c -> c == '+' || c == '#' || c == '/' || c == 0);
  }

  /** All texts of up to some levels, with and without a final #. */
  private static List<String> sequences(List<String> levels, int max, boolean open) {
    List<String> all = new ArrayList<>();
    List<String> longest = new ArrayList<>(levels);
    for (int i = 1; i <= max; i++) {
      all.addAll(longest);
      List<String> longer = new ArrayList<>();
      for (String head : longest) {
        for (String tail : levels) {
          longer.add(head + "/" + tail);
        }
      }
      longest = longer;
    }
    List<String> result = new ArrayList<>(all);
    if (open) {
      result.add("#");
      all.forEach(text -> result.add(text + "/#"));
    }
    result.removeIf(String::isEmpty);
    return result;
  }

  /** Levels are gone through one by one, on a thread with little stack. */
  @Test
  void deepTopicsCostNoStack() throws Exception {
    List<Throwable> failures = new ArrayList<>();
    Thread small = new Thread(null, TopicPatternTest::judgeDeepTopics, "small", SMALL_STACK_BYTES);
    small.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
    small.start();
    small.join();
    assertEquals(List.of(), failures);
  }

  private static void judgeDeepTopics() {
    for (String deep :
        List.of("/".repeat(32_000), "+/".repeat(32_000) + "#", "%c/".repeat(9_000))) {
      assertThrows(IllegalArgumentException.class, () -> TopicPattern.parse(deep));
    }
    String deepest = "a" + "/a".repeat(TopicFilter.MAX_LEVELS - 1);
    String wildest = "+" + "/+".repeat(TopicFilter.MAX_LEVELS - 1);
    assertTrue(TopicPattern.parse(wildest).covers(deepest, "c", "u"));
    assertTrue(TopicPattern.parse(deepest).overlaps(wildest, "c", "u"));
    String beyond = "a" + "/a".repeat(32_000); // refused long before, but harmless here too
    assertTrue(TopicPattern.parse("a/#").covers(beyond, "c", "u"));
    assertFalse(TopicPattern.parse(wildest).covers(beyond, "c", "u"));
    assertFalse(TopicPattern.parse(deepest).overlaps("+" + "/+".repeat(32_000), "c", "u"));
  }
}
