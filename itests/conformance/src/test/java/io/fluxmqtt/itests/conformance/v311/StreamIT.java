package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MQTT 3.1.1, sections 4.2, 4.8 and 7: the stream of bytes, violations of it, conformance. */
class StreamIT extends SharedBrokerCase {
  /** A whole conversation in nothing but what the standard defines. */
  private byte[] conversation() {
    return join(
        Peer.connect(CLEAN, 0, utf8(id("peer"))),
        Wire.subscribe311(1, topic, 2),
        publish311(0, topic, 0, "zero"),
        publish311(0x02, topic, 2, "one"),
        publish311(0x04, topic, 3, "two"),
        acknowledge(Wire.PUBREL, 3),
        Peer.unsubscribe(4, utf8(topic + "/none")),
        Wire.pingReq());
  }

  private void expectAnswers(Peer peer) throws IOException {
    assertEquals(0, peer.expect(Wire.CONNACK).reason());
    Set<String> answers = new TreeSet<>();
    StringBuilder payloads = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      RawPacket packet = peer.receive();
      if (packet.type() == Wire.PUBLISH) {
        payloads.append(packet.payloadText()).append(' ');
      } else {
        int id = packet.body().length == 0 ? 0 : packet.packetId();
        answers.add(packet.type() + ":" + id);
      }
    }
    assertEquals(Set.of("9:1", "4:2", "5:3", "7:3", "11:4", "13:0"), answers);
    assertEquals("zero one two ", payloads.toString());
  }

  @Test
  @Normative(v311 = {"MQTT-7.0.0-2", "MQTT-7.1.1-1"})
  void packetsMayComeAllInOnePiece() throws IOException {
    Peer peer = open();
    peer.send(conversation());
    expectAnswers(peer);
  }

  @Test
  @Normative(v311 = {"MQTT-7.0.0-2", "MQTT-7.1.1-1"})
  void packetsMayComeByteByByte() throws IOException {
    Peer peer = open();
    for (byte each : conversation()) {
      peer.send(bytes(each));
    }
    expectAnswers(peer);
  }

  @Test
  @Normative(v311 = {"MQTT-7.1.1-1"})
  void bytesOfALargePayloadKeepTheirOrder() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 0);
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < 500_000; i++) {
      text.append(i).append(' ');
    }
    clean("publisher").publish(0, topic, text.toString());
    assertEquals(text.toString(), subscriber.expect(Wire.PUBLISH).payloadText());
  }

  static Stream<byte[]> violations() {
    return Stream.of(
        bytes(0x00, 0x00), // packet type 0
        bytes(0xF0, 0x00), // packet type 15
        packet(0x20, bytes(0, 0)), // what only a server sends
        packet(0x90, u16(1), bytes(0)),
        packet(0xB0, u16(1)),
        bytes(0xD0, 0),
        packet(0x40), // acknowledgements of the wrong length
        packet(0x40, bytes(1)),
        packet(0x40, u16(1), bytes(0)),
        packet(0x50, bytes(1)),
        packet(0x62, bytes(1)),
        packet(0x70, bytes(1)),
        packet(0xC0, bytes(0)),
        packet(0xE0, bytes(0)),
        bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)); // Remaining Length of five bytes
  }

  @ParameterizedTest
  @MethodSource("violations")
  @Normative(v311 = {"MQTT-4.8.0-1"})
  void violationClosesItsConnectionAndNoOther(byte[] packet) throws IOException {
    Peer neighbour = clean("neighbour");
    Peer culprit = clean("culprit");
    culprit.send(packet);
    culprit.expectClosed();
    neighbour.ping();
  }
}
