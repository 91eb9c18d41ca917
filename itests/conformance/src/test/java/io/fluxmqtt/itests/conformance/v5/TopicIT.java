package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.RuledBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 4.7: Topic Names and Topic Filters. */
@ExtendWith(RuledBroker.class)
class TopicIT {
  private static final Set<Integer> INVALID = Set.of(0x81, 0x82, 0x90);

  private String base;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    base = clients.topic("");
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
  }

  @ParameterizedTest
  @ValueSource(strings = {"#/", "a/#/b", "#/a", "a#", "a/b#", "a/#b", "##", "a/##", "#+", "+#"})
  @Normative("MQTT-4.7.1-1")
  void theMultiLevelWildcardIsAWholeLevelAndTheLast(String filter, Clients clients)
      throws IOException {
    assertMalformed(base + filter, clients);
    assertMalformed(filter, clients);
  }

  /** 0x8F of SUBACK is for filters that are correctly formed: one that is not closes. */
  private static void assertMalformed(String filter, Clients clients) throws IOException {
    for (byte[] packet : List.of(Wire.subscribe(8, filter, 1), Wire.unsubscribe(9, filter))) {
      RawClient client = clients.connect("malformed");
      client.send(packet);
      client.expectDisconnect(0x81);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+", "+a", "a/b+", "a/+b", "++", "a/++/b", "a/b+/c", "+#"})
  @Normative("MQTT-4.7.1-2")
  void theSingleLevelWildcardIsAWholeLevel(String filter, Clients clients) throws IOException {
    assertMalformed(base + filter, clients);
    assertMalformed(filter, clients);
  }

  @ParameterizedTest
  @CsvSource({
    // filter, Topic Names that match, Topic Names that do not; both separated by blanks
    "a/#, a a/ a/b a/b/c a//c, b ab aa/b",
    "a/b, a/b, a a/ a/b/ a/B A/b a/b/c /a/b",
    "a/+, a/b a/ a/+-, a a/b/c /a/b",
    "+/b, a/b /b, b a/b/c a/a",
    "a/+/c, a/b/c a//c, a/c a/b/d a/b/c/d a/b/b/c",
    "+/+, a/b / /b a/, a a/b/c",
    "+/b/#, a/b a/b/c /b/, a b a/c",
    "/+, /a /, a a/ /a/b",
    "/, /, a a/ /a",
    "a//b, a//b, a/b a///b",
    "+, a A, a/ /a a/b"
  })
  @Normative({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.7.3-4"})
  void filtersMatchAsTheTextSays(String filter, String matching, String others) throws IOException {
    assertEquals(0, subscriber.subscribe(base + filter, 0));
    subscriber.subscribe("fence/" + base, 0);
    List<String> expected = new ArrayList<>();
    for (String topic : (matching + " " + others).split(" ")) {
      if (topic.equals("a/+-")) {
        continue; // a wildcard is nothing to publish to
      }
      publisher.publishFully(0, base + topic, topic);
      if (List.of(matching.split(" ")).contains(topic)) {
        expected.add(topic);
      }
    }
    publisher.publishFully(0, "fence/" + base, "fence");

    List<String> got = new ArrayList<>();
    for (RawPacket packet = subscriber.expect(Wire.PUBLISH);
        !packet.payloadText().equals("fence");
        packet = subscriber.expect(Wire.PUBLISH)) {
      assertEquals(base + packet.payloadText(), packet.topic());
      got.add(packet.payloadText());
    }
    assertEquals(expected, got);
  }

  @Test
  @Normative("MQTT-4.7.2-1")
  void aWildcardInFrontDoesNotMatchADollarTopic(Clients clients) throws IOException {
    subscriber = clients.connect("wild");
    String hidden = "$test/" + base + "x";
    publisher.publishRetained(hidden, "retained");
    assertEquals(0, subscriber.subscribe("#", 0));
    assertEquals(0, subscriber.subscribe("+/" + base + "x", 0));
    assertEquals(0, subscriber.subscribe("+/#", 0));
    assertEquals(0, subscriber.subscribe("$share/g/#", 0));
    subscriber.subscribe("fence/" + base, 0);

    publisher.publish(hidden, "live");
    publisher.publish("$test/" + base + "x/y", "live");
    publisher.publish("fence/" + base, "fence");

    // "#" brings what other tests do at the same time.
    String payload;
    do {
      RawPacket packet = subscriber.expect(Wire.PUBLISH);
      assertEquals(-1, packet.topic().indexOf('$'), packet::topic);
      payload = packet.payloadText();
    } while (!payload.equals("fence"));

    assertEquals(0, publisher.subscribe(hidden, 0));
    publisher.take("retained"); // it was there
  }

  @Test
  @Normative("MQTT-4.7.2-1")
  void aFilterThatBeginsWithTheDollarLevelDoes() throws IOException {
    for (String filter :
        List.of(
            "$test/" + base + "#", "$test/+/" + base.substring(5) + "+", "$test/" + base + "x")) {
      assertEquals(0, subscriber.subscribe(filter, 0));
    }

    publisher.publish("$test/" + base + "x", "seen");

    assertEquals("$test/" + base + "x", subscriber.expectMessage("seen").topic());
  }

  @Test
  @Normative("MQTT-4.7.3-1")
  void anEmptyTopicNameIsRefused() throws IOException {
    publisher.send(Wire.publish("", 1, 1, "x"));

    publisher.expectDisconnect(INVALID);
  }

  @Test
  @Normative("MQTT-4.7.3-1")
  void anEmptyTopicFilterIsRefused(Clients clients) throws IOException {
    assertMalformed("", clients);
    assertEquals(0, subscriber.subscribe("/", 0));
    subscriber.ping();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "ä", "€", "🌡"})
  @Normative("MQTT-4.7.3-3")
  void namesAndFiltersMayTake65535BytesOfUtf8(String letter) throws IOException {
    int count = (65_535 - base.length()) / letter.getBytes(UTF_8).length;
    String longest = base + letter.repeat(count);
    longest += "x".repeat(65_535 - longest.getBytes(UTF_8).length);
    assertEquals(0, subscriber.subscribe(longest, 0));

    publisher.publish(longest, "seen");

    RawPacket got = subscriber.take("seen");
    assertEquals(longest, got.topic());
    assertEquals("ffff", "%02x%02x".formatted(got.body()[0], got.body()[1]));
    assertEquals(0, subscriber.subscribe("$share/g/" + longest.substring(9), 0));
    subscriber.send(Wire.unsubscribe(9, longest));
    assertEquals(List.of(0), subscriber.expect(Wire.UNSUBACK).reasons());
  }

  @Test
  @Normative("MQTT-4.7.3-4")
  void nothingIsNormalized() throws IOException {
    List<String> topics =
        List.of(
            "Caf\u00e9",
            "Cafe\u0301",
            "cafe",
            "CAFE",
            " cafe",
            "cafe ",
            "/cafe",
            "cafe/",
            "\ufeffcafe",
            "a/../cafe",
            "./cafe",
            "ﬁ",
            "fi",
            "\ud83c\udf21",
            "%2F",
            "a\\b",
            "Ⅳ",
            "IV");
    for (String topic : topics) {
      subscriber.subscribe(
          base + topic,
          0,
          Wire.property(Wire.SUBSCRIPTION_IDENTIFIER, Wire.varint(1 + topics.indexOf(topic))));
    }

    for (String topic : topics) {
      publisher.publish(base + topic, topic);
      RawPacket got = subscriber.expectMessage(topic);
      assertEquals(base + topic, got.topic());
      assertEquals(
          List.of(1L + topics.indexOf(topic)), got.all(Wire.SUBSCRIPTION_IDENTIFIER), topic);
    }
    subscriber.ping();
  }

  @Test
  void aTopicLengthBeyondThePacketIsMalformed() throws IOException {
    publisher.send(Wire.packet(0x30, bytes(0xFF, 0xFF, 'a')));

    publisher.expectDisconnect(0x81);
  }
}
