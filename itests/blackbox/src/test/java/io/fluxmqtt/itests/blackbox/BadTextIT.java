package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.binary;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text that is none in MQTT, in every place where a client sends text. */
@ExtendWith(SharedBroker.class)
class BadTextIT {
  private static final int MALFORMED = 0x81;
  private static final int REASON_STRING = 0x1F;
  private static final int AUTHENTICATION_METHOD = 0x15;

  private static final Map<String, byte[]> BAD =
      Map.of(
          "U+0000", bytes('a', 0, 'b'),
          "overlong slash", bytes('a', 0xC0, 0xAF),
          "overlong in three bytes", bytes(0xE0, 0x80, 0xAF),
          "surrogate", bytes(0xED, 0xA0, 0x80),
          "CESU-8", bytes(0xED, 0xA0, 0x81, 0xED, 0xB0, 0x80),
          "U+110000", bytes(0xF4, 0x90, 0x80, 0x80),
          "cut", bytes('a', 0xE2, 0x82));

  /** A place for text: the packet with bytes there, to be sent by a client of a version. */
  record Place(String name, int version, Function<byte[], byte[]> packet) {
    @Override
    public String toString() {
      return name + " (" + version + ")";
    }
  }

  static Stream<Place> placesOf5() {
    Function<byte[], byte[]> user = t -> property(Wire.USER_PROPERTY, join(utf8("k"), binary(t)));
    Function<byte[], byte[]> name = t -> property(Wire.USER_PROPERTY, join(binary(t), utf8("v")));
    byte[] method = property(AUTHENTICATION_METHOD, utf8("M"));
    return Stream.of(
        v5("topic", t -> packet(0x30, binary(t), properties())),
        v5("Response Topic", t -> publish(property(Wire.RESPONSE_TOPIC, binary(t)))),
        v5("Content Type", t -> publish(property(Wire.CONTENT_TYPE, binary(t)))),
        v5("user property of PUBLISH", t -> publish(user.apply(t))),
        v5("name of a user property", t -> publish(name.apply(t))),
        v5("PUBACK", t -> acknowledge(0x40, property(REASON_STRING, binary(t)))),
        v5("PUBREC", t -> acknowledge(0x50, property(REASON_STRING, binary(t)))),
        v5("PUBREL", t -> acknowledge(0x62, property(REASON_STRING, binary(t)))),
        v5("PUBCOMP", t -> acknowledge(0x70, property(REASON_STRING, binary(t)))),
        v5("user property of PUBACK", t -> acknowledge(0x40, user.apply(t))),
        v5("filter", t -> packet(0x82, u16(1), properties(), binary(t), bytes(0))),
        v5(
            "user property of SUBSCRIBE",
            t -> packet(0x82, u16(1), properties(user.apply(t)), utf8("a"), bytes(0))),
        v5("filter of UNSUBSCRIBE", t -> packet(0xA2, u16(1), properties(), binary(t))),
        v5(
            "user property of UNSUBSCRIBE",
            t -> packet(0xA2, u16(1), properties(user.apply(t)), utf8("a"))),
        v5(
            "DISCONNECT",
            t -> packet(0xE0, bytes(0), properties(property(REASON_STRING, binary(t))))),
        v5("user property of DISCONNECT", t -> packet(0xE0, bytes(0), properties(user.apply(t)))),
        v5(
            "AUTH",
            t -> packet(0xF0, bytes(0x19), properties(property(AUTHENTICATION_METHOD, binary(t))))),
        v5(
            "user property of AUTH",
            t -> packet(0xF0, bytes(0x19), properties(method, user.apply(t)))));
  }

