package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Subscription options and what a subscriber gets, byte by byte. */
@ExtendWith(SharedBroker.class)
class SubscriptionIT {
  private static final int NO_LOCAL = 0x04;
  private static final int RETAIN_AS_PUBLISHED = 0x08;
  private static final int RETAIN_IF_NEW = 0x10;
  private static final int RETAIN_NEVER = 0x20;

  private final String base = "subscription/" + UUID.randomUUID();
  private BrokerAddress broker;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(BrokerAddress address) throws IOException {
    broker = address;
    publisher = RawClient.connected(broker, ConnectPacket.v5("p" + base));
    subscriber = RawClient.connected(broker, ConnectPacket.v5("s" + base));
  }

  @AfterEach
  void close() throws IOException {
    publisher.close();
    subscriber.close();
  }

  @Test
  void grantsWhatWasAskedAndNamesBadFilters() throws IOException {
    assertEquals(0, subscriber.subscribe(base, 0));
    assertEquals(1, subscriber.subscribe(base, 1));
    assertEquals(2, subscriber.subscribe(base, 2));
    assertEquals(0x8F, subscriber.subscribe(base + "/a#", 1));
    assertEquals(0x8F, subscriber.subscribe(base + "/#/b", 1));
    assertEquals(0x8F, subscriber.subscribe(base + "/a+", 1));
    subscriber.ping();
  }

  @Test
  void unsubscribeSaysWhetherThereWasASubscription() throws IOException {
    subscriber.subscribe(base, 1);
    subscriber.send(Wire.unsubscribe(77, base));
    assertEquals(List.of(0x00), subscriber.expect(Wire.UNSUBACK).reasons());
    subscriber.send(Wire.unsubscribe(78, base));
    assertEquals(List.of(0x11), subscriber.expect(Wire.UNSUBACK).reasons());
    publisher.publish(base, "nobody");
    subscriber.ping();
  }

  @Test
  void noLocalKeepsOwnMessagesAway() throws IOException {
    publisher.subscribe(base, 1 | NO_LOCAL);
    subscriber.subscribe(base, 1);

    int id = publisher.nextPacketId();
    publisher.send(Wire.publish(base, 1, id, "own"));
    assertEquals(id, publisher.expect(Wire.PUBACK).packetId());
    assertEquals("own", subscriber.expect(Wire.PUBLISH).payloadText());

    subscriber.send(Wire.publish(base, 0, 0, "other"));
    assertEquals("other", publisher.expect(Wire.PUBLISH).payloadText());
  }

  @Test
  void retainAsPublishedKeepsTheFlag() throws IOException {
    subscriber.subscribe(base + "/keep", 1 | RETAIN_AS_PUBLISHED);
    subscriber.subscribe(base + "/clear", 1);

    publishRetained("/keep", "x");
    assertTrue(subscriber.expect(Wire.PUBLISH).retain());
    publishRetained("/clear", "x");
    assertFalse(subscriber.expect(Wire.PUBLISH).retain());

    publishRetained("/keep", "");
    publishRetained("/clear", "");
  }

  @Test
  void retainHandlingDecidesWhenRetainedMessagesCome() throws IOException {
    publishRetained("/r", "kept");

    subscriber.subscribe(base + "/r", 1 | RETAIN_NEVER);
    subscriber.ping();
    subscriber.subscribe(base + "/r", 1 | RETAIN_IF_NEW);
    subscriber.ping();
    subscriber.subscribe(base + "/r", 1);
    RawPacket retained = subscriber.expect(Wire.PUBLISH);
    assertEquals("kept", retained.payloadText());
    assertTrue(retained.retain());
    subscriber.send(Wire.acknowledge(Wire.PUBACK, retained.packetId()));

    try (RawClient fresh = RawClient.connected(broker, ConnectPacket.v5("f" + base))) {
      fresh.subscribe(base + "/+", 0 | RETAIN_IF_NEW);
      assertEquals("kept", fresh.expect(Wire.PUBLISH).payloadText());
    }
    publishRetained("/r", "");
  }

  @Test
  void everyMatchingIdentifierComesWithAMessage() throws IOException {
    subscriber.subscribe(base + "/a", 1, property(Wire.SUBSCRIPTION_IDENTIFIER, bytes(5)));
    subscriber.subscribe(base + "/+", 1, property(Wire.SUBSCRIPTION_IDENTIFIER, bytes(6)));
    subscriber.subscribe(base + "/end", 1);

    publisher.publish(base + "/a", "x");
    publisher.publish(base + "/end", "end");

    List<Object> ids = new java.util.ArrayList<>();
    for (RawPacket got = subscriber.expect(Wire.PUBLISH);
        !got.payloadText().equals("end");
        got = subscriber.expect(Wire.PUBLISH)) {
      ids.addAll(got.all(Wire.SUBSCRIPTION_IDENTIFIER));
    }
    ids.sort(null);
    assertEquals(List.of(5L, 6L), ids);
  }

