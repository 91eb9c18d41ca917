package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MQTT 5.0, section 3.2: what a CONNACK looks like and when it comes. */
@ExtendWith(SharedBroker.class)
class ConnAckIT {
  private static final int BAD_LOGIN = 0x86;

  /** Table 3-1. */
  private static final Set<Integer> REASONS =
      Set.of(
          0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95,
          0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F);

  /** Properties of section 3.2.2.3. */
  private static final Set<Integer> PROPERTIES =
      Set.of(
          0x11, 0x12, 0x13, 0x15, 0x16, 0x1A, 0x1C, 0x1F, 0x21, 0x22, 0x24, 0x25, 0x26, 0x27, 0x28,
          0x29, 0x2A);

  @Test
  @Normative({"MQTT-3.2.2-1", "MQTT-3.2.2-2", "MQTT-3.2.2-3", "MQTT-3.1.4-5"})
  void flagsHoldSessionPresentAndNothingElse(BrokerAddress broker) throws Exception {
    ConnectPacket fresh = ConnectPacket.v5("connack-flags").sessionExpiry(60);
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(fresh);
      assertEquals(0, connAck.body()[0]);
      assertEquals(0, connAck.body()[1]);
    }
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck =
          client.connect(ConnectPacket.v5("connack-flags").resume().sessionExpiry(60));
      assertEquals(1, connAck.body()[0]);
      assertEquals(0, connAck.body()[1]);
    }
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(ConnectPacket.v5("connack-flags"));
      assertEquals(0, connAck.body()[0]);
      assertEquals(0, connAck.body()[1]);
    }
  }

  @Test
  @Normative("MQTT-3.2.2-3")
  void sessionPresentOfARunningSessionIsSet(BrokerAddress broker) throws Exception {
    try (RawClient old =
            RawClient.connected(broker, ConnectPacket.v5("connack-live").sessionExpiry(60));
        RawClient young = RawClient.open(broker)) {
      old.ping();
      assertTrue(young.connect(ConnectPacket.v5("connack-live").resume()).sessionPresent());
    }
  }

  @Test
  @Normative({"MQTT-3.2.2-6", "MQTT-3.2.2-7"})
  void refusalSaysThatNoSessionIsPresent(BrokerAddress broker) throws Exception {
    ConnectPacket kept = ConnectPacket.v5("connack-refused").sessionExpiry(60);
    RawClient.connected(broker, kept).cut();
    try (RawClient client = RawClient.open(broker)) {
      client.send(ConnectPacket.v5("connack-refused").resume().login("root", "guess").toBytes());
      assertEquals(0, client.expectRefused(BAD_LOGIN).body()[0]);
    }
    try (RawClient client = RawClient.open(broker)) {
      ConnectPacket resume = ConnectPacket.v5("connack-refused").resume();
      assertTrue(client.connect(resume).sessionPresent(), "it was there all the time");
    }
  }

  @Test
  @Normative({"MQTT-3.2.0-1", "MQTT-3.2.0-2"})
  void connAckIsTheFirstPacketAndTheOnlyOne(BrokerAddress broker) throws Exception {
    String id = "connack-first";
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5(id).sessionExpiry(60));
        RawClient publisher = RawClient.connected(broker, ConnectPacket.v5("connack-pub"))) {
      client.subscribe("connack/first", 1);
      client.cut();
      for (int i = 0; i < 10; i++) {
        publisher.publish("connack/first", "m" + i);
      }
      try (RawClient again = RawClient.open(broker)) {
        again.send(ConnectPacket.v5(id).resume().toBytes(), Wire.pingReq());
        assertEquals(0, again.expect(Wire.CONNACK).reason());
        Set<Integer> types = new HashSet<>();
        for (int i = 0; i < 11; i++) {
          types.add(again.receive().type());
        }
        assertEquals(Set.of(Wire.PUBLISH, Wire.PINGRESP), types);
        again.expectNothing();
        again.send(ConnectPacket.v5(id).toBytes());
        again.expectDisconnect(0x82);
      }
    }
  }

  static Stream<byte[]> refused() {
    byte[] id = utf8("connack-codes");
    byte[] name = utf8("MQTT");
    byte[] method = property(Wire.AUTHENTICATION_METHOD, utf8("none such"));
    byte[] twice = property(Wire.RECEIVE_MAXIMUM, u16(0));
    return Stream.of(
        ConnectPacket.v5("connack-codes").login("root", "guess").toBytes(),
        packet(0x10, name, bytes(5, 2), u16(0), properties(method), id),
        packet(0x10, name, bytes(5, 2), u16(0), properties(twice), id),
        packet(0x10, name, bytes(5, 3), u16(0), properties(), id),
        ConnectPacket.v5("connack-codes").will("a/#", "wildcard", 0).toBytes(),
        ConnectPacket.v5("connack-codes").will("", "no topic", 0).toBytes(),
        ConnectPacket.v5("connack-codes").will("$denied", "not allowed", 0).toBytes());
  }

  @ParameterizedTest
  @MethodSource("refused")
  @Normative({"MQTT-3.2.2-8", "MQTT-3.2.2-1", "MQTT-3.2.2-6", "MQTT-3.2.2-7", "MQTT-4.13.2-1"})
  void refusalHasACodeOfConnAckAndCloses(byte[] connect, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(connect);
      RawPacket connAck = client.expect(Wire.CONNACK);
      assertTrue(connAck.reason() >= 0x80, connAck::toString);
      assertTrue(REASONS.contains(connAck.reason()), connAck::toString);
      assertEquals(0, connAck.body()[0]);
      client.expectClosed();
    }
  }

  @Test
  @Normative("MQTT-3.2.2-8")
  void propertiesAreThoseOfConnAckOnceEach(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck =
          client.connect(
              ConnectPacket.v5("")
                  .sessionExpiry(60)
                  .with(Wire.REQUEST_RESPONSE_INFORMATION, bytes(1)));
      assertTrue(REASONS.contains(connAck.reason()));
      Set<Integer> seen = new HashSet<>();
      for (RawPacket.Property each : connAck.properties()) {
        assertTrue(PROPERTIES.contains(each.id()), "0x%02X".formatted(each.id()));
        assertTrue(each.id() == Wire.USER_PROPERTY || seen.add(each.id()), each::toString);
      }
      assertTrue(connAck.number(Wire.RECEIVE_MAXIMUM, 65_535) > 0);
      assertTrue(connAck.number(Wire.MAXIMUM_PACKET_SIZE, 1) > 0);
    }
  }

  @Test
  @Normative({"MQTT-3.2.2-19", "MQTT-3.2.2-20", "MQTT-3.1.2-24"})
  void refusalHasATextOnlyWhereItFits(BrokerAddress broker) throws Exception {
    RawPacket full = refusal(broker, 1_000);
    assertEquals(1, full.all(Wire.REASON_STRING).size(), "else nothing is proven");
    assertEquals(1, refusal(broker, full.size()).all(Wire.REASON_STRING).size());
    for (int maximum = 5; maximum < full.size(); maximum++) {
      RawPacket bare = refusal(broker, maximum);
      assertTrue(bare.size() <= maximum, bare::toString);
      assertEquals(List.of(), bare.all(Wire.REASON_STRING));
      assertEquals(List.of(), bare.all(Wire.USER_PROPERTY));
    }
  }

  private static RawPacket refusal(BrokerAddress broker, int maximumPacketSize) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(
          ConnectPacket.v5("connack-size")
              .explained()
              .with(Wire.MAXIMUM_PACKET_SIZE, u32(maximumPacketSize))
              .login("root", "guess")
              .toBytes());
      return client.expectRefused(BAD_LOGIN);
    }
  }

  /** A CONNACK that is too large is not sent; without one nobody is served [MQTT-3.2.0-1]. */
  @Test
  @Normative({"MQTT-3.1.2-24", "MQTT-3.2.2-20", "MQTT-3.2.0-1"})
  void connAckKeepsToTheClientsMaximumPacketSize(BrokerAddress broker) throws Exception {
    int served = 0;
    for (int maximum = 1; maximum < 60; maximum++) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(
            ConnectPacket.v5("connack-size").with(Wire.MAXIMUM_PACKET_SIZE, u32(maximum)).toBytes(),
            Wire.pingReq());
        RawPacket first = client.receive();
        assertEquals(Wire.CONNACK, first.type(), first::toString);
        assertTrue(first.size() <= maximum, first::toString);
        if (first.reason() == 0) {
          client.expect(Wire.PINGRESP);
          served++;
        } else {
          client.expectClosed();
        }
      } catch (java.io.EOFException | java.net.SocketException e) {
        assertEquals(0, served, "closed, though one with less was served");
      }
    }
    assertFalse(served == 0, "nobody was served");
  }
}
