package io.fluxmqtt.itests.conformance.v311;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MQTT 3.1.1, section 4.7: Topic Names and Topic Filters. */
class TopicIT extends SharedBrokerCase {
  /** A Topic Filter below a topic of this test, a Topic Name likewise, and whether they match. */
  @ParameterizedTest
  @CsvSource({
    "/#, '', true",
    "/#, /a, true",
    "/#, /a/b/c, true",
    "/#, /, true",
    "/a/#, /a, true",
    "/a/#, /a/, true",
    "/a/#, /ab, false",
    "/+, /a, true",
    "/+, /, true",
    "/+, '', false",
    "/+, /a/b, false",
    "/+/b, /a/b, true",
    "/+/b, //b, true",
    "/+/b, /b, false",
    "/a/+, /a, false",
    "/a/+, /a/, true",
    "/+/+/c, /a/b/c, true",
    "/+/#, /a, true",
    "/+/#, '', false",
    "/a, /a/, false",
    "/a/, /a, false",
    "/a, //a, false",
  })
  @Normative(
      v311 = {
        "MQTT-3.3.2-3",
        "MQTT-3.8.3-2",
        "MQTT-4.5.0-1",
        "MQTT-4.7.1-2",
        "MQTT-4.7.1-3",
        "MQTT-4.7.3-4"
      })
  void filterMatchesAsTheTextSays(String filter, String name, boolean matches) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic + filter, 0);
    subscriber.subscribe(topic + "-end", 0);
    Peer publisher = clean("publisher");
    publisher.publish(0, topic + name, "x");
    publisher.publish(2, topic + "-end", "end");
    assertEquals(matches ? 1 : 0, subscriber.takeUntil("end").size());
  }

  @ParameterizedTest
  @CsvSource({
    "é, e\u0301", // composed, decomposed
    "\u212B, \u00C5", // Ångström sign, A with ring
    "a, A",
    "ß, ss",
    "İ, i",
    "\uFF41, a", // full width
    "a\u200Bb, ab", // zero width space
    "a%2Fb, a/b",
    "a\u00ADb, ab",
    "./a, a",
    "a/../b, b"
  })
  @Normative(v311 = {"MQTT-4.7.3-4", "MQTT-3.10.4-1"})
  void charactersThatLookAlikeStayDifferent(String one, String other) throws IOException {
    Peer first = clean("first");
    first.subscribe(topic + "/" + one, 0);
    first.unsubscribe(topic + "/" + other);
    Peer second = clean("second");
    second.subscribe(topic + "/" + other, 0);
    Peer publisher = clean("publisher");
    publisher.publish(0, topic + "/" + one, "one");
    publisher.publish(0, topic + "/" + other, "other");
    assertEquals(topic + "/" + one, first.see("one").topic());
    assertEquals(topic + "/" + other, second.see("other").topic());
    first.ping();
    second.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-4.7.3-1"})
  void oneCharacterIsEnough() throws IOException {
    Peer subscriber = clean("subscriber");
    for (String name : List.of("/", "a", " ")) {
      subscriber.subscribe(name, 0);
      clean("publisher").publish(0, name, topic);
      assertEquals(name, subscriber.see(topic).topic());
    }
  }

  @Test
  @Normative(v311 = {"MQTT-4.7.3-3"})
  void topicsOf65535BytesAreTopics() throws IOException {
    String longest = topic + "x".repeat(65_535 - topic.length());
    Peer subscriber = clean("subscriber");
    assertEquals(0, subscriber.subscribe(longest, 0));
    clean("publisher").publish(0, longest, "payload");
    assertEquals(longest, subscriber.see("payload").topic());
    subscriber.unsubscribe(longest);
  }
}
