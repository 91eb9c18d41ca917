package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Filters over the keys of topics. */
final class TopicWalkTest {
  private static final String[] LEVELS = {
    "", "a", "b", "aa", "a-", "$", "$a", "\u0001", "ä", "\uFFFD"
  };

  private final HeapEngine engine = new HeapEngine();
  private int steps;

  @ParameterizedTest
  @CsvSource({
    "#, a a/ a/b a/b/c a/c /a",
    "+, a",
    "+/+, a/ a/b a/c /a",
    "a, a",
    "a/#, a a/ a/b a/b/c a/c",
    "a/+, a/ a/b a/c",
    "a/+/#, a/ a/b a/b/c a/c",
    "+/+/c, a/b/c",
    "+/b/#, a/b a/b/c",
    "/+, /a",
    "+/a, /a",
    "$SYS/#, $SYS $SYS/x",
    "$SYS/+, $SYS/x",
    "$SYS, $SYS",
    "a/b/c/d, ''",
    "b/#, ''",
    "$a/#, ''"
  })
  void filterFindsTopics(String filter, String expected) throws Exception {
    put("a/b/c", "$SYS/x", "a/c", "a", "/a", "a/", "$SYS", "a/b");
    TreeSet<String> wanted = new TreeSet<>(Arrays.asList(expected.split(" ")));
    wanted.remove("");
    List<String> found = walk(filter);
    assertEquals(wanted, new TreeSet<>(found));
    assertEquals(wanted.size(), found.size());
  }

  /** In the order of keys, each once, and in no more steps than there are topics. */
  @Test
  void walkFindsWhatMatchesAndNothingElse() throws Exception {
    for (long seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      HeapEngine some = new HeapEngine();
      TreeSet<String> topics = new TreeSet<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        String topic = levels(random, false);
        if (TopicFilter.isValidTopicName(topic)) {
          topics.add(topic);
          some.put(Keys.retained(topic), new byte[0]);
        }
      }
      String filter = levels(random, true);
      if (TopicFilter.isValidFilter(filter)) {
        TreeSet<String> wanted = new TreeSet<>(topics);
        wanted.removeIf(topic -> !TopicFilter.matches(filter, topic));
        steps = 0;
        List<String> found = walk(some, filter);
        String note = "seed " + seed + ", filter " + filter;
        assertEquals(wanted, new TreeSet<>(found), note);
        assertEquals(wanted.size(), found.size(), note);
        assertTrue(steps <= topics.size(), note);
      }
    }
  }

  private static String levels(Random random, boolean wildcards) {
    List<String> levels = new ArrayList<>();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      boolean plus = wildcards && random.nextInt(3) == 0;
      levels.add(plus ? "+" : LEVELS[random.nextInt(LEVELS.length)]);
    }
    if (wildcards && random.nextInt(3) == 0) {
      levels.add("#");
    }
    return String.join("/", levels);
  }

  /** By count, for each of the ways in which a topic can be out of the question. */
  @ParameterizedTest
  @CsvSource({
    "+/x, d%d/a/, d%d/x", // a level too early in the order
    "+/a, d%d/b/, d%d/a", // a level too late
    "+/a, d%d/a/, d%d/a", // below what matches
    "+/+/x, d%d/a/, d%d/b/x", // two wildcards, the second to be leapt over
    "+/z, $SYS/%d/, d%d/z", // what a wildcard never matches
    "x/+/y/z, x/%d/w/, x/%d/y/z",
    "d0/#, e%d/, d0/%d" // beyond the range
  })
  void nothingIsWalkedThroughThatCannotMatch(String filter, String below, String match)
      throws Exception {
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 1_000; j++) {
        put(below.formatted(i) + j);
      }
      put(match.formatted(i));
    }
    assertEquals(5, walk(filter).size());
    assertTrue(steps < 60, "took " + steps + " steps");
  }

  @Test
  void topicsAreInTheOrderOfTheirLevels() throws Exception {
    put("a-b", "a/b/c", "a/b", "aa", "a", "a/b-", "b", "$x");
    assertEquals(List.of("a", "a/b", "a/b/c", "a/b-", "a-b", "aa", "b"), walk("#"));
  }

  private void put(String... topics) {
    for (String topic : topics) {
      engine.put(Keys.retained(topic), new byte[0]);
    }
  }

  private List<String> walk(String filter) throws IOException {
    return walk(engine, filter);
  }

  private List<String> walk(KvEngine walked, String filter) throws IOException {
    TopicWalk walk = TopicWalk.of(filter);
    List<String> found = new ArrayList<>();
    walked.seek(
        walk.from(),
        walk.to(),
        (key, value) -> {
          steps++;
          byte[] onward = walk.onward(key);
          assertTrue(onward == null || Arrays.compareUnsigned(key, onward) <= 0, "backwards");
          if (onward == key) {
            int length = key.length - Keys.TOPIC_AT;
            found.add(
                new String(key, Keys.TOPIC_AT, length, StandardCharsets.UTF_8).replace('\0', '/'));
          }
          return onward;
        });
    return found;
  }
}