  @Test
  void topicAliasStandsForItsTopic() throws IOException {
    RawPacket connAck;
    try (RawClient client = RawClient.open(broker)) {
      connAck = client.connect(ConnectPacket.v5("alias" + base));
      long maximum = connAck.number(Wire.TOPIC_ALIAS_MAXIMUM, 0);
      assertTrue(maximum >= 2, "Topic Alias Maximum " + maximum);
      subscriber.subscribe(base + "/#", 0);
      byte[] one = property(Wire.TOPIC_ALIAS, u16(1));

      client.send(
          Wire.publish(base + "/a", 0, 0, "set", one),
          Wire.publish("", 0, 0, "use", one),
          Wire.publish(base + "/b", 0, 0, "change", one),
          Wire.publish("", 0, 0, "use", one));

      for (String expected : List.of("/a set", "/a use", "/b change", "/b use")) {
        RawPacket got = subscriber.expect(Wire.PUBLISH);
        assertEquals(base + expected, got.topic() + " " + got.payloadText());
        assertEquals(0, got.number(Wire.TOPIC_ALIAS, 0), "aliases are of one connection");
      }
    }
  }

  @Test
  void unknownTopicAliasCloses() throws IOException {
    publisher.send(Wire.publish("", 0, 0, "x", property(Wire.TOPIC_ALIAS, u16(2))));
    RawPacket answer = publisher.expect(Wire.DISCONNECT);
    assertTrue(List.of(0x82, 0x94).contains(answer.reason()), answer::toString);
    publisher.expectClosed();
  }

  @Test
  void propertiesPassUnchangedAndInOrder() throws IOException {
    byte[][] sent = {
      property(0x01, bytes(1)),
      property(Wire.CONTENT_TYPE, utf8("text/plain")),
      property(Wire.RESPONSE_TOPIC, utf8("answer")),
      property(Wire.CORRELATION_DATA, Wire.binary(bytes(0, 1, 255))),
      Wire.userProperty("b", "1"),
      Wire.userProperty("a", "2"),
      Wire.userProperty("b", "1"),
    };
    subscriber.subscribe(base, 0);
    publisher.publish(base, "x", sent);

    RawPacket got = subscriber.expect(Wire.PUBLISH);
    assertEquals(1, got.number(0x01, -1));
    assertEquals(List.of("text/plain"), got.all(Wire.CONTENT_TYPE));
    assertEquals(List.of("answer"), got.all(Wire.RESPONSE_TOPIC));
    assertEquals(
        new String(bytes(0, 1, 255), StandardCharsets.ISO_8859_1),
        new String((byte[]) got.all(Wire.CORRELATION_DATA).get(0), StandardCharsets.ISO_8859_1));
    assertEquals(List.of("b=1", "a=2", "b=1"), got.all(Wire.USER_PROPERTY));
  }

  @Test
  void messageExpiryIsWhatRemains() throws Exception {
    ConnectPacket sleeper = ConnectPacket.v5("e" + base).sessionExpiry(60);
    try (RawClient client = RawClient.connected(broker, sleeper)) {
      client.subscribe(base, 1);
    }
    publisher.publish(base, "x", property(Wire.MESSAGE_EXPIRY, Wire.u32(100)));
    long end = System.nanoTime() + 1_200_000_000L;
    Await.until("a second has passed", () -> System.nanoTime() > end);

    ConnectPacket awake = ConnectPacket.v5("e" + base).resume();
    try (RawClient client = RawClient.connected(broker, awake)) {
      long remains = client.expect(Wire.PUBLISH).number(Wire.MESSAGE_EXPIRY, -1);
      assertTrue(remains == 98 || remains == 99, "" + remains);
    }
  }

  @Test
  void packetsOverTheClientsMaximumAreNotSent() throws IOException {
    ConnectPacket small =
        ConnectPacket.v5("m" + base).with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(200));
    try (RawClient client = RawClient.connected(broker, small)) {
      client.subscribe(base, 1);
      publisher.publish(base, "x".repeat(300));
      publisher.publish(base, "fits");
      assertEquals("fits", client.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  void dollarTopicsDoNotMatchLeadingWildcards() throws IOException {
    String level = UUID.randomUUID().toString();
    subscriber.subscribe("#", 0);
    subscriber.subscribe("+/" + level, 0);
    publisher.send(Wire.publish("$x/" + level, 0, 0, "hidden"));
    publisher.send(Wire.publish("x/" + level, 0, 0, "seen"));
    String seen;
    do {
      // "#" also matches what other tests publish at the same time.
      seen = subscriber.expect(Wire.PUBLISH).payloadText();
      assertFalse(seen.equals("hidden"));
    } while (!seen.equals("seen"));
  }

  @Test
  void overlappingFiltersOfOneSubscribeAreAllAnswered() throws IOException {
    byte[] filters =
        Stream.of(base + "/1", base + "/bad#", base + "/2")
            .map(filter -> Wire.join(utf8(filter), bytes(1)))
            .reduce(bytes(), Wire::join);
    subscriber.send(packet(0x82, u16(9), Wire.properties(), filters));
    assertEquals(List.of(1, 0x8F, 1), subscriber.expect(Wire.SUBACK).reasons());
  }

  private void publishRetained(String level, String payload) throws IOException {
    int id = publisher.nextPacketId();
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    publisher.send(Wire.publish(0x03, base + level, id, text));
    assertEquals(id, publisher.expect(Wire.PUBACK).packetId());
  }
}
