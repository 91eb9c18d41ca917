package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.DUP;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, section 3.3: PUBLISH, without Retained Messages. */
class PublishIT extends SharedBrokerCase {
  @ParameterizedTest
  @ValueSource(ints = {0x06, 0x07, 0x0E, 0x0F})
  @Normative(v311 = {"MQTT-3.3.1-4", "MQTT-4.8.0-1"})
  void qos3ClosesAndReachesNobody(int flags) throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 2);
    Peer culprit = clean("culprit");
    culprit.send(publish311(flags, topic, 1, "QoS 3"));
    culprit.expectClosed();
    clean("publisher").publish(2, topic, "end");
    watcher.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-2"})
  void dupAtQos0Closes() throws IOException {
    Peer culprit = clean("culprit");
    culprit.send(publish311(DUP, topic, 0, "x"));
    culprit.expectClosed();
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,1", "0,2", "1,0", "2,0"})
  @Normative(v311 = {"MQTT-3.3.1-2", "MQTT-4.3.1-1"})
  void deliveryAtQos0HasNoDup(int published, int subscribed) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, subscribed);
    clean("publisher").publish(published, topic, "x");
    assertEquals(0x30, subscriber.see("x").first());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Normative(v311 = {"MQTT-3.3.1-1", "MQTT-4.4.0-1"})
  void dupIsSetWhenAMessageIsSentAgain(int qos) throws IOException {
    Peer first = kept("subscriber");
    first.subscribe(topic, qos);
    clean("publisher").publish(qos, topic, "x");
    RawPacket sent = first.see("x");
    assertFalse(sent.dup());
    first.cut();
    RawPacket again = kept("subscriber").see("x");
    assertTrue(again.dup());
    assertEquals(sent.packetId(), again.packetId());
    assertEquals(sent.first() | DUP, again.first());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Normative(v311 = {"MQTT-3.3.1-3"})
  void dupOfThePublisherIsNotPassedOn(int qos) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, qos);
    Peer publisher = clean("publisher");
    publisher.send(publish311(qos << 1 | DUP, topic, 1, "x"));
    publisher.expectAcknowledgement(qos == 1 ? Wire.PUBACK : Wire.PUBREC, 1);
    if (qos == 2) {
      publisher.release(1);
    }
    RawPacket publish = subscriber.see("x");
    assertEquals(qos, publish.qos());
    assertFalse(publish.dup());
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.4-1"})
  void answerIsThatOfTheQos() throws IOException {
    Peer publisher = clean("publisher");
    publisher.send(publish311(0, topic, 0, "x"));
    publisher.ping();
    publisher.send(publish311(0x02, topic, 5, "x"));
    publisher.expectAcknowledgement(Wire.PUBACK, 5);
    publisher.send(publish311(0x04, topic, 6, "x"));
    publisher.expectAcknowledgement(Wire.PUBREC, 6);
    publisher.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.2-1"})
  void deliveryBeginsWithItsTopicName() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic + "/#", 1);
    clean("publisher").publish(1, topic + "/é", "payload");
    RawPacket publish = subscriber.see("payload");
    byte[] expected =
        Wire.join(
            utf8(topic + "/é"),
            u16(publish.packetId()),
            "payload".getBytes(StandardCharsets.UTF_8));
    assertArrayEquals(expected, publish.body());
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.2-1", "MQTT-4.7.3-1"})
  void publishWithoutATopicNameCloses() throws IOException {
    for (byte[] wrong :
        List.of(
            packet(0x30),
            packet(0x30, bytes(0)),
            packet(0x30, u16(0)),
            packet(0x30, u16(0), bytes('x')),
            packet(0x30, u16(4), bytes('a', 'b')),
            packet(0x32, utf8(topic)),
            packet(0x32, utf8(topic), bytes(1)))) {
      Peer culprit = clean("culprit");
      culprit.send(wrong);
      culprit.expectClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "a/#", "a/+", "a/+/b", "+/a", "a#", "a+b", "#/a", "$x/+"})
  @Normative(v311 = {"MQTT-3.3.2-2", "MQTT-4.7.1-1", "MQTT-4.8.0-1"})
  void wildcardInATopicNameCloses(String name) throws IOException {
    for (int qos = 0; qos <= 2; qos++) {
      Peer culprit = clean("culprit");
      culprit.send(publish311(qos << 1, name, 1, "x"));
      culprit.expectClosed();
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.2-3"})
  void deliveriesMatchTheFilter() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic + "/+/b", 0);
    Peer publisher = clean("publisher");
    for (String name : List.of("/b", "/a/b", "/a/b/c", "/a/c", "//b", "/a/B", "/end/b")) {
      publisher.publish(0, topic + name, name);
    }
    List<String> seen = subscriber.takeUntil("/end/b").stream().map(RawPacket::topic).toList();
    assertEquals(List.of(topic + "/a/b", topic + "//b"), seen);
  }

  @ParameterizedTest
  @CsvSource({"0,1,2", "2,1,0", "1,2,0", "2,0,1", "0,2,1", "1,0,2"})
  @Normative(v311 = {"MQTT-3.3.5-1", "MQTT-3.8.4-6"})
  void overlappingSubscriptionsDeliverAtTheHighestQos(int a, int b, int c) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic + "/#", a);
    subscriber.subscribe(topic + "/+", b);
    subscriber.subscribe(topic + "/x", c);
    Peer publisher = clean("publisher");
    publisher.publish(2, topic + "/x", "x");
    publisher.publish(2, topic + "/x", "end");
    List<RawPacket> copies = subscriber.takeUntil("end");
    assertEquals(2, copies.stream().map(RawPacket::qos).max(Comparator.naturalOrder()).orElse(-1));
    assertTrue(copies.size() <= 3, () -> copies.size() + " copies for 3 subscriptions");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Normative(v311 = {"MQTT-3.3.5-2"})
  void publishThatIsNotAllowedIsAcknowledgedOrCloses(int qos) throws IOException {
    String denied = "$" + topic;
    Peer publisher = clean("publisher");
    publisher.send(publish311(qos << 1, denied, 3, "x"));
    try {
      publisher.expectAcknowledgement(qos == 1 ? Wire.PUBACK : Wire.PUBREC, 3);
    } catch (EOFException | SocketException e) {
      return;
    }
    if (qos == 2) {
      publisher.release(3);
    }
    publisher.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-3"})
  void repeatedPublishAtQos1IsNotADuplicateToItsReceivers() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 1);
    Peer publisher = clean("publisher");
    publisher.send(publish311(0x02, topic, 1, "x"), publish311(0x02 | DUP, topic, 1, "x"));
    publisher.expectAcknowledgement(Wire.PUBACK, 1);
    publisher.expectAcknowledgement(Wire.PUBACK, 1);
    publisher.publish(2, topic, "end");
    for (RawPacket publish : subscriber.takeUntil("end")) {
      assertFalse(publish.dup());
    }
  }

  @Test
  @Normative(v311 = {"MQTT-4.5.0-1"})
  void everyMatchingSessionGetsAMessage() throws IOException {
    Peer exact = clean("exact");
    exact.subscribe(topic + "/a", 0);
    Peer wild = clean("wild");
    wild.subscribe(topic + "/#", 1);
    Peer away = kept("away");
    away.subscribe(topic + "/+", 2);
    away.cut();
    Peer publisher = clean("publisher");
    publisher.publish(2, topic + "/a", "x");

    exact.take("x");
    wild.take("x");
    assertEquals(topic + "/a", kept("away").take("x").topic());
  }
}
