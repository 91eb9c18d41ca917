package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PACKET_TOO_LARGE;
import static io.fluxmqtt.api.message.ReasonCode.PROTOCOL_ERROR;
import static io.fluxmqtt.api.message.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.fluxmqtt.api.message.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fluxmqtt.api.message.ReasonCode;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes that no client may send, and the Reason Code of each. */
class RefusalTest {
  private static final int NOT_CONNECTED = 0;

  @ParameterizedTest(name = "{0}")
  @MethodSource({"packets", "connects", "properties", "texts"})
  void isRefused(String what, int level, byte[] bytes, ReasonCode reason) {
    EmbeddedClient client =
        level == NOT_CONNECTED ? new EmbeddedClient() : EmbeddedClient.connected(level);
    client.feed(Bytes.of().raw(bytes).raw(Bytes.hex("C000")).toArray());
    assertEquals(reason, client.onlyViolation().reason(), what);
  }

  static Stream<Arguments> packets() {
    return Stream.of(
        row("PUBLISH before CONNECT", NOT_CONNECTED, "30 03 0001 61", PROTOCOL_ERROR),
        row("PINGREQ before CONNECT", NOT_CONNECTED, "C0 00", PROTOCOL_ERROR),
        arguments("second CONNECT", 4, Bytes.connect(4), PROTOCOL_ERROR),
        row("type 0", 4, "00 00", MALFORMED_PACKET),
        row("AUTH in 3.1.1", 4, "F0 00", MALFORMED_PACKET),
        row("CONNACK", 5, "20 03 00 00 00", PROTOCOL_ERROR),
        row("SUBACK", 5, "90 04 0001 00 00", PROTOCOL_ERROR),
        row("UNSUBACK", 5, "B0 04 0001 00 00", PROTOCOL_ERROR),
        row("PINGRESP", 5, "D0 00", PROTOCOL_ERROR),
        row("CONNACK flags", 5, "21 03 00 00 00", MALFORMED_PACKET),
        row("SUBACK flags", 5, "92 04 0001 00 00", MALFORMED_PACKET),
        row("UNSUBACK flags", 5, "B4 04 0001 00 00", MALFORMED_PACKET),
        row("PINGRESP flags", 5, "D8 00", MALFORMED_PACKET),
        row("PUBLISH QoS 3", 5, "36 06 0001 61 0001 00", MALFORMED_PACKET),
        row("PUBLISH QoS 0 with DUP", 5, "38 04 0001 61 00", MALFORMED_PACKET),
        row("PUBLISH with packet id 0", 5, "32 06 0001 61 0000 00", PROTOCOL_ERROR),
        row("PUBLISH with wildcard", 5, "30 04 0001 2B 00", MALFORMED_PACKET),
        row("PUBLISH with the other wildcard", 4, "30 03 0001 23", MALFORMED_PACKET),
        row("PUBLISH cut in its topic", 5, "30 04 0010 61 00", MALFORMED_PACKET),
        row("PUBLISH without packet id", 4, "32 03 0001 61", MALFORMED_PACKET),
        row("SUBSCRIBE flags", 5, "80 05 0001 00 0001 61 00", MALFORMED_PACKET),
        row("UNSUBSCRIBE flags", 5, "A0 05 0001 00 0001 61", MALFORMED_PACKET),
        row("PUBREL flags", 5, "60 02 0001", MALFORMED_PACKET),
        row("PUBACK flags", 5, "42 02 0001", MALFORMED_PACKET),
        row("PINGREQ flags", 5, "C1 00", MALFORMED_PACKET),
        row("DISCONNECT flags", 5, "E2 00", MALFORMED_PACKET),
        row("PINGREQ with a body", 5, "C0 01 00", MALFORMED_PACKET),
        row("DISCONNECT with a body in 3.1.1", 4, "E0 01 00", MALFORMED_PACKET),
        row("PUBACK with a reason in 3.1.1", 4, "40 03 0001 00", MALFORMED_PACKET),
        row("PUBACK with packet id 0", 5, "40 02 0000", PROTOCOL_ERROR),
        row("PUBACK too short", 5, "40 01 00", MALFORMED_PACKET),
        row("PUBACK with bytes too many", 5, "40 05 0001 00 00 FF", MALFORMED_PACKET),
        row("PUBREL with bytes too many", 5, "62 05 0001 00 00 00", MALFORMED_PACKET),
        row("DISCONNECT with bytes too many", 5, "E0 03 00 00 FF", MALFORMED_PACKET),
        row("PUBACK unknown reason", 5, "40 03 0001 42", PROTOCOL_ERROR),
        row("PUBACK with a reason of CONNACK", 5, "40 03 0001 88", PROTOCOL_ERROR),
        row("PUBREL unknown reason", 5, "62 03 0001 87", PROTOCOL_ERROR),
        row("DISCONNECT with a server's reason", 5, "E0 01 8B", PROTOCOL_ERROR),
        row("AUTH with success", 5, "F0 00", PROTOCOL_ERROR),
        row("AUTH without method", 5, "F0 02 18 00", PROTOCOL_ERROR),
        row("SUBSCRIBE without filter", 5, "82 03 0001 00", PROTOCOL_ERROR),
        row("SUBSCRIBE without filter in 3.1.1", 4, "82 02 0001", PROTOCOL_ERROR),
        row("SUBSCRIBE without options", 5, "82 06 0001 00 0001 61", MALFORMED_PACKET),
        row("SUBSCRIBE with packet id 0", 5, "82 07 0000 00 0001 61 00", PROTOCOL_ERROR),
        row("SUBSCRIBE reserved bits", 5, "82 07 0001 00 0001 61 C1", MALFORMED_PACKET),
        row("SUBSCRIBE QoS 3", 5, "82 07 0001 00 0001 61 03", MALFORMED_PACKET),
        row("SUBSCRIBE retain handling 3", 5, "82 07 0001 00 0001 61 30", PROTOCOL_ERROR),
        row("SUBSCRIBE options of 5 in 3.1.1", 4, "82 06 0001 0001 61 04", MALFORMED_PACKET),
        row("UNSUBSCRIBE without filter", 5, "A2 03 0001 00", PROTOCOL_ERROR),
        row("UNSUBSCRIBE without filter in 3.1.1", 4, "A2 02 0001", PROTOCOL_ERROR),
        row("Remaining Length of 5 bytes", 5, "30 80 80 80 80 01", MALFORMED_PACKET),
        row("Remaining Length with needless bytes", 5, "C0 80 00", MALFORMED_PACKET),
        row("too large", 5, "30 FF FF FF 7F", PACKET_TOO_LARGE));
  }

