package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.request;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
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

/** MQTT 5.0, section 3.8: SUBSCRIBE (Retain Handling and Retain As Published: RetainedIT). */
@ExtendWith(SharedBroker.class)
class SubscribeIT {
  /** Correctly formed, but with more levels than the broker takes. */
  private static final String TOO_DEEP = "/".repeat(150);

  private static final int NO_LOCAL = 0x04;
  private static final int RETAIN_AS_PUBLISHED = 0x08;

  private String base;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    base = clients.topic("");
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
  }

  @Test
  @Normative("MQTT-3.8.3-2")
  void aSubscribeWithoutTopicFilterIsAProtocolError() throws IOException {
    subscriber.send(packet(0x82, u16(1), properties()));

    subscriber.expectDisconnect(0x82);
  }

  @Test
  @Normative("MQTT-3.8.3-2")
  void aTopicFilterWithoutOptionsIsMalformed() throws IOException {
    subscriber.send(packet(0x82, u16(1), properties(), Wire.utf8(base + "a")));

    subscriber.expectDisconnect(0x81);
  }

  @Test
  @Normative("MQTT-3.8.3-3")
  void noLocalKeepsTheClientsOwnMessagesAway() throws IOException {
    subscriber.subscribe(base + "a", 2 | NO_LOCAL);
    publisher.subscribe(base + "a", 1);

    for (int qos = 0; qos <= 2; qos++) {
      subscriber.publishFully(qos << 1, base + "a", "own " + qos);
      publisher.take("own " + qos);
    }
    publisher.subscribe(base + "a", 1 | NO_LOCAL);
    publisher.publish(base + "a", "other");

    subscriber.take("other");
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.8.3-3")
  void noLocalIsOfTheClientIdentifierNotOfTheConnection(Clients clients) throws IOException {
    RawClient first = clients.connect(clients.v5("c").sessionExpiry(60));
    first.subscribe(base + "a", 1 | NO_LOCAL);
    first.publish(base + "a", "before");
    first.cut();

    RawClient second = clients.connect(clients.v5("c").resume());
    second.publish(base + "a", "after");
    publisher.publish(base + "a", "other");

    second.take("other");
    second.ping();
  }

  @Test
  @Normative("MQTT-3.8.3-3")
  void noLocalHoldsForRetainedMessagesToo() throws IOException {
    subscriber.publishRetained(base + "a", "own");
    publisher.publishRetained(base + "b", "other");

    subscriber.subscribe(base + "a", 1 | NO_LOCAL);
    subscriber.subscribe(base + "b", 1 | NO_LOCAL);
    subscriber.take("other");
    subscriber.ping();

    subscriber.subscribe(base + "a", 1);
    subscriber.take("own");
    publisher.publishRetained(base + "a", "");
    publisher.publishRetained(base + "b", "");
  }

  @Test
  void withoutNoLocalOneHearsOneself() throws IOException {
    subscriber.subscribe(base + "a", 0);
    subscriber.send(Wire.publish(base + "a", 0, 0, "own"));
    subscriber.take("own");
  }

  @Test
  @Normative("MQTT-3.8.3-4")
  void noLocalOnASharedSubscriptionIsAProtocolError() throws IOException {
    subscriber.send(Wire.subscribe(1, "$share/g/" + base + "a", 1 | NO_LOCAL));

    subscriber.expectDisconnect(0x82);
  }

  @ParameterizedTest
  @ValueSource(ints = {0x40, 0x80, 0xC0, 0xC1})
  @Normative("MQTT-3.8.3-5")
  void reservedOptionBitsAreMalformed(int options) throws IOException {
    subscriber.send(Wire.subscribeAll(1, request(base + "a", 1), request(base + "b", options)));

    subscriber.expectDisconnect(0x81);
  }

  @Test
  void qos3AndRetainHandling3AreRefused(Clients clients) throws IOException {
    subscriber.send(Wire.subscribe(1, base + "a", 0x03));
    subscriber.expectDisconnect(Set.of(0x81, 0x82));

    RawClient other = clients.connect("other");
    other.send(Wire.subscribe(1, base + "a", 0x30));
    other.expectDisconnect(Set.of(0x81, 0x82));
  }

  @Test
  void subscriptionIdentifier0AndTwoOfThemAreProtocolErrors(Clients clients) throws IOException {
    byte[] zero = property(Wire.SUBSCRIPTION_IDENTIFIER, bytes(0));
    subscriber.send(Wire.subscribe(1, base + "a", 0, zero));
    subscriber.expectDisconnect(Set.of(0x81, 0x82));

    RawClient other = clients.connect("other");
    byte[] one = property(Wire.SUBSCRIPTION_IDENTIFIER, bytes(1));
    other.send(Wire.subscribe(1, base + "a", 0, one, one));
    other.expectDisconnect(0x82);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 255, 256, 65_535})
  @Normative({"MQTT-3.8.4-1", "MQTT-3.8.4-2"})
  void subAckHasTheIdentifierOfItsSubscribe(int packetId) throws IOException {
    subscriber.send(Wire.subscribe(packetId, base + "a", 1));

    RawPacket subAck = subscriber.expect(Wire.SUBACK);
    assertEquals(0x90, subAck.first());
    assertEquals(packetId, subAck.packetId());
    assertEquals(List.of(1), subAck.reasons());
  }

  @Test
  @Normative({"MQTT-3.8.4-1", "MQTT-3.8.4-2"})
  void aRefusalIsASubAckToo() throws IOException {
    subscriber.send(Wire.subscribe(7, TOO_DEEP, 1));

    RawPacket subAck = subscriber.expect(Wire.SUBACK);
    assertEquals(7, subAck.packetId());
    assertEquals(List.of(0x8F), subAck.reasons());
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.8.4-3")
  void subscribingAgainReplacesTheSubscription() throws IOException {
    subscriber.subscribe(base + "a", 2 | NO_LOCAL);
    subscriber.subscribe(base + "a", 0 | RETAIN_AS_PUBLISHED);

    publisher.publishFully(3, base + "a", "once");
    RawPacket once = subscriber.take("once");
    assertEquals(0x31, once.first(), "QoS 0, RETAIN as published");
    subscriber.send(Wire.publish(base + "a", 0, 0, "own"));
    subscriber.take("own");
    subscriber.ping();

    subscriber.send(Wire.unsubscribe(9, base + "a"));
    assertEquals(List.of(0), subscriber.expect(Wire.UNSUBACK).reasons());
    subscriber.send(Wire.unsubscribe(10, base + "a"));
    assertEquals(List.of(0x11), subscriber.expect(Wire.UNSUBACK).reasons(), "there was but one");
    publisher.publishRetained(base + "a", "");
  }

  @Test
  @Normative("MQTT-3.8.4-3")
  void aSharedSubscriptionIsAnotherOneThanThePlainOne() throws IOException {
    subscriber.subscribe(base + "a", 0);
    subscriber.subscribe("$share/g/" + base + "a", 1);

    publisher.publish(base + "a", "x");

    assertEquals(1, subscriber.take("x").qos() + subscriber.take("x").qos(), "both");
  }

  @Test
  @Normative("MQTT-3.8.4-4")
  void nothingIsLostWhileASubscriptionIsReplaced() throws IOException {
    int count = 500;
    subscriber.subscribe(base + "a", 1);
    List<String> expected = new ArrayList<>();
    List<String> got = new ArrayList<>();
    int id = 100;
    for (int i = 0; i < count; i++) {
      publisher.send(Wire.publish(base + "a", 1, i + 1, "m" + i));
      expected.add("m" + i);
      subscriber.send(Wire.subscribe(id++, base + "a", 1 | i % 2 << 3));
      while (!isSubAck(got)) {
        // messages come before and after it
      }
      publisher.expect(Wire.PUBACK);
    }
    while (got.size() < count) {
      isSubAck(got);
    }
    assertEquals(expected, got);
    subscriber.ping();
  }

  /** Takes a packet; notes what it holds if it is a message. */
  private boolean isSubAck(List<String> messages) throws IOException {
    RawPacket packet = subscriber.receive();
    if (packet.type() == Wire.SUBACK) {
      return true;
    }
    assertEquals(Wire.PUBLISH, packet.type());
    messages.add(packet.payloadText());
    subscriber.acknowledge(packet);
    return false;
  }

  @Test
  @Normative({"MQTT-3.8.4-5", "MQTT-3.8.4-6"})
  void manyFiltersAreAsManySubscribes() throws IOException {
    subscriber.send(
        Wire.subscribeAll(
            5,
            request(base + "a", 2),
            request(base + "b", 1),
            request(TOO_DEEP, 1),
            request(base + "a", 0), // replaces the first
            request(base + "c/#", 2)));

    RawPacket subAck = subscriber.expect(Wire.SUBACK);
    assertEquals(5, subAck.packetId());
    assertEquals(List.of(2, 1, 0x8F, 0, 2), subAck.reasons());

    for (String topic : List.of("a", "b", "c", "d")) {
      publisher.publishFully(4, base + topic, topic);
    }
    assertEquals(0, subscriber.take("a").qos());
    assertEquals(1, subscriber.take("b").qos());
    assertEquals(2, subscriber.take("c").qos());
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.8.4-5")
  void eachFilterOfASubscribeBringsItsRetainedMessages() throws IOException {
    publisher.publishRetained(base + "a", "kept");

    subscriber.send(
        Wire.subscribeAll(5, request(base + "a", 0), request(base + "+", 0), request("x", 0)));
    assertEquals(List.of(0, 0, 0), subscriber.expect(Wire.SUBACK).reasons());

    subscriber.take("kept");
    subscriber.take("kept");
    subscriber.ping();
    publisher.publishRetained(base + "a", "");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0", "0, 1, 0", "0, 2, 0",
    "1, 0, 0", "1, 1, 1", "1, 2, 1",
    "2, 0, 0", "2, 1, 1", "2, 2, 2"
  })
  @Normative({"MQTT-3.8.4-7", "MQTT-3.8.4-8"})
  void aMessageComesWithTheLowerQos(int published, int asked, int expected) throws IOException {
    assertEquals(asked, subscriber.subscribe(base + "a", asked), "granted");
    publisher.publishFully(published << 1 | 1, base + "a", "live");
    assertEquals(expected, subscriber.take("live").qos());

    assertEquals(asked, subscriber.subscribe(base + "+", asked), "granted");
    assertEquals(expected, subscriber.take("live").qos(), "the retained one");
    publisher.publishRetained(base + "a", "");
  }
}
