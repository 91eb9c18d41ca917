package io.fluxmqtt.itests.conformance.v311;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A client of MQTT 3.1.1: single packets for those who misbehave, whole flows for the others. */
final class Peer implements AutoCloseable {
  static final int CLEAN = 0x02;
  static final int WILL = 0x04;
  static final int WILL_RETAIN = 0x20;
  static final int PASSWORD = 0x40;
  static final int USER = 0x80;

  static final int DUP = 0x08;
  static final int RETAIN = 0x01;

  private static final int VERSION = 4;

  private final RawClient client;
  private boolean sessionPresent;
  private int lastId;

  private Peer(RawClient client) {
    this.client = client;
  }

  /** CONNECT with the flags and the fields of the payload that are given. */
  static byte[] connect(int flags, int keepAlive, byte[]... payload) {
    return Wire.packet(
        Wire.CONNECT << 4,
        Wire.utf8("MQTT"),
        Wire.bytes(VERSION, flags),
        Wire.u16(keepAlive),
        Wire.join(payload));
  }

  /** A connection on which nothing was said yet. */
  static Peer open(BrokerAddress broker) throws IOException {
    return new Peer(RawClient.open(broker));
  }

  /** Sends a CONNECT that has to be accepted. */
  Peer accepted(byte[] connect) throws IOException {
    client.send(connect);
    RawPacket answer = receive();
    assertEquals(Wire.CONNACK << 4, answer.first(), answer::toString);
    assertEquals(2, answer.body().length, answer::toString);
    assertEquals(0, answer.reason(), "refused");
    sessionPresent = answer.sessionPresent();
    return this;
  }

  /** Sends a CONNECT, and what comes with it, that has to be refused with a code. */
  void refused(int code, byte[]... connectAndMore) throws IOException {
    client.send(connectAndMore);
    RawPacket answer = receive();
    assertEquals(Wire.CONNACK << 4, answer.first(), answer::toString);
    assertArrayEquals(Wire.bytes(0, code), answer.body(), answer::toString);
    client.expectClosed();
  }

  boolean sessionPresent() {
    return sessionPresent;
  }

  void send(byte[]... packets) throws IOException {
    client.send(packets);
  }

  /** The next packet, read as one of 3.1.1. */
  RawPacket receive() throws IOException {
    RawPacket packet = client.receive();
    return new RawPacket(VERSION, packet.first(), packet.body());
  }

  RawPacket expect(int type) throws IOException {
    RawPacket packet = receive();
    assertEquals(type, packet.type(), packet::toString);
    return packet;
  }

  /** Nothing but an acknowledgement of this packet comes next. */
  void expectAcknowledgement(int type, int packetId) throws IOException {
    RawPacket packet = receive();
    byte[] expected = Wire.acknowledge(type, packetId);
    assertArrayEquals(
        expected, Wire.packet(packet.first(), packet.body()), () -> "instead: " + packet);
  }

  void expectClosed() throws IOException {
    client.expectClosed();
  }

  /** The broker answers a PINGREQ, and nothing else came before. */
  void ping() throws IOException {
    client.ping();
  }

  int nextPacketId() {
    return ++lastId;
  }

  /** Subscribes and returns the code of SUBACK. */
  int subscribe(String filter, int qos) throws IOException {
    int id = nextPacketId();
    client.send(Wire.subscribe311(id, filter, qos));
    RawPacket subAck = expect(Wire.SUBACK);
    assertEquals(id, subAck.packetId());
    assertEquals(1, subAck.reasons().size(), subAck::toString);
    return subAck.reasons().get(0);
  }

  /** Unsubscribes and takes UNSUBACK. */
  void unsubscribe(String filter) throws IOException {
    int id = nextPacketId();
    client.send(unsubscribe(id, Wire.utf8(filter)));
    expectAcknowledgement(Wire.UNSUBACK, id);
  }

