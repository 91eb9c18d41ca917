package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MQTT 3.1.1, section 2.2: fixed header; and the reserved flags of every packet. */
class FixedHeaderIT extends SharedBrokerCase {
  static IntStream butZero() {
    return IntStream.range(1, 16);
  }

  static IntStream butTwo() {
    return IntStream.range(0, 16).filter(flags -> flags != 2);
  }

  /** The packet with other flags than its own. */
  private static byte[] withFlags(byte[] packet, int flags) {
    byte[] changed = packet.clone();
    changed[0] = (byte) (changed[0] & 0xF0 | flags);
    return changed;
  }

  private void closes(byte[] packet) throws IOException {
    Peer peer = clean("culprit");
    peer.send(packet);
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-2.2.2-1", "MQTT-3.6.1-1"})
  void brokerSetsReservedFlagsAsTheTableSays() throws IOException {
    Peer peer = open();
    peer.send(Peer.connect(CLEAN, 0, utf8(id("peer"))));
    assertEquals(0x20, peer.receive().first(), "CONNACK");
    peer.send(Wire.subscribe311(1, topic, 2));
    assertEquals(0x90, peer.receive().first(), "SUBACK");
    Peer publisher = clean("publisher");
    publisher.send(publish311(0x02, topic + "/no", 1, "x"));
    assertEquals(0x40, publisher.receive().first(), "PUBACK");
    publisher.send(publish311(0x04, topic, 2, "x"));
    assertEquals(0x50, publisher.receive().first(), "PUBREC");
    publisher.send(acknowledge(Wire.PUBREL, 2));
    assertEquals(0x70, publisher.receive().first(), "PUBCOMP");
    RawPacket publish = peer.see("x");
    peer.acknowledge(Wire.PUBREC, publish);
    assertEquals(0x62, peer.receive().first(), "PUBREL");
    peer.acknowledge(Wire.PUBCOMP, publish);
    peer.send(Peer.unsubscribe(2, utf8(topic)));
    assertEquals(0xB0, peer.receive().first(), "UNSUBACK");
    peer.send(Wire.pingReq());
    assertEquals(0xD0, peer.receive().first(), "PINGRESP");
  }

  @ParameterizedTest
  @MethodSource("butZero")
  @Normative(v311 = {"MQTT-2.2.2-2", "MQTT-3.1.4-1"})
  void flagsOfConnectClose(int flags) throws IOException {
    Peer peer = open();
    peer.send(withFlags(Peer.connect(CLEAN, 0, utf8(id("peer"))), flags));
    peer.expectClosed();
  }

  @ParameterizedTest
  @MethodSource("butTwo")
  @Normative(v311 = {"MQTT-2.2.2-2", "MQTT-3.8.1-1"})
  void flagsOfSubscribeClose(int flags) throws IOException {
    closes(withFlags(Wire.subscribe311(1, topic, 0), flags));
  }

  @ParameterizedTest
  @MethodSource("butTwo")
  @Normative(v311 = {"MQTT-2.2.2-2", "MQTT-3.10.1-1"})
  void flagsOfUnsubscribeClose(int flags) throws IOException {
    closes(withFlags(Peer.unsubscribe(1, utf8(topic)), flags));
  }

  @ParameterizedTest
  @MethodSource("butTwo")
  @Normative(v311 = {"MQTT-2.2.2-2", "MQTT-3.6.1-1"})
  void flagsOfPubRelClose(int flags) throws IOException {
    Peer peer = clean("culprit");
    peer.send(publish311(0x04, topic, 5, "x"));
    peer.expectAcknowledgement(Wire.PUBREC, 5);
    peer.send(withFlags(acknowledge(Wire.PUBREL, 5), flags));
    peer.expectClosed();
  }

  @ParameterizedTest
  @MethodSource("butZero")
  @Normative(v311 = {"MQTT-2.2.2-2"})
  void flagsOfPubAckClose(int flags) throws IOException {
    Peer peer = clean("culprit");
    peer.subscribe(topic, 1);
    clean("publisher").publish(1, topic, "x");
    peer.send(withFlags(acknowledge(Wire.PUBACK, peer.see("x").packetId()), flags));
    peer.expectClosed();
  }

  @ParameterizedTest
  @MethodSource("butZero")
  @Normative(v311 = {"MQTT-2.2.2-2"})
  void flagsOfPubRecClose(int flags) throws IOException {
    Peer peer = clean("culprit");
    peer.subscribe(topic, 2);
    clean("publisher").publish(2, topic, "x");
    peer.send(withFlags(acknowledge(Wire.PUBREC, peer.see("x").packetId()), flags));
    peer.expectClosed();
  }

  @ParameterizedTest
  @MethodSource("butZero")
  @Normative(v311 = {"MQTT-2.2.2-2"})
  void flagsOfPubCompClose(int flags) throws IOException {
    Peer peer = clean("culprit");
    peer.subscribe(topic, 2);
    clean("publisher").publish(2, topic, "x");
    int id = peer.see("x").packetId();
    peer.send(acknowledge(Wire.PUBREC, id));
    peer.expectAcknowledgement(Wire.PUBREL, id);
    peer.send(withFlags(acknowledge(Wire.PUBCOMP, id), flags));
    peer.expectClosed();
  }

  @ParameterizedTest
  @MethodSource("butZero")
  @Normative(v311 = {"MQTT-2.2.2-2"})
  void flagsOfPingReqClose(int flags) throws IOException {
    closes(withFlags(Wire.pingReq(), flags));
  }

  @ParameterizedTest
  @MethodSource("butZero")
  @Normative(v311 = {"MQTT-2.2.2-2", "MQTT-3.14.1-1"})
  void flagsOfDisconnectCloseAndAreNoDisconnect(int flags) throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    Peer culprit = withWill("culprit", CLEAN, 0, "will");
    culprit.send(withFlags(Wire.disconnect(), flags));
    culprit.expectClosed();
    watcher.see("will");
  }
}
