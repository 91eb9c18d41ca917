package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.publish;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a client must not send closes its own connection, with a reason, and nobody else's. What the
 * numbered statements of MQTT 5.0 refuse is in the conformance module.
 */
@ExtendWith(SharedBroker.class)
class MalformedIT {
  private static final int MALFORMED = 0x81;
  private static final int PROTOCOL_ERROR = 0x82;

  /** Bytes that are wrong, and the Reason Codes that the text of MQTT 5.0 allows for them. */
  record Wrong(String name, List<Integer> reasons, byte[] bytes) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Wrong> packetsOf5() {
    return Stream.of(publishes(), others()).flatMap(List::stream);
  }

  private static List<Wrong> publishes() {
    return List.of(
        wrong("packet id 0", publish("t", 1, 0, "x")),
        malformed("unknown property", publish("t", 0, 0, "x", property(0x7E, bytes(0)))),
        wrong(
            "property of another packet",
            publish("t", 0, 0, "x", property(Wire.SESSION_EXPIRY, Wire.u32(1)))),
        malformed("properties beyond the packet", packet(0x30, utf8("t"), bytes(100))),
        malformed("Remaining Length of 5 bytes", bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)));
  }

  private static List<Wrong> others() {
    return List.of(
        malformed("packet type 0", bytes(0x00, 0x00)),
        of("second CONNECT", List.of(PROTOCOL_ERROR), ConnectPacket.v5("again").toBytes()),
        wrong("CONNACK from a client", packet(0x20, bytes(0, 0), properties())),
        wrong("SUBACK from a client", packet(0x90, u16(1), properties(), bytes(0))),
        wrong("PINGRESP from a client", bytes(0xD0, 0)),
        malformed("PINGREQ with a body", bytes(0xC0, 1, 0)),
        malformed("PINGREQ flags", bytes(0xC1, 0)),
        malformed("PUBACK of one byte", packet(0x40, bytes(1))),
        wrong("AUTH without method", packet(0xF0, bytes(0x18), properties())),
        malformed("DISCONNECT flags", bytes(0xE1, 0)));
  }

  @ParameterizedTest
  @MethodSource("packetsOf5")
  void closesTheConnectionAndSaysWhy(Wrong wrong, BrokerAddress broker) throws IOException {
    try (RawClient neighbour = RawClient.connected(broker, ConnectPacket.v5("neighbour"));
        RawClient culprit = RawClient.connected(broker, ConnectPacket.v5("culprit"))) {
      culprit.send(wrong.bytes());

      RawPacket answer = culprit.expect(Wire.DISCONNECT);
      assertTrue(
          wrong.reasons().contains(answer.reason()),
          () -> "Reason Code 0x%02X".formatted(answer.reason()));
      culprit.expectClosed();
      neighbour.ping();
    }
  }

  static Stream<Wrong> packetsOf311() {
    return Stream.of(
        malformed("PUBLISH with QoS 3", Wire.publish311(0x06, "t", 1, "x")),
        malformed("wildcard in topic", Wire.publish311(0, "a/+", 0, "x")),
        malformed("empty topic", Wire.publish311(0, "", 0, "x")),
        malformed("packet id 0", Wire.publish311(0x02, "t", 0, "x")),
        malformed("SUBSCRIBE flags", packet(0x80, u16(1), utf8("a"), bytes(0))),
        malformed("SUBSCRIBE without filter", packet(0x82, u16(1))),
        malformed("requested QoS 3", Wire.subscribe311(1, "a", 3)),
        malformed("filter a#", Wire.subscribe311(1, "a#", 0)),
        malformed("AUTH", packet(0xF0, bytes(0x18), properties())),
        malformed("second CONNECT", ConnectPacket.v311("again").toBytes()));
  }

  @ParameterizedTest
  @MethodSource("packetsOf311")
  void closesTheConnectionOf311WithoutAWord(Wrong wrong, BrokerAddress broker) throws IOException {
    try (RawClient neighbour = RawClient.connected(broker, ConnectPacket.v311("neighbour"));
        RawClient culprit = RawClient.connected(broker, ConnectPacket.v311("culprit"))) {
      culprit.send(wrong.bytes());
      culprit.expectClosed();
      neighbour.ping();
    }
  }

  static Stream<Wrong> beforeConnect() {
    byte[] name = utf8("MQTT");
    byte[] id = utf8("c");
    return Stream.of(
        wrong("PINGREQ first", Wire.pingReq()),
        wrong("PUBLISH first", publish("t", 0, 0, "x")),
        wrong(
            "another protocol", packet(0x10, utf8("HTTP"), bytes(5, 2), u16(0), properties(), id)),
        wrong("GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes()),
        wrong("reserved flag", packet(0x10, name, bytes(5, 3), u16(0), properties(), id)),
        wrong(
            "Will QoS without Will", packet(0x10, name, bytes(5, 0x0A), u16(0), properties(), id)),
        wrong(
            "Will QoS 3",
            join(
                packet(
                    0x10,
                    name,
                    bytes(5, 0x1E),
                    u16(0),
                    properties(),
                    id,
                    properties(),
                    utf8("w"),
                    utf8("x")))),
        wrong(
            "Receive Maximum 0",
            packet(
                0x10,
                name,
                bytes(5, 2),
                u16(0),
                properties(property(Wire.RECEIVE_MAXIMUM, u16(0))),
                id)),
        wrong(
            "bytes after the payload",
            packet(0x10, name, bytes(5, 2), u16(0), properties(), id, id)),
        wrong("CONNECT flags", packet(0x11, name, bytes(5, 2), u16(0), properties(), id)));
  }

  @ParameterizedTest
  @MethodSource("beforeConnect")
  void answersAFalseStartWithAtMostARefusal(Wrong wrong, BrokerAddress broker) throws IOException {
    try (RawClient culprit = RawClient.open(broker)) {
      culprit.send(wrong.bytes());
      try {
        RawPacket answer = culprit.receive();
        assertEquals(Wire.CONNACK, answer.type(), "before CONNACK there is no DISCONNECT");
        assertTrue(answer.reason() != 0, answer::toString);
        culprit.expectClosed();
      } catch (java.io.EOFException | java.net.SocketException e) {
        // Closed without a word, which is allowed [MQTT-3.1.4-2].
      }
    }
  }

  private static Wrong malformed(String name, byte[] bytes) {
    return new Wrong(name, List.of(MALFORMED), bytes);
  }

  /** Where the text can be read as either. */
  private static Wrong wrong(String name, byte[] bytes) {
    return new Wrong(name, List.of(MALFORMED, PROTOCOL_ERROR), bytes);
  }

  private static Wrong of(String name, List<Integer> reasons, byte[] bytes) {
    return new Wrong(name, reasons, bytes);
  }
}
