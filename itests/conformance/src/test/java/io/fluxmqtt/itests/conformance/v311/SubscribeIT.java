package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.request;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, sections 3.8: SUBSCRIBE, and 3.9: SUBACK. */
class SubscribeIT extends SharedBrokerCase {
  @Test
  @Normative(v311 = {"MQTT-3.8.4-1", "MQTT-3.8.4-2", "MQTT-2.3.1-7"})
  void subscribeIsAnsweredUnderItsIdentifier() throws IOException {
    Peer peer = clean("peer");
    for (int id : new int[] {300, 7, 65_535}) {
      peer.send(Wire.subscribe311(id, topic + id, 0));
      RawPacket subAck = peer.receive();
      assertEquals(0x90, subAck.first(), subAck::toString);
      assertEquals(id, subAck.packetId());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "/#", "+/+", "a/+/b/#", "/", "//", " "})
  @Normative(v311 = {"MQTT-3.8.3-2", "MQTT-4.7.1-2", "MQTT-4.7.1-3", "MQTT-4.7.3-1"})
  void filterWithWildcardsIsGranted(String filter) throws IOException {
    assertEquals(1, clean("peer").subscribe(filter, 1));
  }

  static Stream<byte[]> withoutPayload() {
    return Stream.of(packet(0x82, u16(1)), packet(0x82), packet(0x82, bytes(1)));
  }

  @ParameterizedTest
  @MethodSource("withoutPayload")
  @Normative(v311 = {"MQTT-3.8.3-3", "MQTT-4.8.0-1"})
  void subscribeWithoutAFilterCloses(byte[] packet) throws IOException {
    Peer peer = clean("peer");
    peer.send(packet);
    peer.expectClosed();
  }

  static IntStream wrongOptions() {
    return IntStream.range(3, 256).filter(value -> value == 3 || Integer.bitCount(value) == 1);
  }

  @ParameterizedTest
  @MethodSource("wrongOptions")
  @Normative(v311 = {"MQTT-3.8.3-4"})
  void reservedBitsAndQos3Close(int options) throws IOException {
    Peer peer = clean("peer");
    peer.send(Peer.subscribe(1, request(topic, 0), request(topic, options)));
    peer.expectClosed();
  }

  static Stream<byte[]> cutShort() {
    return Stream.of(
        packet(0x82, u16(1), utf8("t")),
        packet(0x82, u16(1), u16(9), bytes('t', 0)),
        packet(0x82, u16(1), request("t", 0), bytes(0)),
        packet(0x82, u16(1), request("t", 0), utf8("u")));
  }

