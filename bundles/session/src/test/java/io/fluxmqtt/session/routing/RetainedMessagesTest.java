package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetainedMessagesTest {
  private final RetainedMessages<String> messages = new RetainedMessages<>(String::length);

  @Test
  void newerMessageReplacesOlder() {
    assertNull(messages.put("a", "one"));
    assertEquals("one", messages.put("a", "three"));

    assertEquals("three", messages.get("a"));
    assertNull(messages.get("a/b"));
    assertEquals(1, messages.count());
    assertEquals(5, messages.bytes());
  }

  @Test
  @SuppressWarnings("StringOperationCanBeSimplified") // equal but not the same
  void topicOfAMessageThatWasReplacedIsNotKept() {
    String later = new String("a");
    messages.put(new String("a"), "one");
    messages.put(later, "two");

    assertSame(later, messages.entry("a").topic());
  }

  @Test
  void removedMessageIsGone() {
    messages.put("a", "one");
    messages.put("a/b", "two");

    assertEquals("one", messages.remove("a"));
    assertNull(messages.remove("a"));

    assertNull(messages.get("a"));
    assertEquals(1, messages.count());
    assertEquals(3, messages.bytes());
    assertEquals(List.of("a/b"), topics("#"));
  }

  @Test
  @SuppressWarnings("StringOperationCanBeSimplified") // equal but not the same
  void onlyTheVeryMessageIsRemoved() {
    String message = new String("one");
    messages.put("a", message);

    assertFalse(messages.remove("a", new String("one")));
    assertFalse(messages.remove("b", message));
    assertSame(message, messages.get("a"));
    assertTrue(messages.remove("a", message));
    assertFalse(messages.remove("a", message));
    assertEquals(0, messages.count());
    assertEquals(0, messages.bytes());
  }

  @Test
  void entryIsShownByItsTopic() {
    messages.put("a/b", "secret payload");

    assertEquals("a/b", messages.entry("a/b").toString());
  }

  @ParameterizedTest
  @CsvSource({
    "#, /a a a/ a/b a/b/c a/c",
    "+, a",
    "+/+, /a a/ a/b a/c",
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
    "b/#, ''"
  })
  void filterFindsMessages(String filter, String expected) {
    for (String topic : List.of("a/b/c", "$SYS/x", "a/c", "a", "/a", "a/", "$SYS", "a/b")) {
      messages.put(topic, topic);
    }

    List<String> found = topics(filter);
    found.sort(null);
    assertEquals(expected, String.join(" ", found));
  }

  @Test
  void visitorEndsTheMatch() {
    messages.put("a/1", "");
    messages.put("a/2", "");
    messages.put("a/3", "");
    List<String> seen = new ArrayList<>();

    messages.match(
        "a/+",
        (topic, message) -> {
          seen.add(topic);
          return seen.size() < 2;
        });

    assertEquals(List.of("a/1", "a/2"), seen);
  }

  @Test
  void messagesAgreeWithTheReference() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      RandomTopics topics = new RandomTopics(random);
      RetainedMessages<Integer> subject = new RetainedMessages<>(m -> m);
      Map<String, Integer> model = new TreeMap<>();
      for (int step = 0; step < 100; step++) {
        String topic = topics.name();
        if (random.nextInt(4) == 0) {
          assertEquals(model.remove(topic), subject.remove(topic), "seed " + seed);
        } else {
          assertEquals(model.put(topic, step), subject.put(topic, step), "seed " + seed);
        }
        assertMatches(model, subject, topics.filter(), "seed " + seed);
        assertMatches(model, subject, topics.name(), "seed " + seed);
      }
      assertEquals(model.size(), subject.count(), "seed " + seed);
      assertEquals(
          model.values().stream().mapToLong(m -> m).sum(), subject.bytes(), "seed " + seed);
      model.keySet().forEach(subject::remove);
      assertEquals(0, subject.bytes(), "seed " + seed);
      assertFalse(subject.from("").hasNext(), "seed " + seed);
    }
  }

  private static void assertMatches(
      Map<String, Integer> model, RetainedMessages<Integer> subject, String filter, String note) {
    Map<String, Integer> expected = new TreeMap<>(model);
    expected.keySet().removeIf(topic -> !TopicFilter.matches(filter, topic));
    Map<String, Integer> found = new TreeMap<>();
    subject.match(
        filter,
        (topic, message) -> {
          assertNull(found.put(topic, message), () -> note + ": twice " + topic);
          return true;
        });
    assertEquals(expected, found, () -> note + ", filter " + filter);
  }

  private List<String> topics(String filter) {
    List<String> topics = new ArrayList<>();
    messages.match(filter, (topic, message) -> topics.add(topic));
    return topics;
  }
}