  static Stream<Arguments> connects() {
    return Stream.of(
        connect("unknown level", Bytes.of().text("MQTT").one(6), UNSUPPORTED_PROTOCOL_VERSION),
        connect("bridge level", Bytes.of().text("MQTT").one(132), UNSUPPORTED_PROTOCOL_VERSION),
        connect("unknown name", Bytes.of().text("HTTP").one(4), UNSUPPORTED_PROTOCOL_VERSION),
        connect(
            "name of 3.1 with 4", Bytes.of().text("MQIsdp").one(4), UNSUPPORTED_PROTOCOL_VERSION),
        connect("reserved flag", Bytes.connectHead(4, 3).text("c"), MALFORMED_PACKET),
        connect("Will QoS without Will", Bytes.connectHead(4, 0x0A).text("c"), MALFORMED_PACKET),
        connect("Will Retain without Will", Bytes.connectHead(5, 0x22).text("c"), MALFORMED_PACKET),
        connect(
            "Will QoS 3",
            Bytes.connectHead(4, 0x1E).text("c").text("w").text("m"),
            MALFORMED_PACKET),
        connect(
            "password without user name",
            Bytes.connectHead(4, 0x42).text("c").text("p"),
            MALFORMED_PACKET),
        connect("user name missing", Bytes.connectHead(4, 0x82).text("c"), MALFORMED_PACKET),
        connect("bytes too many", Bytes.connectHead(4, 2).text("c").one(0), MALFORMED_PACKET),
        connect("no client id", Bytes.connectHead(4, 2), MALFORMED_PACKET),
        connect("empty id in 3.1", Bytes.connectHead(3, 2).text(""), CLIENT_IDENTIFIER_NOT_VALID),
        connect("empty", Bytes.of(), MALFORMED_PACKET),
        arguments(
            "CONNECT of 5.0: Remaining Length with needless bytes",
            NOT_CONNECTED,
            Bytes.hex("10 8E00 0004 4D515454 05 02 003C 00 0001 63"),
            MALFORMED_PACKET),
        connectProperties("duplicate", "21 0001 21 0001", PROTOCOL_ERROR),
        connectProperties("Receive Maximum 0", "21 0000", PROTOCOL_ERROR),
        connectProperties("Maximum Packet Size 0", "27 00000000", PROTOCOL_ERROR),
        connectProperties("Request Problem Information 2", "17 02", PROTOCOL_ERROR),
        connectProperties("Authentication Data alone", "16 0001 00", PROTOCOL_ERROR),
        connectProperties("a property of PUBLISH", "23 0001", MALFORMED_PACKET),
        connectProperties("unknown property", "7E 00", MALFORMED_PACKET),
        connectProperties("property cut", "21 00", MALFORMED_PACKET),
        connect(
            "properties past the end",
            Bytes.of().text("MQTT").one(5).one(2).two(0).variable(100_000),
            MALFORMED_PACKET),
        connect(
            "a property of CONNECT in the Will",
            Bytes.connectHead(5, 6)
                .text("c")
                .properties(Bytes.of().one(0x21).two(1))
                .text("w")
                .text(""),
            MALFORMED_PACKET));
  }