  static byte[] unsubscribe(int packetId, byte[]... filters) {
    return Wire.packet(Wire.UNSUBSCRIBE << 4 | 2, Wire.u16(packetId), Wire.join(filters));
  }

  static byte[] subscribe(int packetId, byte[]... filters) {
    return Wire.packet(Wire.SUBSCRIBE << 4 | 2, Wire.u16(packetId), Wire.join(filters));
  }

  /** A Topic Filter and its QoS as they stand in SUBSCRIBE. */
  static byte[] request(String filter, int qos) {
    return Wire.join(Wire.utf8(filter), Wire.bytes(qos));
  }

  /** Publishes, and the broker has taken it. */
  void publish(int qos, String topic, String payload) throws IOException {
    publishWith(qos << 1, topic, payload);
  }

  /** Publishes a Retained Message, and the broker has taken it. */
  void retain(int qos, String topic, String payload) throws IOException {
    publishWith(qos << 1 | RETAIN, topic, payload);
  }

  private void publishWith(int flags, String topic, String payload) throws IOException {
    int qos = flags >> 1 & 3;
    int id = nextPacketId();
    client.send(Wire.publish311(flags, topic, id, payload));
    if (qos == 0) {
      ping();
    } else if (qos == 1) {
      expectAcknowledgement(Wire.PUBACK, id);
    } else {
      expectAcknowledgement(Wire.PUBREC, id);
      release(id);
    }
  }

  /** Sends PUBREL and takes PUBCOMP. */
  void release(int packetId) throws IOException {
    client.send(Wire.acknowledge(Wire.PUBREL, packetId));
    expectAcknowledgement(Wire.PUBCOMP, packetId);
  }

  /** The next packet is a PUBLISH with this payload; it is not acknowledged. */
  RawPacket see(String payload) throws IOException {
    RawPacket publish = expect(Wire.PUBLISH);
    assertEquals(payload, publish.payloadText());
    return publish;
  }

  /** The next packet is a PUBLISH with this payload; its flow is brought to an end. */
  RawPacket take(String payload) throws IOException {
    RawPacket publish = see(payload);
    if (publish.qos() == 1) {
      acknowledge(Wire.PUBACK, publish);
    } else if (publish.qos() == 2) {
      acknowledge(Wire.PUBREC, publish);
      expectAcknowledgement(Wire.PUBREL, publish.packetId());
      acknowledge(Wire.PUBCOMP, publish);
    }
    return publish;
  }

  /** Takes what comes before a PUBLISH with this payload, and it; all flows go on. */
  List<RawPacket> takeUntil(String payload) throws IOException {
    List<RawPacket> before = new ArrayList<>();
    while (true) {
      RawPacket packet = receive();
      if (packet.type() == Wire.PUBREL) {
        acknowledge(Wire.PUBCOMP, packet);
        continue;
      }
      assertEquals(Wire.PUBLISH, packet.type(), packet::toString);
      if (packet.qos() > 0) {
        acknowledge(packet.qos() == 1 ? Wire.PUBACK : Wire.PUBREC, packet);
      }
      if (packet.payloadText().equals(payload)) {
        return before;
      }
      before.add(packet);
    }
  }

  /** The next packets in any order: type, identifier and, of PUBLISH, payload. */
  Set<String> expectAll(int count) throws IOException {
    Set<String> packets = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      RawPacket packet = receive();
      packets.add(
          packet.type() == Wire.PUBLISH
              ? "PUBLISH " + packet.packetId() + " " + packet.payloadText()
              : "type " + packet.type() + " " + packet.packetId());
    }
    return packets;
  }

  void acknowledge(int type, RawPacket packet) throws IOException {
    client.send(Wire.acknowledge(type, packet.packetId()));
  }

  /** DISCONNECT, and the broker has taken it. */
  void leave() throws IOException {
    client.send(Wire.disconnect());
    client.expectClosed();
    client.close();
  }

  /** Ends the connection without DISCONNECT, as a lost network does. */
  void cut() throws IOException {
    client.cut();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
