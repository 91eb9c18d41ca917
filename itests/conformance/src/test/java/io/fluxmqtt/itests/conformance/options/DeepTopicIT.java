package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.expectClosedSilently;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics of thousands of levels cost no stack, where threads have little of it. */
class DeepTopicIT {
  private static final int DEEPEST = 200;
  private static final int TOPIC_NAME_INVALID = 0x90;
  private static final int TOPIC_FILTER_INVALID = 0x8F;

  private static ListenerBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        ListenerBroker.of(BrokerProcess.prepare("deep", Map.of("JAVA_OPTS", "-Xmx256m -Xss256k")))
            .listener("deepest", "topicMaxLevels = " + DEEPEST)
            .start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  /** The loops serve others, and none had a stack that ran over. */
  @AfterEach
  void othersAreServed() throws Exception {
    for (String listener : List.of("default", "deepest")) {
      try (RawClient neighbour = broker.v5(listener)) {
        assertEquals(0, neighbour.subscribe("t", 0));
        neighbour.send(Wire.publish("t", 0, 0, "x"));
        assertEquals("x", neighbour.expect(Wire.PUBLISH).payloadText());
      }
    }
    assertTrue(broker.process().process().isAlive());
    broker.expectNoTrouble();
  }

  static Stream<String> deepTopics() {
    return Stream.of("/".repeat(32_000), "a/".repeat(32_000) + "a", "/".repeat(65_535));
  }

  static Stream<String> deepFilters() {
    return Stream.of(
        "/".repeat(32_000), "+/".repeat(32_000) + "#", "/".repeat(65_534) + "#", "+/".repeat(201));
  }

  @ParameterizedTest
  @MethodSource("deepTopics")
  void deepTopicIsRefused(String topic) throws Exception {
    for (String listener : List.of("default", "deepest")) {
      try (RawClient client = broker.v5(listener)) {
        client.subscribe("#", 0);
        for (int flags : new int[] {2, 3}) { // retained as well
          client.send(Wire.publish(flags, topic, 1, new byte[1]));
          assertEquals(TOPIC_NAME_INVALID, client.expect(Wire.PUBACK).reason());
        }
        client.send(Wire.publish(topic, 0, 0, "x"));
        client.expectDisconnect(TOPIC_NAME_INVALID);
      }
      try (RawClient client = broker.v311(listener)) {
        client.send(Wire.publish311(2, topic, 1, "x"));
        expectClosedSilently(client);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("deepFilters")
  void deepFilterIsRefused(String filter) throws Exception {
    for (String listener : List.of("default", "deepest")) {
      try (RawClient client = broker.v5(listener)) {
        assertEquals(TOPIC_FILTER_INVALID, client.subscribe(filter, 0));
        if (filter.length() < 65_000) {
          assertEquals(TOPIC_FILTER_INVALID, client.subscribe("$share/g/" + filter, 0));
        }
        client.send(Wire.unsubscribe(9, filter));
        assertNotEquals(0, client.expect(Wire.UNSUBACK).reasons().get(0));
      }
      try (RawClient client = broker.v311(listener)) {
        assertEquals(0x80, client.subscribe(filter, 0));
        client.send(unsubscribe(4, filter));
        assertEquals(9, client.expect(Wire.UNSUBACK).packetId());
        client.ping();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("deepTopics")
  void deepWillTopicIsRefused(String topic) throws Exception {
    for (String listener : List.of("default", "deepest")) {
      ConnectPacket connect = ConnectPacket.v5(unique()).will(topic, "x", 1);
      assertEquals(TOPIC_NAME_INVALID, broker.refusal(listener, connect));
      try (RawClient client = broker.open(listener)) {
        client.send(ConnectPacket.v311(unique()).will(topic, "x", 1).toBytes());
        expectClosedSilently(client);
      }
    }
  }

  @Test
  void deepResponseTopicIsAnsweredWithACode() throws Exception {
    byte[] deep = Wire.property(Wire.RESPONSE_TOPIC, Wire.utf8("/".repeat(32_000)));
    try (RawClient client = broker.v5("deepest")) {
      client.send(Wire.publish("t", 1, 1, "x", deep));
      RawPacket answer = client.receive();
      assertTrue(List.of(Wire.PUBACK, Wire.DISCONNECT).contains(answer.type()), answer::toString);
    }
  }

  /** As deep as the option goes, down to the trees of subscriptions and retained messages. */
  @ParameterizedTest
  @ValueSource(ints = {5, 4})
  void theDeepestTopicThatIsAllowedGoesThroughTheTrees(int version) throws Exception {
    String topic = unique() + "/".repeat(DEEPEST - 1);
    try (RawClient client = broker.connected(version, "deepest")) {
      for (String filter : List.of(topic, "+" + "/+".repeat(DEEPEST - 1), topic + "#")) {
        assertEquals(0, client.subscribe(filter, 0));
        client.send(publish(version, topic, "x"));
        assertEquals(topic, client.expect(Wire.PUBLISH).topic());
        client.send(unsubscribe(version, filter));
        client.expect(Wire.UNSUBACK);
      }
      client.send(publish(version, topic, "kept"));
      client.send(retained(version, topic, "kept"));
      client.ping();
      assertEquals(0, client.subscribe("+" + "/+".repeat(DEEPEST - 1), 0));
      assertEquals("kept", client.expect(Wire.PUBLISH).payloadText());
      client.send(retained(version, topic, ""));
      assertEquals("", client.expect(Wire.PUBLISH).payloadText());
    }
    ConnectPacket will = ConnectPacket.v5(unique()).will(topic, "gone", 0);
    try (RawClient watcher = broker.v5("deepest");
        RawClient client = RawClient.connected(broker.process().address("deepest"), will)) {
      watcher.subscribe(topic, 0);
      client.cut();
      assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
    }
  }

  private static byte[] publish(int version, String topic, String payload) {
    return version == 5
        ? Wire.publish(topic, 0, 0, payload)
        : Wire.publish311(0, topic, 0, payload);
  }

  private static byte[] retained(int version, String topic, String payload) {
    return version == 5
        ? Wire.publish(1, topic, 0, payload.getBytes(java.nio.charset.StandardCharsets.UTF_8))
        : Wire.publish311(1, topic, 0, payload);
  }

  private static byte[] unsubscribe(int version, String filter) {
    return version == 5
        ? Wire.unsubscribe(9, filter)
        : Wire.packet(Wire.UNSUBSCRIBE << 4 | 2, Wire.u16(9), Wire.utf8(filter));
  }
}