  static Stream<Arguments> properties() {
    return Stream.of(
        publish("alias 0", "23 0000", TOPIC_ALIAS_INVALID),
        publish("alias twice", "23 0001 23 0002", PROTOCOL_ERROR),
        publish("format 2", "01 02", PROTOCOL_ERROR),
        publish("Subscription Identifier", "0B 01", PROTOCOL_ERROR),
        publish("Session Expiry", "11 00000001", MALFORMED_PACKET),
        publish("unknown property", "30 00", MALFORMED_PACKET),
        publish("content type cut", "03 0005 61", MALFORMED_PACKET),
        publish("property id with needless bytes", "A3 00 0001", MALFORMED_PACKET),
        row("Subscription Identifier 0", 5, "82 09 0001 02 0B00 0001 61 00", PROTOCOL_ERROR),
        row(
            "two Subscription Identifiers",
            5,
            "82 0B 0001 04 0B01 0B02 0001 61 00",
            PROTOCOL_ERROR),
        row(
            "Subscription Identifier in UNSUBSCRIBE",
            5,
            "A2 08 0001 02 0B01 0001 61",
            MALFORMED_PACKET),
        row("Server Reference from a client", 5, "E0 06 00 04 1C 0001 61", MALFORMED_PACKET),
        row("Reason String twice", 5, "40 0C 0001 00 08 1F 0001 61 1F 0001 62", PROTOCOL_ERROR),
        row("length of 5 bytes", 5, "30 08 0001 61 80 80 80 80 01", MALFORMED_PACKET));
  }

