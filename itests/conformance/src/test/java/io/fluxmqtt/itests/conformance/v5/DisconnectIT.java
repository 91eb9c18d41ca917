package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.14 and 4.13: DISCONNECT in both directions. */
@ExtendWith(SharedBroker.class)
class DisconnectIT {
  private static final int MALFORMED = 0x81;
  private static final int PROTOCOL_ERROR = 0x82;
  private static final int TOPIC_NAME_INVALID = 0x90;
  private static final int TOPIC_ALIAS_INVALID = 0x94;

  /** Those of table 3-10 that a Server sends. */
  private static final Set<Integer> SERVER_REASONS =
      Set.of(
          0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95,
          0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2);

  record Provocation(int reason, byte[] packet) {
    @Override
    public String toString() {
      return "0x%02X".formatted(reason);
    }
  }

  static Stream<Provocation> provocations() {
    return Stream.of(
        new Provocation(MALFORMED, bytes(0, 0)),
        new Provocation(MALFORMED, packet(0x30, u16(9), bytes('t'))),
        new Provocation(MALFORMED, Wire.publish(0x06, "t", 1, bytes())),
        new Provocation(MALFORMED, Wire.subscribe(1, "a", 0xC0)),
        new Provocation(PROTOCOL_ERROR, ConnectPacket.v5("again").toBytes()),
        new Provocation(PROTOCOL_ERROR, packet(0x82, u16(1), properties())),
        new Provocation(PROTOCOL_ERROR, Wire.publish("", 0, 0, "x")),
        new Provocation(PROTOCOL_ERROR, Wire.disconnect(0, property(Wire.SESSION_EXPIRY, u32(9)))),
        new Provocation(MALFORMED, Wire.publish("a/+", 0, 0, "x")), // [MQTT-3.3.2-2]
        new Provocation(TOPIC_NAME_INVALID, Wire.publish("/".repeat(150), 0, 0, "x")),
        new Provocation(
            TOPIC_ALIAS_INVALID, Wire.publish("t", 0, 0, "x", property(0x23, u16(65_535)))),
        new Provocation(TOPIC_ALIAS_INVALID, Wire.publish("t", 0, 0, "x", property(0x23, u16(0)))),
        new Provocation(0x95, bytes(0x30, 0xFF, 0xFF, 0xFF, 0x7F)));
  }

  @ParameterizedTest
  @MethodSource("provocations")
  @Normative({
    "MQTT-3.14.2-1",
    "MQTT-3.14.2-2",
    "MQTT-3.14.4-1",
    "MQTT-3.14.4-2",
    "MQTT-4.13.1-1",
    "MQTT-4.13.2-1"
  })
  void brokerSaysWhyAndCloses(Provocation provocation, BrokerAddress broker) throws Exception {
    try (RawClient neighbour = RawClient.connected(broker, ConnectPacket.v5("neighbour"));
        RawClient client = RawClient.connected(broker, ConnectPacket.v5("provoker"))) {
      client.send(provocation.packet(), Wire.pingReq(), Wire.subscribe(7, "disconnect/a", 0));
      RawPacket answer = client.expect(Wire.DISCONNECT);
      assertEquals(0xE0, answer.first());
      assertEquals(provocation.reason(), answer.reason(), answer::toString);
      assertTrue(SERVER_REASONS.contains(answer.reason()), answer::toString);
      assertEquals(List.of(), answer.all(Wire.SESSION_EXPIRY));
      client.expectClosed(); // and nothing more before
      neighbour.ping();
    }
  }

  @Test
  @Normative({"MQTT-3.14.2-1", "MQTT-3.14.2-2", "MQTT-3.14.4-1", "MQTT-3.14.4-2"})
  void brokerThatStopsSaysSo() throws Exception {
    try (BrokerProcess process = BrokerProcess.started("disconnect")) {
      try (RawClient client =
          RawClient.connected(process.address(), ConnectPacket.v5("stop").sessionExpiry(60))) {
        process.process().destroy();
        RawPacket answer = client.expect(Wire.DISCONNECT);
        assertEquals(0x8B, answer.reason());
        assertEquals(List.of(), answer.all(Wire.SESSION_EXPIRY));
        client.expectClosed();
      }
    }
  }