  @ParameterizedTest
  @MethodSource("cutShort")
  @Normative(v311 = {"MQTT-3.8.3-3", "MQTT-4.8.0-1"})
  void filterWithoutItsQosCloses(byte[] packet) throws IOException {
    Peer peer = clean("peer");
    peer.send(packet);
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-3.8.4-3"})
  void secondSubscriptionToAFilterReplacesTheFirst() throws IOException {
    Peer peer = clean("peer");
    Peer publisher = clean("publisher");
    for (int qos : new int[] {2, 0, 1, 2}) {
      assertEquals(qos, peer.subscribe(topic, qos));
      publisher.publish(2, topic, "at " + qos);
      assertEquals(qos, peer.take("at " + qos).qos());
    }
    peer.unsubscribe(topic);
    peer.subscribe(topic + "/end", 0);
    publisher.publish(2, topic, "to no subscription");
    publisher.publish(2, topic + "/end", "end");
    peer.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-3.8.4-3", "MQTT-3.3.1-8"})
  void repeatedSubscriptionIsSentTheRetainedMessageAgain() throws IOException {
    clean("publisher").retain(1, topic, "retained");
    Peer peer = clean("peer");
    for (int i = 0; i < 3; i++) {
      peer.subscribe(topic, 1);
      assertTrue(peer.take("retained").retain());
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.8.4-3"})
  void replacingASubscriptionLosesAndRepeatsNothing() throws Exception {
    int count = 400;
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 1);
    Peer publisher = clean("publisher");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Integer> expected = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      expected.add(i);
      all.writeBytes(publish311(0x02, topic, i, "" + i));
    }
    publisher.send(all.toByteArray());
    for (int i = 1; i <= 20; i++) {
      subscriber.send(Wire.subscribe311(i, topic, 1 + i % 2));
    }
    List<Integer> got = new ArrayList<>();
    int subAcks = 0;
    while (got.size() < count || subAcks < 20) {
      RawPacket packet = subscriber.receive();
      if (packet.type() == Wire.SUBACK) {
        subAcks++;
      } else {
        assertEquals(Wire.PUBLISH, packet.type(), packet::toString);
        got.add(Integer.parseInt(packet.payloadText()));
        subscriber.acknowledge(Wire.PUBACK, packet);
      }
    }
    assertEquals(expected, got);
    subscriber.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-3.8.4-4", "MQTT-3.8.4-5", "MQTT-3.9.3-1"})
  void filtersOfOneSubscribeAreAnsweredTogetherInTheirOrder() throws IOException {
    Peer peer = clean("peer");
    peer.send(
        Peer.subscribe(
            9,
            request(topic + "/2", 2),
            request(topic + "/0", 0),
            request(topic + "/1", 1),
            request(topic + "/2", 2)));
    RawPacket subAck = peer.expect(Wire.SUBACK);
    assertEquals(9, subAck.packetId());
    assertEquals(List.of(2, 0, 1, 2), subAck.reasons());
    peer.ping();
    Peer publisher = clean("publisher");
    for (int qos : new int[] {1, 0, 2}) {
      publisher.publish(2, topic + "/" + qos, "x");
      assertEquals(qos, peer.take("x").qos());
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.8.4-4", "MQTT-3.8.4-3"})
  void laterFilterOfOneSubscribeReplacesAnEarlierEqualOne() throws IOException {
    Peer peer = clean("peer");
    peer.send(Peer.subscribe(9, request(topic, 0), request(topic, 2), request(topic, 1)));
    assertEquals(List.of(0, 2, 1), peer.expect(Wire.SUBACK).reasons());
    Peer publisher = clean("publisher");
    publisher.publish(2, topic, "x");
    publisher.publish(2, topic, "end");
    List<RawPacket> copies = peer.takeUntil("end");
    assertEquals(1, copies.size());
    assertEquals(1, copies.get(0).qos());
  }

  @Test
  @Normative(v311 = {"MQTT-3.8.4-4", "MQTT-3.3.1-6"})
  void eachFilterOfOneSubscribeGetsItsRetainedMessages() throws IOException {
    Peer publisher = clean("publisher");
    publisher.retain(1, topic + "/a", "a");
    publisher.retain(1, topic + "/b", "b");
    Peer peer = clean("peer");
    peer.send(Peer.subscribe(9, request(topic + "/a", 0), request(topic + "/b", 1)));
    List<String> got = new ArrayList<>();
    while (got.size() < 3) {
      RawPacket packet = peer.receive();
      got.add(
          packet.type() == Wire.SUBACK
              ? "SUBACK"
              : packet.payloadText() + packet.qos() + packet.retain());
    }
    got.sort(null);
    assertEquals(List.of("SUBACK", "a0true", "b1true"), got);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2", "2,0", "2,1", "2,2"})
  @Normative(v311 = {"MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.9.3-2"})
  void deliveryIsAtTheLowerOfThePublishedAndTheGrantedQos(int published, int requested)
      throws IOException {
    Peer peer = clean("peer");
    int granted = peer.subscribe(topic, requested);
    assertTrue(granted <= requested, () -> "granted " + granted);
    clean("publisher").publish(published, topic, "x");
    assertEquals(Math.min(published, granted), peer.take("x").qos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a#", "a/#/b", "#/a", "##", "a/b#", "a/##", "#/", "+#", "+/#/+"})
  @Normative(v311 = {"MQTT-4.7.1-2", "MQTT-4.8.0-1"})
  void multiLevelWildcardElsewhereThanAtTheEndCloses(String filter) throws IOException {
    refuses(filter);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+", "+a", "a+b", "a/b+", "a/+b/c", "++", "a/++", "+/a+/#", "#+"})
  @Normative(v311 = {"MQTT-4.7.1-3", "MQTT-4.8.0-1"})
  void singleLevelWildcardThatIsNoWholeLevelCloses(String filter) throws IOException {
    refuses(filter);
  }

  @Test
  @Normative(v311 = {"MQTT-4.7.3-1", "MQTT-4.8.0-1"})
  void emptyFilterCloses() throws IOException {
    refuses("");
  }

  private void refuses(String filter) throws IOException {
    for (byte[] packet :
        List.of(
            Wire.subscribe311(1, filter, 0),
            Peer.subscribe(1, request(topic, 0), request(filter, 0)),
            Peer.unsubscribe(1, utf8(filter)))) {
      Peer peer = clean("peer");
      peer.send(packet);
      peer.expectClosed();
    }
  }
}
