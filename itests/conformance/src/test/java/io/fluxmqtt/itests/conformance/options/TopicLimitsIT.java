package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.expectClosedSilently;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.publish311;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How long a topic may be, and of how many levels, at a listener that limits both. */
class TopicLimitsIT {
  private static final int TOPIC_NAME_INVALID = 0x90;
  private static final int TOPIC_FILTER_INVALID = 0x8F;
  private static final int FAILURE_311 = 0x80;

  private static ListenerBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        ListenerBroker.prepare("topic-limits")
            .listener("short", "topicMaxBytes = 40", "topicMaxLevels = 5")
            .start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  /** One byte or one level too many. */
  static Stream<String> beyond() {
    return Stream.of("1/2/3/4/5/6", "/////", "x".repeat(41), "ä".repeat(20) + "x");
  }

  /** As much as is allowed. */
  static Stream<String> within() {
    return Stream.of("1/2/3/4/5", "////", "x".repeat(40), "ä".repeat(20));
  }

  @ParameterizedTest
  @MethodSource("within")
  void topicWithinTheLimitsIsServed(String topic) throws Exception {
    try (RawClient client = broker.v5("short");
        RawClient old = broker.v311("short")) {
      assertEquals(1, client.subscribe(topic, 1));
      assertEquals(0, client.publish(topic, "x"));
      assertEquals(topic, client.expect(Wire.PUBLISH).topic());
      assertEquals(0, old.subscribe(topic, 0));
      publish311(old, topic, "x");
      assertEquals(topic, old.expect(Wire.PUBLISH).topic());
    }
    ConnectPacket will = ConnectPacket.v5(unique()).will(topic, "x", 0);
    RawClient.connected(broker.process().address("short"), will).close();
  }

  @ParameterizedTest
  @MethodSource("beyond")
  void topicBeyondTheLimitsIsInvalid(String topic) throws Exception {
    try (RawClient client = broker.v5("short")) {
      client.send(Wire.publish(topic, 1, 1, "x"));
      RawPacket pubAck = client.expect(Wire.PUBACK);
      assertEquals(TOPIC_NAME_INVALID, pubAck.reason());
      client.send(Wire.publish(topic, 2, 2, "x"));
      assertEquals(TOPIC_NAME_INVALID, client.expect(Wire.PUBREC).reason());
      client.send(Wire.publish(topic, 0, 0, "x"));
      client.expectDisconnect(TOPIC_NAME_INVALID);
    }
  }

  @ParameterizedTest
  @MethodSource("beyond")
  void filterBeyondTheLimitsIsInvalid(String filter) throws Exception {
    try (RawClient client = broker.v5("short")) {
      assertEquals(TOPIC_FILTER_INVALID, client.subscribe(filter, 0));
      assertEquals(TOPIC_FILTER_INVALID, client.subscribe("$share/g/" + filter, 0));
      client.send(Wire.unsubscribe(9, filter));
      assertNotEquals(0, client.expect(Wire.UNSUBACK).reasons().get(0));
      client.ping();
    }
  }

  @ParameterizedTest
  @MethodSource("beyond")
  void willTopicBeyondTheLimitsRefusesTheConnection(String topic) throws Exception {
    ConnectPacket connect = ConnectPacket.v5(unique()).will(topic, "x", 0);
    assertEquals(TOPIC_NAME_INVALID, broker.refusal("short", connect));
  }

  @Test
  void withoutLimitsAWillTopicMayBeAsLongAsATextCanBe() throws Exception {
    for (int version = 4; version <= 5; version++) {
      String topic = unique() + "x".repeat(65_527);
      ConnectPacket will = version == 5 ? ConnectPacket.v5("will") : ConnectPacket.v311("will");
      try (RawClient watcher = broker.v5("default");
          RawClient client =
              RawClient.connected(broker.process().address(), will.will(topic, "gone", 0))) {
        watcher.subscribe(topic, 0);
        client.cut();
        assertEquals(topic, watcher.expect(Wire.PUBLISH).topic());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("beyond")
  void in311TheTopicClosesAndTheFilterFails(String topic) throws Exception {
    for (int qos = 0; qos <= 2; qos++) {
      try (RawClient client = broker.v311("short")) {
        assertEquals(FAILURE_311, client.subscribe(topic, 0));
        client.send(Wire.packet(Wire.UNSUBSCRIBE << 4 | 2, Wire.u16(9), Wire.utf8(topic)));
        assertEquals(9, client.expect(Wire.UNSUBACK).packetId());
        client.send(Wire.publish311(qos << 1, topic, 1, "x"));
        expectClosedSilently(client);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("beyond")
  void in311TheWillClosesWithoutCode(String topic) throws Exception {
    try (RawClient client = broker.open("short")) {
      client.send(ConnectPacket.v311(unique()).will(topic, "x", 0).toBytes());
      expectClosedSilently(client);
    }
  }

  @Test
  void aliasOfARefusedTopicIsRefusedToo() throws Exception {
    byte[] alias = Wire.property(Wire.TOPIC_ALIAS, Wire.u16(1));
    try (RawClient client = broker.v5("short")) {
      assertEquals(TOPIC_NAME_INVALID, client.publish("1/2/3/4/5/6", "x", alias));
      assertEquals(TOPIC_NAME_INVALID, client.publish("", "x", alias));
    }
  }

  @Test
  void oneBadFilterDoesNotTouchTheOthers() throws Exception {
    try (RawClient client = broker.v5("short")) {
      client.send(
          Wire.packet(
              Wire.SUBSCRIBE << 4 | 2,
              Wire.u16(3),
              Wire.properties(),
              Wire.utf8("a"),
              Wire.bytes(1),
              Wire.utf8("1/2/3/4/5/6"),
              Wire.bytes(1),
              Wire.utf8("b"),
              Wire.bytes(2)));
      assertEquals(List.of(1, TOPIC_FILTER_INVALID, 2), client.expect(Wire.SUBACK).reasons());
    }
  }
}
