package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.expectClosedSilently;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.userProperty;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** How much one packet may hold: bytes, filters, User Properties; and a session, subscriptions. */
class PacketLimitsIT {
  private static final int QUOTA_EXCEEDED = 0x97;
  private static final int PACKET_TOO_LARGE = 0x95;
  private static final int PAYLOAD_FORMAT_INVALID = 0x99;
  private static final int PAYLOAD_FORMAT = 0x01;

  /** Three User Properties, of 12 bytes together. */
  private static final byte[] FEW = properties("ab", 3);

  private static ListenerBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        ListenerBroker.prepare("packet-limits")
            .session("subscriptionsPerSessionMax", 3)
            .listener("filters", "filtersPerPacketMax = 3")
            .listener("count", "userPropertiesMax = 3")
            .listener("bytes", "userPropertiesMaxBytes = 12")
            .listener("none", "userPropertiesMax = 0")
            .listener("small", "packetMaxBytes = 64")
            .listener("checking", "payloadFormatCheck = true")
            .start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  /** User Properties of this name and value. */
  private static byte[] properties(String each, int count) {
    return join(Collections.nCopies(count, userProperty(each, each)).toArray(byte[][]::new));
  }

  private static byte[] subscribe(int id, byte[] properties, String... filters) {
    byte[] all = {};
    for (String filter : filters) {
      all = join(all, utf8(filter), bytes(1));
    }
    return packet(0x82, u16(id), Wire.properties(properties), all);
  }

  private static byte[] unsubscribe(int id, byte[] properties, String... filters) {
    byte[] all = {};
    for (String filter : filters) {
      all = join(all, utf8(filter));
    }
    return packet(0xA2, u16(id), Wire.properties(properties), all);
  }

  @Test
  void moreFiltersThanAPacketMayHoldClose() throws Exception {
    try (RawClient client = broker.v5("filters")) {
      client.send(subscribe(1, bytes(), "a", "b", "c"));
      assertEquals(List.of(1, 1, 1), client.expect(Wire.SUBACK).reasons());
      client.send(unsubscribe(2, bytes(), "a", "b", "c"));
      assertEquals(List.of(0, 0, 0), client.expect(Wire.UNSUBACK).reasons());
      client.send(subscribe(3, bytes(), "a", "b", "c", "d"));
      client.expectDisconnect(QUOTA_EXCEEDED);
    }
    try (RawClient client = broker.v5("filters")) {
      client.send(unsubscribe(1, bytes(), "a", "b", "c", "d"));
      client.expectDisconnect(QUOTA_EXCEEDED);
    }
  }

  @Test
  void moreFiltersThanAPacketMayHoldClose311() throws Exception {
    byte[] filter = join(utf8("a"), bytes(0));
    try (RawClient client = broker.v311("filters")) {
      client.send(packet(0x82, u16(1), filter, filter, filter));
      assertEquals(List.of(0, 0, 0), client.expect(Wire.SUBACK).reasons());
      client.send(packet(0x82, u16(2), filter, filter, filter, filter));
      expectClosedSilently(client);
    }
    try (RawClient client = broker.v311("filters")) {
      client.send(packet(0xA2, u16(1), utf8("a"), utf8("b"), utf8("c"), utf8("d")));
      expectClosedSilently(client);
    }
  }

  @Test
  void moreSubscriptionsThanASessionMayHaveAreRefusedOneByOne() throws Exception {
    try (RawClient client = broker.v5("default")) {
      client.send(subscribe(1, bytes(), "a", "b", "c", "d", "a"));
      assertEquals(
          List.of(1, 1, 1, QUOTA_EXCEEDED, 1),
          client.expect(Wire.SUBACK).reasons(),
          "a is not new");
      client.send(unsubscribe(2, bytes(), "b"));
      assertEquals(List.of(0), client.expect(Wire.UNSUBACK).reasons());
      assertEquals(2, client.subscribe("d", 2));
      assertEquals(QUOTA_EXCEEDED, client.subscribe("e", 0));
    }
  }

  @Test
  void moreSubscriptionsThanASessionMayHaveFailIn311() throws Exception {
    try (RawClient client = broker.v311("default")) {
      for (String filter : List.of("a", "b", "c")) {
        assertEquals(1, client.subscribe(filter, 1));
      }
      assertEquals(0x80, client.subscribe("d", 1));
      assertEquals(2, client.subscribe("a", 2));
    }
  }

