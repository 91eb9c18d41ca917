package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, section 2.3.1: Packet Identifier. */
class PacketIdentifierIT extends SharedBrokerCase {
  private static final int ALL_IDENTIFIERS = 65_535;
  private static final int BATCH = 256;

  static Stream<byte[]> withIdentifierZero() {
    return Stream.of(
        publish311(0x02, "t", 0, "x"),
        publish311(0x04, "t", 0, "x"),
        Wire.subscribe311(0, "t", 0),
        Peer.unsubscribe(0, utf8("t")));
  }

  @ParameterizedTest
  @MethodSource("withIdentifierZero")
  @Normative(v311 = {"MQTT-2.3.1-1", "MQTT-4.8.0-1"})
  void identifierZeroCloses(byte[] packet) throws IOException {
    Peer peer = clean("culprit");
    peer.send(packet);
    peer.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Normative(v311 = {"MQTT-2.3.1-1", "MQTT-2.3.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1"})
  void messagesInFlightHaveIdentifiersOfTheirOwn(int qos) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, qos);
    Peer publisher = clean("publisher");
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      publisher.publish(qos, topic, "m" + i);
      int id = subscriber.see("m" + i).packetId();
      assertNotEquals(0, id);
      assertTrue(ids.add(id), () -> id + " is in use");
    }
  }

  @Test
  @Normative(v311 = {"MQTT-2.3.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1"})
  void identifierInUseIsPassedOverWhenTheyStartAgain() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.publish(1, topic, "held at 1");
    int first = subscriber.see("held at 1").packetId();
    publisher.publish(2, topic, "held at 2");
    int second = subscriber.see("held at 2").packetId();
    publisher.publish(2, topic, "held as PUBREL");
    int third = subscriber.see("held as PUBREL").packetId();
    subscriber.send(acknowledge(Wire.PUBREC, third));
    subscriber.expectAcknowledgement(Wire.PUBREL, third);
    Set<Integer> held = Set.of(first, second, third);

    for (int sent = 0; sent <= ALL_IDENTIFIERS; sent += BATCH) {
      publisher.send(batch());
      for (int i = 1; i <= BATCH; i++) {
        publisher.expectAcknowledgement(Wire.PUBACK, i);
      }
      ByteArrayOutputStream answers = new ByteArrayOutputStream();
      for (int i = 0; i < BATCH; i++) {
        int id = subscriber.see("m").packetId();
        assertTrue(id != 0 && !held.contains(id), () -> id + " is in use");
        answers.writeBytes(acknowledge(Wire.PUBACK, id));
      }
      subscriber.send(answers.toByteArray());
    }
  }

  private byte[] batch() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int id = 1; id <= BATCH; id++) {
      all.writeBytes(publish311(0x02, topic, id, "m"));
    }
    return all.toByteArray();
  }

  @Test
  @Normative(v311 = {"MQTT-2.3.1-5", "MQTT-4.3.1-1"})
  void publishAtQos0HasNone() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    clean("publisher").publish(0, topic, "x");
    RawPacket publish = subscriber.expect(Wire.PUBLISH);
    assertEquals(0x30, publish.first(), "QoS 0, DUP 0");
    assertArrayEquals(join(utf8(topic), bytes('x')), publish.body());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 255, 256, 32_768, 65_535})
  @Normative(
      v311 = {
        "MQTT-2.3.1-6",
        "MQTT-2.3.1-7",
        "MQTT-3.3.4-1",
        "MQTT-3.8.4-2",
        "MQTT-3.10.4-4",
        "MQTT-4.3.2-2",
        "MQTT-4.3.3-2"
      })
  void acknowledgementsCarryTheIdentifierOfTheirPacket(int id) throws IOException {
    Peer peer = clean("peer");
    peer.send(publish311(0x02, topic, id, "x"));
    peer.expectAcknowledgement(Wire.PUBACK, id);
    peer.send(publish311(0x04, topic, id, "x"));
    peer.expectAcknowledgement(Wire.PUBREC, id);
    peer.release(id);
    peer.send(Wire.subscribe311(id, topic + "/sub", 0));
    assertEquals(id, peer.expect(Wire.SUBACK).packetId());
    peer.send(Peer.unsubscribe(id, utf8(topic + "/sub")));
    peer.expectAcknowledgement(Wire.UNSUBACK, id);
  }

  @Test
  @Normative(v311 = {"MQTT-2.3.1-6", "MQTT-4.3.3-1"})
  void pubRelCarriesTheIdentifierOfItsPublish() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.publish(2, topic, "one");
    publisher.publish(2, topic, "two");
    int one = subscriber.see("one").packetId();
    int two = subscriber.see("two").packetId();
    subscriber.send(acknowledge(Wire.PUBREC, two));
    subscriber.expectAcknowledgement(Wire.PUBREL, two);
    subscriber.send(acknowledge(Wire.PUBREC, one));
    subscriber.expectAcknowledgement(Wire.PUBREL, one);
  }
}
