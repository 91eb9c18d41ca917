package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.request;
import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MQTT 3.1.1, section 3.10: UNSUBSCRIBE. */
class UnsubscribeIT extends SharedBrokerCase {
  static Stream<byte[]> withoutFilter() {
    return Stream.of(packet(0xA2, u16(1)), packet(0xA2), packet(0xA2, bytes(1)));
  }

  @ParameterizedTest
  @MethodSource("withoutFilter")
  @Normative(v311 = {"MQTT-3.10.3-2", "MQTT-4.8.0-1"})
  void unsubscribeWithoutAFilterCloses(byte[] packet) throws IOException {
    Peer peer = clean("peer");
    peer.send(packet);
    peer.expectClosed();
  }

  static Stream<byte[]> cutShort() {
    return Stream.of(
        packet(0xA2, u16(1), u16(9), bytes('t')),
        packet(0xA2, u16(1), utf8("t"), bytes(0)),
        packet(0xA2, u16(1), utf8("t"), bytes(0, 2, 'u')));
  }

  @ParameterizedTest
  @MethodSource("cutShort")
  @Normative(v311 = {"MQTT-3.10.3-1", "MQTT-4.8.0-1"})
  void filtersThatAreNotPackedContiguouslyClose(byte[] packet) throws IOException {
    Peer peer = clean("peer");
    peer.send(packet);
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-3.10.4-1"})
  void onlyTheFilterWithEqualCharactersIsDeleted() throws IOException {
    Peer peer = clean("peer");
    peer.subscribe(topic + "/a/+", 0);
    for (String other : List.of("/a/b", "/a/#", "/+/+", "/A/+", "/a/+/", "/a", "//a/+", "/a/x")) {
      peer.unsubscribe(topic + other);
    }
    Peer publisher = clean("publisher");
    publisher.publish(0, topic + "/a/b", "still");
    peer.see("still");
    peer.unsubscribe(topic + "/a/+");
    peer.subscribe(topic + "/end", 0);
    publisher.publish(0, topic + "/a/b", "no more");
    publisher.publish(2, topic + "/end", "end");
    peer.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-3.10.4-1"})
  void otherClientsKeepTheirSubscriptions() throws IOException {
    Peer leaving = clean("leaving");
    leaving.subscribe(topic, 0);
    Peer staying = clean("staying");
    staying.subscribe(topic, 0);
    leaving.unsubscribe(topic);
    clean("publisher").publish(0, topic, "x");
    staying.see("x");
  }

  @Test
  @Normative(v311 = {"MQTT-3.10.4-2"})
  void nothingNewComesAfterUnsubAck() throws IOException {
    for (int qos = 0; qos <= 2; qos++) {
      Peer peer = clean("peer " + qos);
      peer.subscribe(topic, qos);
      peer.subscribe(topic + "/end", 0);
      peer.unsubscribe(topic);
      Peer publisher = clean("publisher");
      publisher.publish(qos, topic, "no more");
      publisher.publish(2, topic + "/end", "end");
      peer.see("end");
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.10.4-3", "MQTT-4.3.3-1", "MQTT-4.3.2-1"})
  void deliveryThatHasBegunIsCompleted() throws IOException {
    Peer peer = kept("peer");
    peer.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.publish(1, topic, "at 1");
    publisher.publish(2, topic, "at 2");
    publisher.publish(2, topic, "released");
    int one = peer.see("at 1").packetId();
    int two = peer.see("at 2").packetId();
    int three = peer.see("released").packetId();
    peer.send(acknowledge(Wire.PUBREC, three));
    peer.expectAcknowledgement(Wire.PUBREL, three);

    peer.unsubscribe(topic);
    peer.send(acknowledge(Wire.PUBREC, two));
    peer.expectAcknowledgement(Wire.PUBREL, two);
    peer.cut();

    Peer again = kept("peer");
    assertEquals(
        Set.of("PUBLISH " + one + " at 1", "type 6 " + two, "type 6 " + three), again.expectAll(3));
  }

  @Test
  @Normative(v311 = {"MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-2.3.1-7"})
  void unsubscribeIsAnsweredUnderItsIdentifierThoughNothingIsDeleted() throws IOException {
    Peer peer = clean("peer");
    peer.send(Peer.unsubscribe(500, utf8(topic)));
    peer.expectAcknowledgement(Wire.UNSUBACK, 500);
    peer.subscribe(topic, 0);
    peer.send(Peer.unsubscribe(9, utf8(topic)), Peer.unsubscribe(65_535, utf8(topic)));
    peer.expectAcknowledgement(Wire.UNSUBACK, 9);
    peer.expectAcknowledgement(Wire.UNSUBACK, 65_535);
  }

  @Test
  @Normative(v311 = {"MQTT-3.10.4-6"})
  void filtersOfOneUnsubscribeAreDeletedAllAndAnsweredOnce() throws IOException {
    Peer peer = clean("peer");
    peer.send(
        Peer.subscribe(
            1,
            request(topic + "/a", 0),
            request(topic + "/b", 0),
            request(topic + "/c", 0),
            request(topic + "/d", 0)));
    assertEquals(4, peer.expect(Wire.SUBACK).reasons().size());
    peer.send(
        Peer.unsubscribe(
            2,
            utf8(topic + "/a"),
            utf8(topic + "/none"),
            utf8(topic + "/c"),
            utf8(topic + "/a"),
            utf8(topic + "/d")));
    peer.expectAcknowledgement(Wire.UNSUBACK, 2);
    peer.ping();
    Peer publisher = clean("publisher");
    for (String name : List.of("/a", "/c", "/d", "/b")) {
      publisher.publish(0, topic + name, name);
    }
    peer.see("/b");
  }
}