  static Stream<byte[]> refusedConnects() {
    byte[] id = utf8("never");
    return Stream.of(
        packet(0x10, utf8("MQTT"), bytes(5, 3), u16(0), properties(), id),
        packet(0x10, utf8("MQTT"), bytes(5, 2), u16(0), bytes(9)),
        packet(0x10, utf8("MQTT"), bytes(6, 2), u16(0), properties(), id),
        packet(0x10, utf8("HTTP"), bytes(5, 2), u16(0), properties(), id),
        bytes(0x10, 0xFF, 0xFF, 0xFF, 0xFF),
        bytes(0x10, 0xFF, 0xFF, 0xFF, 0x7F),
        ConnectPacket.v5("never").login("root", "guess").toBytes(),
        Wire.disconnect(),
        Wire.pingReq());
  }

  @ParameterizedTest
  @MethodSource("refusedConnects")
  @Normative({"MQTT-3.14.0-1", "MQTT-3.2.0-1"})
  void noDisconnectBeforeTheClientIsAccepted(byte[] first, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(first);
      try {
        RawPacket answer = client.receive();
        assertEquals(Wire.CONNACK, answer.type(), answer::toString);
        assertTrue(answer.reason() != 0, answer::toString);
        client.expectClosed();
      } catch (java.io.EOFException | java.net.SocketException e) {
        // Closed without a word, which is allowed.
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 15})
  @Normative("MQTT-3.14.1-1")
  void reservedBitsOfDisconnectAreChecked(int flags, BrokerAddress broker) throws Exception {
    for (byte[] body : List.of(bytes(), bytes(0), bytes(0, 0))) {
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("bits"))) {
        client.send(packet(0xE0 | flags, body));
        client.expectDisconnect(MALFORMED);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {0x01, 0x02, 0x03, 0x10, 0x18, 0x7F, 0x84, 0x86, 0x8C, 0x91, 0x92, 0xA3, 0xFF})
  @Normative("MQTT-3.14.2-1")
  void codeThatIsNoneOfDisconnectIsRefused(int reason, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("code"))) {
      client.send(Wire.disconnect(reason));
      RawPacket answer = client.expect(Wire.DISCONNECT);
      assertTrue(List.of(MALFORMED, PROTOCOL_ERROR).contains(answer.reason()), answer::toString);
      client.expectClosed();
    }
  }

  @ParameterizedTest
  @MethodSource("provocations")
  @Normative({"MQTT-3.14.2-3", "MQTT-3.14.2-4", "MQTT-3.1.2-24"})
  void textIsSentOnlyWhereItFits(Provocation provocation, BrokerAddress broker) throws Exception {
    RawPacket full = provoke(broker, provocation, 1_000);
    assertEquals(1, full.all(Wire.REASON_STRING).size(), "else nothing is proven");
    assertEquals(full.size(), provoke(broker, provocation, full.size()).size());
    RawPacket bare = provoke(broker, provocation, full.size() - 1);
    assertTrue(bare.size() < full.size(), bare::toString);
    assertEquals(List.of(), bare.all(Wire.REASON_STRING));
    assertEquals(List.of(), bare.all(Wire.USER_PROPERTY));
    assertEquals(provocation.reason(), bare.reason());
  }

  private static RawPacket provoke(BrokerAddress broker, Provocation provocation, int maximum)
      throws IOException {
    ConnectPacket connect =
        ConnectPacket.v5("sized").explained().with(Wire.MAXIMUM_PACKET_SIZE, u32(maximum));
    try (RawClient client = RawClient.connected(broker, connect)) {
      client.send(provocation.packet());
      RawPacket answer = client.expect(Wire.DISCONNECT);
      client.expectClosed();
      return answer;
    }
  }

  @Test
  @Normative({"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
  void nothingCountsAfterADisconnectOfTheClient(BrokerAddress broker) throws Exception {
    try (RawClient watcher = RawClient.connected(broker, ConnectPacket.v5("after-watcher"));
        RawClient client = RawClient.connected(broker, ConnectPacket.v5("after"))) {
      watcher.subscribe("disconnect/after", 0);
      client.send(
          Wire.publish("disconnect/after", 0, 0, "before"),
          Wire.disconnect(),
          Wire.publish("disconnect/after", 0, 0, "after"),
          Wire.publish("disconnect/after", 1, 1, "after"),
          Wire.pingReq());
      client.expectClosed();
      assertEquals("before", watcher.expect(Wire.PUBLISH).payloadText());
      watcher.expectNothing();
    }
  }
}
