package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PACKET_TOO_LARGE;
import static io.fluxmqtt.api.message.ReasonCode.PROTOCOL_ERROR;
import static io.fluxmqtt.api.message.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** In which version a CONNECT is refused that cannot be read, or not to its end. */
class ConnectRefusalTest {
  private static final ProtocolVersion V3 = ProtocolVersion.V3_1_1;
  private static final ProtocolVersion V5 = ProtocolVersion.V5_0;

  static Stream<Arguments> connects() {
    byte[] notText = Bytes.hex("C3 28");
    return Stream.of(
        row("flags of 5.0", packet(0x11, Bytes.connectHead(5, 2).text("c")), MALFORMED_PACKET, V5),
        row("flags of 3.1.1", packet(0x14, Bytes.connectHead(4, 2)), MALFORMED_PACKET, V3),
        row("5.0 too large", tooLarge(Bytes.connectHead(5, 2)), PACKET_TOO_LARGE, V5),
        row("3.1.1 too large", tooLarge(Bytes.connectHead(4, 2)), PACKET_TOO_LARGE, V3),
        row("something too large", tooLarge(Bytes.of().text("HTTP").one(5)), PACKET_TOO_LARGE),
        row("reserved flag", packet(Bytes.connectHead(5, 3).text("c")), MALFORMED_PACKET, V5),
        row(
            "property twice",
            packet(
                Bytes.of()
                    .text("MQTT")
                    .one(5)
                    .one(2)
                    .two(0)
                    .properties(Bytes.of().raw(Bytes.hex("21 0001 21 0001")))
                    .text("c")),
            PROTOCOL_ERROR,
            V5),
        row("id not UTF-8", packet(Bytes.connectHead(5, 2).field(notText)), MALFORMED_PACKET, V5),
        row("no id", packet(Bytes.connectHead(5, 2)), MALFORMED_PACKET, V5),
        row("ends at its version", packet(Bytes.of().text("MQTT").one(5)), MALFORMED_PACKET, V5),
        row("ends before", packet(Bytes.of().text("MQTT")), MALFORMED_PACKET),
        row("ends in its name", packet(Bytes.of().two(4).one('M')), MALFORMED_PACKET),
        row("flags, ends in its name", packet(0x11, Bytes.of().two(4).one('M')), MALFORMED_PACKET),
        row("flags, empty", packet(0x11, Bytes.of()), MALFORMED_PACKET),
        row("Remaining Length of 5 bytes", Bytes.hex("10 FF FF FF FF 01 0004"), MALFORMED_PACKET),
        row("flags and such a length", Bytes.hex("11 FF FF FF FF 01 0004"), MALFORMED_PACKET),
        row("PINGREQ", Bytes.hex("C0 00"), PROTOCOL_ERROR),
        row("level 6", unknown("MQTT", 6), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("level 127", unknown("MQTT", 127), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("level 3 with the new name", unknown("MQTT", 3), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("level 0", unknown("MQTT", 0), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("a bridge of 3.1", unknown("MQIsdp", 0x83), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("a bridge of 3.1.1", unknown("MQTT", 0x84), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("a bridge of 5.0", unknown("MQTT", 0x85), UNSUPPORTED_PROTOCOL_VERSION, V3),
        row("another name", unknown("MQTU", 4), UNSUPPORTED_PROTOCOL_VERSION),
        row("no name", unknown("", 4), UNSUPPORTED_PROTOCOL_VERSION));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("connects")
  void isRefusedInTheVersionThatItsBeginningTells(
      String what, byte[] bytes, ReasonCode reason, @Nullable ProtocolVersion version) {
    EmbeddedClient client = new EmbeddedClient();
    client.feed(bytes);
    assertEquals(reason, client.onlyViolation().reason());
    assertEquals(version, client.recorder.spoken);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("connects")
  void isRefusedAlikeWhenItComesByteByByte(
      String what, byte[] bytes, ReasonCode reason, @Nullable ProtocolVersion version) {
    EmbeddedClient client = new EmbeddedClient();
    for (int i = 0; i < bytes.length && client.recorder.received.isEmpty(); i++) {
      client.feed(bytes[i]);
    }
    assertEquals(reason, client.onlyViolation().reason());
    assertEquals(version, client.recorder.spoken);
  }

  @Test
  void oneThatIsTooLargeIsRefusedAsSoonAsItsVersionIsThere() {
    EmbeddedClient client = new EmbeddedClient();
    byte[] bytes = tooLarge(Bytes.connectHead(5, 2));
    int untilVersion = 1 + 4 + 2 + 4 + 1;
    client.feed(Arrays.copyOf(bytes, untilVersion - 1));
    assertTrue(client.recorder.received.isEmpty());
    client.feed(bytes[untilVersion - 1]);
    assertEquals(PACKET_TOO_LARGE, client.onlyViolation().reason());
  }

  @Test
  void aViolationAfterConnectIsToldInTheVersionOfConnect() {
    EmbeddedClient client = EmbeddedClient.connected(3);
    assertNull(client.recorder.spoken);
    client.feed(Bytes.hex("00 00"));
    assertEquals(ProtocolVersion.V3_1, client.recorder.spoken);
  }

  private static byte[] packet(Bytes body) {
    return packet(0x10, body);
  }

  private static byte[] packet(int first, Bytes body) {
    return Bytes.packet(first, body);
  }

  private static byte[] unknown(String name, int level) {
    return packet(Bytes.of().text(name).one(level).one(2).two(0).text("c"));
  }

  /** Announces the longest packet there is, and brings its beginning. */
  private static byte[] tooLarge(Bytes head) {
    return Bytes.of().one(0x10).raw(Bytes.hex("FF FF FF 7F")).raw(head.toArray()).toArray();
  }

  private static Arguments row(String what, byte[] bytes, ReasonCode reason) {
    return row(what, bytes, reason, null);
  }

  private static Arguments row(
      String what, byte[] bytes, ReasonCode reason, @Nullable ProtocolVersion version) {
    return arguments(what, bytes, reason, version);
  }
}
