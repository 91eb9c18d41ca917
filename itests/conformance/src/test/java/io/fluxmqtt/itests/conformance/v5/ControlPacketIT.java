package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, chapter 2: fixed header, Packet Identifiers, properties. */
@ExtendWith(SharedBroker.class)
class ControlPacketIT {
  private static final int MALFORMED = 0x81;

  record Flags(int first, byte[] body) {
    @Override
    public String toString() {
      return "0x%02X".formatted(first);
    }
  }

  /**
   * Every packet that a client sends after CONNECT, with each of the flags that it must not have.
   */
  static Stream<Flags> reservedFlags() {
    Map<Integer, byte[]> bodies =
        Map.of(
            Wire.PUBACK, u16(1),
            Wire.PUBREC, u16(1),
            Wire.PUBREL, u16(1),
            Wire.PUBCOMP, u16(1),
            Wire.SUBSCRIBE, join(u16(1), properties(), utf8("a"), bytes(0)),
            Wire.UNSUBSCRIBE, join(u16(1), properties(), utf8("a")),
            Wire.PINGREQ, bytes(),
            Wire.DISCONNECT, bytes());
    List<Flags> all = new ArrayList<>();
    bodies.forEach(
        (type, body) -> {
          boolean two = type == Wire.PUBREL || type == Wire.SUBSCRIBE || type == Wire.UNSUBSCRIBE;
          for (int flags = 0; flags < 16; flags++) {
            if (flags != (two ? 2 : 0)) {
              all.add(new Flags(type << 4 | flags, body));
            }
          }
        });
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("reservedFlags")
  @Normative({"MQTT-2.1.3-1", "MQTT-3.6.1-1", "MQTT-3.8.1-1", "MQTT-3.10.1-1", "MQTT-4.13.1-1"})
  void wrongReservedFlagsAreMalformed(Flags flags, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("flags"))) {
      client.send(packet(flags.first(), flags.body()));
      client.expectDisconnect(MALFORMED);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 15})
  @Normative("MQTT-2.1.3-1")
  void wrongReservedFlagsOfConnectAreRefused(int flags, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      byte[] connect = ConnectPacket.v5("flags").toBytes();
      connect[0] |= (byte) flags;
      client.send(connect);
      client.expectRefusedOrClosed(MALFORMED);
    }
  }

  @Test
  @Normative("MQTT-2.1.3-1")
  void brokerSetsReservedFlagsAsListed(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      assertEquals(0x20, client.connect(ConnectPacket.v5("flags-2")).first());
      client.send(Wire.subscribe(1, "flags", 2));
      assertEquals(0x90, client.receive().first());
      client.send(Wire.publish("flags-none", 1, 2, "x"));
      assertEquals(0x40, client.receive().first());
      client.send(Wire.publish("flags-none", 2, 3, "x"));
      assertEquals(0x50, client.receive().first());
      client.send(Wire.acknowledge(Wire.PUBREL, 3));
      assertEquals(0x70, client.receive().first());
      client.send(Wire.publish("flags", 2, 4, "x"), Wire.acknowledge(Wire.PUBREL, 4));
      RawPacket publish = takeUntil(client, Wire.PUBLISH);
      client.send(Wire.acknowledge(Wire.PUBREC, publish.packetId()));
      assertEquals(0x62, takeUntil(client, Wire.PUBREL).first());
      client.send(Wire.acknowledge(Wire.PUBCOMP, publish.packetId()));
      client.send(Wire.unsubscribe(5, "flags"));
      assertEquals(0xB0, takeUntil(client, Wire.UNSUBACK).first());
      client.send(Wire.pingReq());
      assertEquals(0xD0, client.receive().first());
      client.send(bytes(0xC1, 0));
      assertEquals(0xE0, client.receive().first());
    }
  }

  private static RawPacket takeUntil(RawClient client, int type) throws IOException {
    RawPacket packet = client.receive();
    while (packet.type() != type) {
      packet = client.receive();
    }
    return packet;
  }

  @Test
  @Normative({"MQTT-2.2.1-2", "MQTT-2.2.2-1"})
  void publishAtQos0HasNoPacketIdentifier(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("ids-0"))) {
      client.subscribe("ids/zero", 0);
      byte[] wanted = packet(0x30, utf8("ids/zero"), bytes(0), bytes('x'));
      client.send(Wire.publish("ids/zero", 0, 0, "x"));
      assertArrayEquals(wanted, client.receiveBytes(wanted.length));
      client.send(Wire.publish("ids/zero", 2, 1, "x"), Wire.acknowledge(Wire.PUBREL, 1));
      assertArrayEquals(wanted, takeUntil(client, Wire.PUBLISH).toBytes());
    }
  }

  static Stream<byte[]> packetsWithIdentifierZero() {
    return Stream.of(
        Wire.publish("t", 1, 0, "x"),
        Wire.publish("t", 2, 0, "x"),
        Wire.subscribe(0, "a", 0),
        Wire.unsubscribe(0, "a"));
  }

  @ParameterizedTest
  @MethodSource("packetsWithIdentifierZero")
  @Normative("MQTT-2.2.1-3")
  void packetIdentifierZeroIsRefused(byte[] packet, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("ids-zero"))) {
      client.send(packet);
      RawPacket answer = client.expect(Wire.DISCONNECT);
      // The text names no code for it.
      assertTrue(List.of(0x81, 0x82).contains(answer.reason()), answer::toString);
      client.expectClosed();
    }
  }

  /** Those under way stay in use while the numbers run through all 65,535 and begin again. */
  @Test
  @Normative({"MQTT-2.2.1-4", "MQTT-4.3.2-1"})
  void brokerAssignsIdentifiersThatAreNotInUse(BrokerAddress broker) throws Exception {
    int batch = 500;
    ConnectPacket connect = ConnectPacket.v5("ids-many").receiveMaximum(batch + 2);
    try (RawClient client = RawClient.connected(broker, connect);
        RawClient publisher = RawClient.connected(broker, ConnectPacket.v5("ids-publisher"))) {
      client.subscribe("ids/many", 2);
      byte[] one = Wire.publish("ids/many", 1, 1, "");
      publisher.send(one);
      int held = client.expect(Wire.PUBLISH).packetId();
      publisher.expect(Wire.PUBACK);
      publisher.send(Wire.publish("ids/many", 2, 2, ""), Wire.acknowledge(Wire.PUBREL, 2));
      int received = client.expect(Wire.PUBLISH).packetId();
      client.send(Wire.acknowledge(Wire.PUBREC, received)); // and no PUBCOMP
      assertEquals(received, client.expect(Wire.PUBREL).packetId());
      publisher.expect(Wire.PUBREC);
      publisher.expect(Wire.PUBCOMP);

      for (int count = 0; count < 66_000; count += batch) {
        byte[][] publishes = new byte[batch][];
        java.util.Arrays.fill(publishes, one);
        publisher.send(publishes);
        Set<Integer> inUse = new HashSet<>(Set.of(held, received));
        byte[][] acks = new byte[batch][];
        for (int i = 0; i < batch; i++) {
          int id = client.expect(Wire.PUBLISH).packetId();
          assertNotEquals(0, id);
          assertTrue(inUse.add(id), "in use already: " + id);
          acks[i] = Wire.acknowledge(Wire.PUBACK, id);
        }
        client.send(acks);
        for (int i = 0; i < batch; i++) {
          publisher.expect(Wire.PUBACK);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF})
  @Normative("MQTT-2.2.1-5")
  void acknowledgementsHaveTheIdentifierOfThePublish(int id, BrokerAddress broker)
      throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("ids-ack"))) {
      client.send(Wire.publish("ids/ack", 1, id, "x"));
      assertEquals(id, client.expect(Wire.PUBACK).packetId());
      client.send(Wire.publish("ids/ack", 2, id, "x"));
      assertEquals(id, client.expect(Wire.PUBREC).packetId());
      client.send(Wire.acknowledge(Wire.PUBREL, id));
      assertEquals(id, client.expect(Wire.PUBCOMP).packetId());
    }
  }

  @Test
  @Normative("MQTT-2.2.1-5")
  void pubRelHasTheIdentifierOfThePublish(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("ids-rel"));
        RawClient publisher = RawClient.connected(broker, ConnectPacket.v5("ids-rel-p"))) {
      client.subscribe("ids/rel", 2);
      List<Integer> ids = new ArrayList<>();
      for (int i = 1; i <= 3; i++) {
        publisher.send(
            Wire.publish("ids/rel", 2, 100 + i, "x"), Wire.acknowledge(Wire.PUBREL, 100 + i));
        ids.add(client.expect(Wire.PUBLISH).packetId());
      }
      for (int id : List.of(ids.get(2), ids.get(0), ids.get(1))) {
        client.send(Wire.acknowledge(Wire.PUBREC, id));
        assertEquals(id, client.expect(Wire.PUBREL).packetId());
        client.send(Wire.acknowledge(Wire.PUBCOMP, id));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF})
  @Normative({"MQTT-2.2.1-6", "MQTT-2.2.2-1"})
  void subAckAndUnsubAckHaveTheIdentifierOfTheirRequest(int id, BrokerAddress broker)
      throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("ids-sub"))) {
      client.send(Wire.subscribe(id, "ids/sub", 1));
      assertArrayEquals(packet(0x90, u16(id), bytes(0, 1)), client.receive().toBytes());
      client.send(Wire.unsubscribe(id, "ids/sub"));
      assertArrayEquals(packet(0xB0, u16(id), bytes(0, 0)), client.receive().toBytes());
    }
  }

  static Stream<byte[]> packetsWithoutPropertyLength() {
    return Stream.of(
        packet(0x30, utf8("t")),
        packet(0x32, utf8("t"), u16(1)),
        packet(0x82, u16(1)),
        packet(0xA2, u16(1)));
  }

  @ParameterizedTest
  @MethodSource("packetsWithoutPropertyLength")
  @Normative("MQTT-2.2.2-1")
  void missingPropertyLengthIsMalformed(byte[] packet, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("no-properties"))) {
      client.send(packet);
      client.expectDisconnect(MALFORMED);
    }
  }

  @Test
  @Normative("MQTT-2.2.2-1")
  void connectWithoutPropertyLengthIsRefused(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, utf8("MQTT"), bytes(5, 2), u16(0), utf8("no-properties")));
      client.expectRefused(MALFORMED);
    }
  }
}
