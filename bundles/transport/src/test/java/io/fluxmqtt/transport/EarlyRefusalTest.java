package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PACKET_TOO_LARGE;
import static io.fluxmqtt.api.message.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is refused by the first bytes of a packet, on a listener that takes the largest there are.
 */
class EarlyRefusalTest {
  private static final int LARGEST = 5 + Wire.MAX_VARIABLE;
  private static final int BEFORE_CONNECT = 0;
  private static final int MEGABYTES_4 = 4 << 20;

  static Stream<Arguments> beginnings() {
    return Stream.of(
        row("CONNECT of 256 MB", BEFORE_CONNECT, "10 FFFFFF7F 0004 4D515454 05", PACKET_TOO_LARGE),
        row("PINGREQ of 256 MB", 5, "C0 FFFFFF7F", MALFORMED_PACKET),
        row("PINGREQ of 1 byte", 4, "C0 01", MALFORMED_PACKET),
        row("PUBACK of 256 MB", 5, "40 FFFFFF7F", PACKET_TOO_LARGE),
        row("PUBREL of 3 bytes in 3.1.1", 4, "62 03", MALFORMED_PACKET),
        row("DISCONNECT of 256 MB", 5, "E0 FFFFFF7F", PACKET_TOO_LARGE),
        row("DISCONNECT of 1 byte in 3.1.1", 4, "E0 01", MALFORMED_PACKET),
        row("AUTH of 256 MB", 5, "F0 FFFFFF7F", PACKET_TOO_LARGE),
        properties("PUBLISH", 0x30, Bytes.of().text("t"), MEGABYTES_4, PACKET_TOO_LARGE),
        properties("PUBLISH", 0x32, Bytes.of().text("t").two(1), MEGABYTES_4, PACKET_TOO_LARGE),
        properties("SUBSCRIBE", 0x82, Bytes.of().two(1), MEGABYTES_4, PACKET_TOO_LARGE),
        properties("UNSUBSCRIBE", 0xA2, Bytes.of().two(1), MEGABYTES_4, PACKET_TOO_LARGE),
        properties("PUBLISH", 0x30, Bytes.of().text("t"), 99_999_999, MALFORMED_PACKET),
        properties(
            "PUBLISH", 0x30, Bytes.of().text("t"), PropertyRules.MAX_BYTES + 1, PACKET_TOO_LARGE),
        arguments(
            "properties of CONNECT past its end",
            BEFORE_CONNECT,
            Bytes.of()
                .one(0x10)
                .variable(100_000)
                .text("MQTT")
                .one(5)
                .one(2)
                .two(0)
                .variable(100_001)
                .toArray(),
            MALFORMED_PACKET),
        arguments(
            "properties of CONNECT above the limit",
            BEFORE_CONNECT,
            Bytes.of()
                .one(0x10)
                .variable(2_000_000)
                .text("MQTT")
                .one(5)
                .one(2)
                .two(0)
                .variable(PropertyRules.MAX_BYTES + 1)
                .toArray(),
            PACKET_TOO_LARGE),
        arguments(
            "unknown protocol",
            BEFORE_CONNECT,
            Bytes.of().one(0x10).variable(2_000_000).text("HTTP").one(5).toArray(),
            UNSUPPORTED_PROTOCOL_VERSION),
        arguments(
            "length of properties with needless bytes",
            5,
            Bytes.of().one(0x30).variable(200_000).text("t").one(0x80).one(0).toArray(),
            MALFORMED_PACKET),
        arguments(
            "length of properties of 5 bytes",
            5,
            Bytes.of().one(0x30).variable(200_000).text("t").four(0x80808080L).one(1).toArray(),
            MALFORMED_PACKET));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("beginnings")
  void isRefusedBeforeItIsWhole(String what, int level, byte[] begin, ReasonCode reason) {
    EmbeddedClient client =
        level == BEFORE_CONNECT
            ? new EmbeddedClient(LARGEST)
            : EmbeddedClient.connected(level, LARGEST);
    client.feed(begin);
    assertEquals(reason, client.onlyViolation().reason(), what);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("beginnings")
  void isRefusedWhenItComesByteByByte(String what, int level, byte[] begin, ReasonCode reason) {
    EmbeddedClient client =
        level == BEFORE_CONNECT
            ? new EmbeddedClient(LARGEST)
            : EmbeddedClient.connected(level, LARGEST);
    for (int i = 0; i < begin.length && client.channel.isOpen(); i++) {
      client.feed(begin[i]);
    }
    assertEquals(reason, client.onlyViolation().reason(), what);
  }

  @Test
  void largestAllowedPropertiesAreRead() {
    Bytes property = Bytes.of().one(0x26).text("").text("x".repeat(65_530));
    Bytes all = Bytes.of();
    for (int i = 0; i < 16; i++) {
      all.raw(property.toArray());
    }
    int missing = PropertyRules.MAX_BYTES - all.toArray().length;
    all.one(0x26).text("").text("x".repeat(missing - 5));
    assertEquals(PropertyRules.MAX_BYTES, all.toArray().length);
    byte[] publish = Bytes.packet(0x30, Bytes.of().text("t").properties(all));
    EmbeddedClient client = EmbeddedClient.connected(5, LARGEST);
    for (int at = 0; at < publish.length; at += 60_000) {
      client.feed(Arrays.copyOfRange(publish, at, Math.min(publish.length, at + 60_000)));
    }
    assertEquals(17, ((Packet.Publish) client.onlyPacket()).properties().userProperties().size());
  }

  @Test
  void isRefusedAfterLargePacketThatWasAwaited() {
    byte[] large = Bytes.packet(0x30, Bytes.of().text("t").one(0).raw(new byte[100_000]));
    EmbeddedClient client = EmbeddedClient.connected(5, LARGEST);
    client.feed(Arrays.copyOf(large, 90_000));
    client.feed(Arrays.copyOfRange(large, 90_000, large.length));
    assertTrue(client.onlyPacket() instanceof Packet.Publish);
    client.recorder.received.clear();
    client.feed(Bytes.of().one(0x30).variable(200_000).text("t").one(0x80).one(0).toArray());
    assertEquals(MALFORMED_PACKET, client.onlyViolation().reason());
  }

  @Test
  void largePayloadsAreAwaited() {
    EmbeddedClient client = EmbeddedClient.connected(5, LARGEST);
    client.feed(Bytes.of().one(0x30).variable(Wire.MAX_VARIABLE).text("t").one(0).toArray());
    client.feed(new byte[100_000]);
    assertTrue(client.recorder.received.isEmpty());
    client.channel.finishAndReleaseAll();
  }

  private static Arguments row(String what, int level, String hex, ReasonCode reason) {
    return arguments(what, level, Bytes.hex(hex), reason);
  }

  /** The beginning of a packet of 8 MB up to the length of its properties. */
  private static Arguments properties(
      String what, int first, Bytes head, int length, ReasonCode reason) {
    byte[] begin =
        Bytes.of().one(first).variable(8 << 20).raw(head.toArray()).variable(length).toArray();
    return arguments(what + " with properties of " + length, 5, begin, reason);
  }
}