  /** Each packet of a client that may hold User Properties, with some. */
  static Stream<Arguments> packets() {
    return Stream.of(FEW, properties("ab", 4), properties("abc", 3), properties("", 4))
        .flatMap(
            some -> {
              byte[] properties = Wire.properties(some);
              return Stream.of(
                  Arguments.of("PUBLISH", some, packet(0x30, utf8("t"), properties)),
                  Arguments.of("SUBSCRIBE", some, subscribe(1, some, "t")),
                  Arguments.of("UNSUBSCRIBE", some, unsubscribe(1, some, "t")),
                  Arguments.of("PUBACK", some, packet(0x40, u16(9), bytes(0), properties)),
                  Arguments.of("PUBREC", some, packet(0x50, u16(9), bytes(0x80), properties)),
                  Arguments.of("PUBREL", some, packet(0x62, u16(9), bytes(0), properties)),
                  Arguments.of("PUBCOMP", some, packet(0x70, u16(9), bytes(0), properties)));
            });
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("packets")
  void userPropertiesAreCounted(String type, byte[] some, byte[] packet) throws Exception {
    int count = some.length == 0 ? 0 : count(some);
    int bytes = some.length - count * 5;
    for (String listener : List.of("count", "bytes", "none", "default")) {
      boolean fits =
          switch (listener) {
            case "count" -> count <= 3;
            case "bytes" -> bytes <= 12;
            case "none" -> count == 0;
            default -> true;
          };
      try (RawClient client = broker.v5(listener)) {
        client.send(packet);
        if (fits) {
          client.send(Wire.pingReq());
          while (client.receive().type() != Wire.PINGRESP) {
            // the answer to the packet
          }
        } else {
          client.expectDisconnect(QUOTA_EXCEEDED);
        }
      }
    }
  }

  private static int count(byte[] userProperties) {
    int count = 0;
    for (int at = 0; at < userProperties.length; count++) {
      at += 1;
      at += 2 + (userProperties[at] << 8 | userProperties[at + 1]);
      at += 2 + (userProperties[at] << 8 | userProperties[at + 1]);
    }
    return count;
  }

  @Test
  void userPropertiesOfDisconnectAreCountedToo() throws Exception {
    try (RawClient client = broker.v5("count")) {
      client.send(packet(0xE0, bytes(0), Wire.properties(properties("ab", 4))));
      client.expectDisconnect(QUOTA_EXCEEDED);
    }
    try (RawClient client = broker.v5("count")) {
      client.send(packet(0xE0, bytes(0), Wire.properties(FEW)));
      client.expectClosed();
    }
  }

  @Test
  void userPropertiesOfConnectAndWillAreCountedEachOnTheirOwn() throws Exception {
    byte[] pair = join(utf8("ab"), utf8("ab"));
    ConnectPacket within = ConnectPacket.v5(unique()).will("w", "x", 0, FEW);
    ConnectPacket many = ConnectPacket.v5(unique());
    for (int i = 0; i < 3; i++) {
      within.with(Wire.USER_PROPERTY, pair);
      many.with(Wire.USER_PROPERTY, pair);
    }
    many.with(Wire.USER_PROPERTY, pair);
    ConnectPacket manyOfTheWill = ConnectPacket.v5(unique()).will("w", "x", 0, properties("ab", 4));
    for (String listener : List.of("count", "bytes")) {
      assertEquals(QUOTA_EXCEEDED, broker.refusal(listener, many));
      assertEquals(QUOTA_EXCEEDED, broker.refusal(listener, manyOfTheWill));
      RawClient.connected(broker.process().address(listener), within).close();
    }
    RawClient.connected(broker.process().address(), many).close();
  }

  @Test
  void packetBeyondTheLimitClosesBothVersions() throws Exception {
    try (RawClient client = broker.open("small")) {
      RawPacket connAck = client.connect(ConnectPacket.v5(unique()));
      assertEquals(64, connAck.number(Wire.MAXIMUM_PACKET_SIZE, -1));
      client.send(Wire.publish("t", 0, 0, "x".repeat(58))); // 64 bytes
      client.ping();
      client.send(Wire.publish("t", 0, 0, "x".repeat(59)));
      client.expectDisconnect(PACKET_TOO_LARGE);
    }
    try (RawClient client = broker.v311("small")) {
      client.send(Wire.publish311(0, "t", 0, "x".repeat(59)));
      client.ping();
      client.send(Wire.publish311(0, "t", 0, "x".repeat(60)));
      expectClosedSilently(client);
    }
  }

  @Test
  void willWhosePayloadIsNotWhatItSaysRefusesTheConnection() throws Exception {
    byte[] utf8 = property(PAYLOAD_FORMAT, bytes(1));
    ConnectPacket good = ConnectPacket.v5(unique()).will("w", "größe", 0, utf8);
    RawClient.connected(broker.process().address("checking"), good).close();
    byte[] connect = ConnectPacket.v5(unique()).will("w", "xy", 0, utf8).toBytes();
    connect[connect.length - 2] = (byte) 0xC3;
    connect[connect.length - 1] = 0x28;
    try (RawClient client = broker.open("checking")) {
      client.send(connect);
      assertEquals(PAYLOAD_FORMAT_INVALID, client.expect(Wire.CONNACK).reason());
      client.expectClosed();
    }
  }
}