  /** Text that is not UTF-8 as MQTT wants it, in each place where text stands. */
  static Stream<Arguments> texts() {
    byte[][] bad = {
      Bytes.hex("00"), // U+0000
      Bytes.hex("C0 AF"), // overlong
      Bytes.hex("ED A0 80"), // surrogate
      Bytes.hex("FF"),
      Bytes.hex("F4 90 80 80"), // beyond U+10FFFF
      Bytes.hex("C3") // cut
    };
    return IntStream.range(0, bad.length)
        .boxed()
        .flatMap(
            i -> {
              byte[] text = bad[i];
              return Stream.of(
                  bytes("topic " + i, 0x30, Bytes.of().field(text).one(0)),
                  bytes("filter " + i, 0x82, Bytes.of().two(1).one(0).field(text).one(0)),
                  bytes("unsubscribe " + i, 0xA2, Bytes.of().two(1).one(0).field(text)),
                  bytes(
                      "content type " + i,
                      0x30,
                      Bytes.of().text("t").properties(Bytes.of().one(3).field(text))),
                  bytes(
                      "user property " + i,
                      0x30,
                      Bytes.of().text("t").properties(Bytes.of().one(0x26).text("k").field(text))),
                  bytes(
                      "reason " + i,
                      0xE0,
                      Bytes.of().one(0).properties(Bytes.of().one(0x1F).field(text))),
                  connect("client id " + i, Bytes.connectHead(4, 2).field(text), MALFORMED_PACKET),
                  connect(
                      "user name " + i,
                      Bytes.connectHead(4, 0x82).text("c").field(text),
                      MALFORMED_PACKET),
                  connect(
                      "will topic " + i,
                      Bytes.connectHead(4, 6).text("c").field(text).text("m"),
                      MALFORMED_PACKET));
            });
  }

  /** Whatever a whole packet holds, it is either understood or refused; nothing waits for more. */
  @Test
  void everyWholePacketHasAnOutcome() {
    Random random = new Random(1);
    int[] firsts = {0x30, 0x32, 0x3D, 0x40, 0x50, 0x62, 0x70, 0x82, 0xA2, 0xC0, 0xE0, 0xF0};
    for (int round = 0; round < 40_000; round++) {
      byte[] body = new byte[random.nextInt(24)];
      for (int i = 0; i < body.length; i++) {
        body[i] = (byte) (random.nextInt(3) > 0 ? random.nextInt(6) : random.nextInt(256));
      }
      EmbeddedClient client = EmbeddedClient.connected(random.nextBoolean() ? 5 : 4);
      client.feed(Bytes.packet(firsts[random.nextInt(firsts.length)], Bytes.of().raw(body)));
      assertEquals(1, client.recorder.received.size());
      client.channel.finishAndReleaseAll();
    }
  }

  @Test
  void aRefusedClientIsToldAndClosed() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.hex("30 04 0001 2B 00"));
    assertEquals("e00181", HexFormat.of().formatHex(client.written()));
    assertTrue(client.recorder.events.contains("closed"));
  }

  private static Arguments row(String what, int level, String hex, ReasonCode reason) {
    return arguments(what + " (" + level + ")", level, Bytes.hex(hex), reason);
  }

  private static Arguments bytes(String what, int first, Bytes body) {
    return arguments("bad text: " + what, 5, Bytes.packet(first, body), MALFORMED_PACKET);
  }

  private static Arguments connect(String what, Bytes body, ReasonCode reason) {
    return arguments("CONNECT: " + what, NOT_CONNECTED, Bytes.packet(0x10, body), reason);
  }

  private static Arguments connectProperties(String what, String hex, ReasonCode reason) {
    Bytes head = Bytes.of().text("MQTT").one(5).one(2).two(60);
    return connect(what, head.properties(Bytes.of().raw(Bytes.hex(hex))).text("c"), reason);
  }

  private static Arguments publish(String what, String hex, ReasonCode reason) {
    Bytes body = Bytes.of().text("t").properties(Bytes.of().raw(Bytes.hex(hex)));
    return arguments("PUBLISH: " + what, 5, Bytes.packet(0x30, body), reason);
  }
}