  @ParameterizedTest
  @MethodSource("placesOf5")
  @Normative({"MQTT-1.5.4-1", "MQTT-1.5.4-2"})
  void closesTheConnectionAndSaysWhy(Place place, BrokerAddress broker) throws IOException {
    for (var bad : BAD.entrySet()) {
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("bad"))) {
        client.send(place.packet().apply(bad.getValue()));
        client.expectDisconnect(MALFORMED);
      }
    }
  }

  static Stream<Place> placesOf311() {
    return Stream.of(
        v311("topic", t -> packet(0x30, binary(t), bytes('x'))),
        v311("filter", t -> packet(0x82, u16(1), binary(t), bytes(0))),
        v311("filter of UNSUBSCRIBE", t -> packet(0xA2, u16(1), binary(t))));
  }

  @ParameterizedTest
  @MethodSource("placesOf311")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-1.5.3-2"})
  void closesTheConnectionOf311WithoutAWord(Place place, BrokerAddress broker) throws IOException {
    for (var bad : BAD.entrySet()) {
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v311("bad"))) {
        client.send(place.packet().apply(bad.getValue()));
        client.expectClosed();
      }
    }
  }

  static Stream<Place> placesOfConnect() {
    byte[] id = utf8("c");
    byte[] will = join(utf8("will"), utf8("message"));
    return Stream.of(
        v311("client id", t -> connect(4, 2, binary(t))),
        v311("user name", t -> connect(4, 0x82, id, binary(t))),
        v311("Will Topic", t -> connect(4, 6, id, binary(t), utf8("m"))),
        v5("client id", t -> connect(5, 2, properties(), binary(t))),
        v5("user name", t -> connect(5, 0x82, properties(), id, binary(t))),
        v5("Will Topic", t -> connect(5, 6, properties(), id, properties(), binary(t), utf8("m"))),
        v5(
            "Authentication Method",
            t -> connect(5, 2, properties(property(AUTHENTICATION_METHOD, binary(t))), id)),
        v5(
            "user property",
            t ->
                connect(
                    5,
                    2,
                    properties(property(Wire.USER_PROPERTY, join(utf8("k"), binary(t)))),
                    id)),
        v5(
            "Content Type of the Will",
            t ->
                connect(
                    5,
                    6,
                    properties(),
                    id,
                    properties(property(Wire.CONTENT_TYPE, binary(t))),
                    will)));
  }

  /** 3.1.1 has no code for it; 5.0 may say 0x81 in CONNACK or close [MQTT-3.1.4-1]. */
  @ParameterizedTest
  @MethodSource("placesOfConnect")
  @Normative(
      value = {"MQTT-1.5.4-1", "MQTT-1.5.4-2"},
      v311 = {"MQTT-1.5.3-1", "MQTT-1.5.3-2"})
  void closesAConnectWithAtMostARefusal(Place place, BrokerAddress broker) throws IOException {
    for (var bad : BAD.entrySet()) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(place.packet().apply(bad.getValue()));
        try {
          RawPacket answer = client.receive();
          assertEquals(5, place.version(), answer::toString);
          assertEquals(Wire.CONNACK, answer.type(), answer::toString);
          assertEquals(MALFORMED, answer.reason());
          client.expectClosed();
        } catch (EOFException | SocketException e) {
          // Closed without a word.
        }
      }
    }
  }

  @Test
  @Normative("MQTT-1.5.4-3")
  void byteOrderMarkIsPassedOn(BrokerAddress broker) throws IOException { // [MQTT-1.5.4-3]
    String topic = "\uFEFFbom/" + UUID.randomUUID() + "/\uFEFF";
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("\uFEFFbom"))) {
      assertEquals(0, client.subscribe(topic, 0));
      client.send(Wire.publish(topic, 0, 0, "x", Wire.userProperty("\uFEFFk", "v\uFEFF")));
      RawPacket got = client.expect(Wire.PUBLISH);
      assertEquals(topic, got.topic());
      assertEquals("\uFEFFk=v\uFEFF", got.all(Wire.USER_PROPERTY).get(0));
      byte[] mark = bytes(0xEF, 0xBB, 0xBF);
      String raw = new String(got.body(), StandardCharsets.ISO_8859_1);
      assertTrue(raw.startsWith(new String(mark, StandardCharsets.ISO_8859_1), 2));
    }
  }

  private static byte[] connect(int version, int flags, byte[]... rest) {
    return packet(Wire.CONNECT << 4, utf8("MQTT"), bytes(version, flags), u16(0), join(rest));
  }

  private static byte[] publish(byte[] property) {
    return Wire.publish("t", 0, 0, "x", property);
  }

  private static byte[] acknowledge(int first, byte[] property) {
    return packet(first, u16(1), bytes(0), properties(property));
  }

  private static Place v5(String name, Function<byte[], byte[]> packet) {
    return new Place(name, 5, packet);
  }

  private static Place v311(String name, Function<byte[], byte[]> packet) {
    return new Place(name, 4, packet);
  }
}
