package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static io.fluxmqtt.itests.kit.Wire.varint;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 1.5.5. */
@ExtendWith(SharedBroker.class)
class VariableByteIntegerIT {
  private static final int MALFORMED = 0x81;

  record Padded(String name, byte[] packet) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Padded[] padded() {
    byte[] filter = join(utf8("a"), bytes(0));
    return new Padded[] {
      new Padded("Remaining Length 0 in two bytes", bytes(0xC0, 0x80, 0)),
      new Padded("Remaining Length 0 in four bytes", bytes(0xC0, 0x80, 0x80, 0x80, 0)),
      new Padded("Remaining Length 2 in three bytes", bytes(0x40, 0x82, 0x80, 0, 0, 1)),
      new Padded("five bytes", bytes(0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)),
      new Padded("Property Length 0", packet(0x30, utf8("t"), bytes(0x80, 0), bytes('x'))),
      new Padded(
          "Property Length 2",
          packet(0x30, utf8("t"), bytes(0x82, 0), bytes(Wire.PAYLOAD_FORMAT, 0), bytes('x'))),
      new Padded(
          "Property Length of SUBSCRIBE", packet(0x82, u16(1), bytes(0x80, 0x80, 0), filter)),
      new Padded(
          "property identifier",
          packet(0x30, utf8("t"), bytes(3, 0x80 | Wire.PAYLOAD_FORMAT, 0, 0), bytes('x'))),
      new Padded(
          "Subscription Identifier",
          packet(0x82, u16(1), bytes(3, Wire.SUBSCRIPTION_IDENTIFIER, 0x81, 0), filter)),
      new Padded(
          "Subscription Identifier of five bytes",
          packet(
              0x82,
              u16(1),
              bytes(6, Wire.SUBSCRIPTION_IDENTIFIER, 0xFF, 0xFF, 0xFF, 0xFF, 1),
              filter)),
    };
  }

  @ParameterizedTest
  @MethodSource("padded")
  @Normative("MQTT-1.5.5-1")
  void needlessBytesAreMalformed(Padded padded, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("varint"))) {
      client.send(padded.packet());
      client.expectDisconnect(MALFORMED);
    }
  }

  /** Payloads around the sizes where the Remaining Length takes one byte more. */
  @ParameterizedTest
  @ValueSource(ints = {0, 100, 114, 115, 116, 117, 16_370, 16_371, 16_372, 16_373, 16_374, 300_000})
  @Normative("MQTT-1.5.5-1")
  void remainingLengthOfTheBrokerIsMinimal(int size, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("varint-2"))) {
      client.subscribe("varint/ab", 0);
      byte[] packet = Wire.publish(0, "varint/ab", 0, new byte[size]);
      client.send(packet);
      assertArrayEquals(packet, client.receiveBytes(packet.length));
      client.expectNothing();
    }
  }

  /** User Properties around the sizes where the Property Length takes one byte more. */
  @ParameterizedTest
  @ValueSource(ints = {100, 120, 121, 122, 123, 16_376, 16_377, 16_378, 16_379, 16_380})
  @Normative("MQTT-1.5.5-1")
  void propertyLengthOfTheBrokerIsMinimal(int size, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("varint-3"))) {
      client.subscribe("varint/c", 0);
      byte[] property = Wire.userProperty("n", "v".repeat(size));
      assertEquals(size + 6, property.length);
      byte[] packet = Wire.publish("varint/c", 0, 0, "x", property);
      client.send(packet);
      assertArrayEquals(packet, client.receiveBytes(packet.length));
      client.expectNothing();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_455})
  @Normative("MQTT-1.5.5-1")
  void subscriptionIdentifierOfTheBrokerIsMinimal(int id, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("varint-4"))) {
      byte[] property = Wire.property(Wire.SUBSCRIPTION_IDENTIFIER, varint(id));
      client.subscribe("varint/d", 0, property);
      client.send(Wire.publish("varint/d", 0, 0, "x"));
      byte[] expected = Wire.publish("varint/d", 0, 0, "x", property);
      assertArrayEquals(expected, client.receiveBytes(expected.length));
    }
  }
}
