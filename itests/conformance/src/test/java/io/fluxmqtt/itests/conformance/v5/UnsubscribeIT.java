package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.10: UNSUBSCRIBE. */
@ExtendWith(SharedBroker.class)
class UnsubscribeIT {
  private static final int GONE = 0x00;
  private static final int NONE_EXISTED = 0x11;

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
  @Normative("MQTT-3.10.3-2")
  void anUnsubscribeWithoutTopicFilterIsAProtocolError() throws IOException {
    subscriber.send(packet(0xA2, u16(1), properties()));

    subscriber.expectDisconnect(0x82);
  }

  @Test
  @Normative("MQTT-3.10.4-1")
  void onlyTheSameCharactersEndASubscription() throws IOException {
    subscriber.subscribe(base + "a/+", 0);
    subscriber.subscribe(base + "b/#", 0);
    subscriber.subscribe(base + "c", 0);

    for (String other :
        List.of("a/b", "a/#", "a/+/", "#", "b/+", "b", "b/", "C", "c/", "/c", "+")) {
      assertEquals(List.of(NONE_EXISTED), unsubscribe(base + other), other);
    }
    assertEquals(List.of(NONE_EXISTED), unsubscribe("$share/g/" + base + "c"));
    publisher.publish(base + "a/1", "a");
    publisher.publish(base + "b/1", "b");
    publisher.publish(base + "c", "c");
    subscriber.take("a");
    subscriber.take("b");
    subscriber.take("c");

    assertEquals(List.of(GONE), unsubscribe(base + "a/+"));
    assertEquals(List.of(GONE), unsubscribe(base + "b/#"));
    publisher.publish(base + "a/1", "a");
    publisher.publish(base + "b/1", "b");
    publisher.publish(base + "c", "c");
    subscriber.take("c");
    subscriber.ping();
  }

  @Test
  @Normative({"MQTT-3.10.4-1", "MQTT-3.10.4-2"})
  void nothingMoreIsAddedAfterwards() throws IOException {
    subscriber.subscribe(base + "a", 2);
    subscriber.subscribe(base + "fence", 2);

    assertEquals(List.of(GONE), unsubscribe(base + "a"));
    for (int qos = 0; qos <= 2; qos++) {
      publisher.publishFully(qos << 1, base + "a", "late");
      publisher.publishFully(qos << 1, base + "fence", "fence");
      subscriber.take("fence");
    }
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.10.4-2")
  void whatIsRetainedAfterwardsDoesNotComeEither(Clients clients) throws IOException {
    for (String topic : List.of("k", "l", "m")) {
      publisher.publishRetained(base + topic, "before");
    }
    RawClient narrow = clients.connect(clients.v5("narrow").receiveMaximum(1));
    narrow.subscribe(base + "+", 1);
    RawPacket begun = narrow.expectMessage("before");
    narrow.subscribe("fence/" + base, 1);
    narrow.send(Wire.unsubscribe(9, base + "+"));
    narrow.expect(Wire.UNSUBACK);
    for (String topic : List.of("a", "k", "l", "m", "z")) {
      publisher.publishRetained(base + topic, "after");
    }
    publisher.publish("fence/" + base, "fence");
    narrow.acknowledge(begun);

    // What was retained before may come, as it may count as buffered.
    RawPacket next = narrow.expect(Wire.PUBLISH);
    while (next.payloadText().equals("before")) {
      narrow.acknowledge(next);
      next = narrow.expect(Wire.PUBLISH);
    }
    assertEquals("fence", next.payloadText());
    narrow.acknowledge(next);
    narrow.ping();
  }

  @Test
  @Normative("MQTT-3.10.4-2")
  void anOverlappingSubscriptionGoesOn() throws IOException {
    subscriber.subscribe(base + "a", 2);
    subscriber.subscribe(base + "+", 1);

    assertEquals(List.of(GONE), unsubscribe(base + "a"));
    publisher.publishFully(4, base + "a", "x");

    assertEquals(1, subscriber.take("x").qos());
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.10.4-2")
  void theSubscriptionIsGoneFromTheSession(Clients clients) throws IOException {
    RawClient first = clients.connect(clients.v5("c").sessionExpiry(60));
    first.subscribe(base + "a", 1);
    first.subscribe(base + "b", 1);
    first.send(Wire.unsubscribe(9, base + "a"));
    first.expect(Wire.UNSUBACK);
    first.cut();
    publisher.publish(base + "a", "late");
    publisher.publish(base + "b", "fence");

    RawClient second = clients.connect(clients.v5("c").resume());

    second.take("fence");
    second.ping();
  }

  @Test
  @Normative("MQTT-3.10.4-3")
  void whatWasBegunIsCompleted(Clients clients) throws IOException {
    RawClient first = clients.connect(clients.v5("c").sessionExpiry(60));
    first.subscribe(base + "a", 2);
    publisher.publishFully(2, base + "a", "QoS 1");
    publisher.publishFully(4, base + "a", "not received");
    publisher.publishFully(4, base + "a", "received");
    RawPacket one = first.expectMessage("QoS 1");
    RawPacket notReceived = first.expectMessage("not received");
    RawPacket received = first.expectMessage("received");

    first.send(Wire.unsubscribe(9, base + "a"));
    assertEquals(List.of(GONE), first.expect(Wire.UNSUBACK).reasons());
    first.send(Wire.acknowledge(Wire.PUBREC, received.packetId()));
    assertEquals(received.packetId(), first.expect(Wire.PUBREL).packetId());
    first.send(Wire.acknowledge(Wire.PUBCOMP, received.packetId()));
    first.ping();
    first.cut();

    RawClient second = clients.connect(clients.v5("c").resume());
    RawPacket again = second.take("QoS 1");
    assertEquals(one.packetId(), again.packetId());
    assertTrue(again.dup());
    assertEquals(notReceived.packetId(), second.take("not received").packetId());
    second.ping();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256, 65_535})
  @Normative({"MQTT-3.10.4-4", "MQTT-3.10.4-5"})
  void unsubAckHasTheIdentifierOfItsUnsubscribe(int packetId) throws IOException {
    subscriber.subscribe(base + "a", 1);

    for (int reason : new int[] {GONE, NONE_EXISTED}) {
      subscriber.send(Wire.unsubscribe(packetId, base + "a"));
      RawPacket unsubAck = subscriber.expect(Wire.UNSUBACK);
      assertEquals(0xB0, unsubAck.first());
      assertEquals(packetId, unsubAck.packetId());
      assertEquals(List.of(reason), unsubAck.reasons());
    }
  }

  @Test
  @Normative("MQTT-3.10.4-6")
  void manyFiltersAreAsManyUnsubscribes() throws IOException {
    for (String topic : List.of("a", "b", "c/+", "d")) {
      subscriber.subscribe(base + topic, 0);
    }

    assertEquals(
        List.of(GONE, NONE_EXISTED, GONE, GONE),
        unsubscribe(base + "a", base + "a", base + "c/+", base + "b"));

    for (String topic : List.of("a", "b", "c/1", "d")) {
      publisher.publishFully(0, base + topic, topic);
    }
    subscriber.take("d");
    subscriber.ping();
  }

  private List<Integer> unsubscribe(String... filters) throws IOException {
    subscriber.send(Wire.unsubscribeAll(4711, filters));
    RawPacket unsubAck = subscriber.expect(Wire.UNSUBACK);
    assertEquals(4711, unsubAck.packetId());
    return unsubAck.reasons();
  }
}
