package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A CONNECT that is wrong: a client of 5.0 is told why in CONNACK, one of 3.1.1 hardly ever. */
@ExtendWith(SharedBroker.class)
class FalseStartIT {
  private static final byte[] NAME = utf8("MQTT");
  private static final byte[] ID = utf8("c");

  /** Bytes and the CONNACK due, in hexadecimal digits; empty where nothing is said. */
  record Start(String name, byte[] bytes, String connAck) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Start> of5() {
    byte[] maximum0 = properties(property(Wire.RECEIVE_MAXIMUM, u16(0)));
    byte[] alias = properties(property(Wire.TOPIC_ALIAS, u16(1)));
    byte[] dataAlone = properties(property(0x16, utf8("x")));
    return Stream.of(
        told("reserved flag", 0x81, packet(0x10, NAME, bytes(5, 3), u16(0), properties(), ID)),
        told("fixed header flags", 0x81, packet(0x11, NAME, bytes(5, 2), u16(0), properties(), ID)),
        told("QoS without Will", 0x81, packet(0x10, NAME, bytes(5, 10), u16(0), properties(), ID)),
        told("id is missing", 0x81, packet(0x10, NAME, bytes(5, 2), u16(0), properties())),
        told(
            "bytes after the payload",
            0x81,
            packet(0x10, NAME, bytes(5, 2), u16(0), properties(), ID, ID)),
        told(
            "id is not UTF-8",
            0x81,
            packet(0x10, NAME, bytes(5, 2), u16(0), properties(), u16(2), bytes(0xC3, 0x28))),
        told("foreign property", 0x81, packet(0x10, NAME, bytes(5, 2), u16(0), alias, ID)),
        told("Receive Maximum 0", 0x82, packet(0x10, NAME, bytes(5, 2), u16(0), maximum0, ID)),
        told("data but no method", 0x82, packet(0x10, NAME, bytes(5, 2), u16(0), dataAlone, ID)),
        told(
            "too large",
            0x95,
            Wire.join(bytes(0x10, 0xFF, 0xFF, 0xFF, 0x7F), NAME, bytes(5, 2), u16(0))));
  }

  static Stream<Start> of311() {
    byte[] will = Wire.join(utf8("a/#"), utf8("x"));
    return Stream.of(
        silent("reserved flag", packet(0x10, NAME, bytes(4, 3), u16(0), ID)),
        silent("fixed header flags", packet(0x11, NAME, bytes(4, 2), u16(0), ID)),
        silent("QoS without Will", packet(0x10, NAME, bytes(4, 10), u16(0), ID)),
        silent("id is missing", packet(0x10, NAME, bytes(4, 2), u16(0))),
        silent("password alone", packet(0x10, NAME, bytes(4, 0x42), u16(0), ID, utf8("x"))),
        silent("wildcard in the Will Topic", packet(0x10, NAME, bytes(4, 6), u16(0), ID, will)),
        silent(
            "too large", Wire.join(bytes(0x10, 0xFF, 0xFF, 0xFF, 0x7F), NAME, bytes(4, 2), u16(0))),
        new Start("level 6", packet(0x10, NAME, bytes(6, 2), u16(0), ID), "0001"),
        new Start("level 3", packet(0x10, NAME, bytes(3, 2), u16(0), ID), "0001"),
        new Start("bridge", packet(0x10, NAME, bytes(0x84, 2), u16(0), ID), "0001"),
        new Start("no id, kept", packet(0x10, NAME, bytes(4, 0), u16(0), u16(0)), "0002"));
  }

  static Stream<Start> ofNobody() {
    return Stream.of(
        silent("another protocol", packet(0x10, utf8("HTTP"), bytes(5, 2), u16(0), ID)),
        silent("a web browser", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes()),
        silent("PINGREQ first", Wire.pingReq()),
        silent("AUTH first", packet(0xF0, bytes(0x18), properties(property(0x15, utf8("m"))))),
        silent("DISCONNECT first", packet(0xE0)),
        silent("Remaining Length of 5 bytes", bytes(0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)));
  }

  @ParameterizedTest
  @MethodSource({"of5", "of311", "ofNobody"})
  void isToldWhatItsVersionCanSay(Start start, BrokerAddress broker) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(start.bytes());
      if (!start.connAck().isEmpty()) {
        RawPacket answer = client.expect(Wire.CONNACK);
        assertEquals(start.connAck(), HexFormat.of().formatHex(answer.body()));
      }
      client.expectClosed();
    }
  }

  private static Start told(String name, int reason, byte[] bytes) {
    return new Start(name, bytes, "00%02x00".formatted(reason));
  }

  private static Start silent(String name, byte[] bytes) {
    return new Start(name, bytes, "");
  }
}
