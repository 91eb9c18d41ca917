package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** [MQTT-3.1.2-24] Nothing that is sent is larger than the client's Maximum Packet Size. */
class MaximumPacketSizeTest {
  private static final long UNLIMITED = 0xFFFF_FFFFL;
  private static final String TEXT = "why it is so: äöü";
  private static final byte[] DISCONNECT_TOO_LARGE = Bytes.hex("E0 01 95");

  static Stream<Arguments> packetsWithText() {
    List<ReasonCode> reasons = List.of(ReasonCode.SUCCESS, ReasonCode.NOT_AUTHORIZED);
    return Stream.of(
        row("PUBACK", t -> new Packet.PubAck(1, ReasonCode.SUCCESS, t)), // [MQTT-3.4.2-2]
        row("refusing PUBACK", t -> new Packet.PubAck(1, ReasonCode.NOT_AUTHORIZED, t)),
        row("PUBREC", t -> new Packet.PubRec(1, ReasonCode.SUCCESS, t)), // [MQTT-3.5.2-2]
        row("refusing PUBREC", t -> new Packet.PubRec(1, ReasonCode.NOT_AUTHORIZED, t)),
        row("SUBACK", t -> new Packet.SubAck(1, reasons, t)), // [MQTT-3.9.2-1]
        row("UNSUBACK", t -> new Packet.UnsubAck(1, reasons, t)), // [MQTT-3.11.2-1]
        row("CONNACK", t -> connAck(0, t)), // [MQTT-3.2.2-19]
        row("refusing CONNACK", t -> connAck(0x87, t)),
        row("DISCONNECT", t -> new Packet.Disconnect(ReasonCode.NOT_AUTHORIZED, null, t)),
        row("AUTH", t -> auth(t, List.of()))); // [MQTT-3.15.2-2]
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packetsWithText")
  @Normative({
    "MQTT-3.2.2-19",
    "MQTT-3.4.2-2",
    "MQTT-3.5.2-2",
    "MQTT-3.9.2-1",
    "MQTT-3.11.2-1",
    "MQTT-3.14.2-3",
    "MQTT-3.15.2-2"
  })
  void textIsLeftOutWhereItMakesThePacketTooLarge(
      String name, Function<@Nullable String, Packet> packet) {
    byte[] full = sent(UNLIMITED, packet.apply(TEXT));
    byte[] bare = sent(UNLIMITED, packet.apply(null));
    assertTrue(contains(full, TEXT) && !contains(bare, TEXT) && bare.length < full.length);
    for (int maximum = bare.length; maximum <= full.length + 1; maximum++) {
      assertArrayEquals(maximum < full.length ? bare : full, sent(maximum, packet.apply(TEXT)));
    }
    assertArrayEquals(bare, sent(UNLIMITED, packet.apply("x".repeat(65_536))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packetsWithText")
  @Normative("MQTT-3.1.2-24")
  void whatIsTooLargeWithoutTextIsNotSent(String name, Function<@Nullable String, Packet> packet) {
    int bare = sent(UNLIMITED, packet.apply(null)).length;
    boolean isAwaited = !name.equals("DISCONNECT");
    for (int maximum = 1; maximum < bare; maximum++) {
      EmbeddedClient client = client(maximum);
      client.connection.send(packet.apply(TEXT));
      client.connection.flush();
      assertEquals(0, client.written().length);
      assertEquals(isAwaited, client.recorder.events.contains("closed"));
    }
  }

  /** Their sizes are kept to by never sending any; the texts here hold no byte 0x26. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("packetsWithText")
  @Normative({
    "MQTT-3.2.2-20",
    "MQTT-3.4.2-3",
    "MQTT-3.5.2-3",
    "MQTT-3.9.2-2",
    "MQTT-3.11.2-2",
    "MQTT-3.14.2-4"
  })
  void noAnswerCarriesUserPropertiesOfItsOwn(
      String name, Function<@Nullable String, Packet> packet) {
    for (byte each : sent(UNLIMITED, packet.apply(TEXT))) {
      assertTrue(each != 0x26);
    }
  }

  @Test
  void largestTextIsSent() {
    byte[] full = sent(UNLIMITED, new Packet.PubAck(1, ReasonCode.SUCCESS, "x".repeat(65_535)));
    assertTrue(full.length > 65_535);
  }

  @Test
  @Normative("MQTT-3.15.2-3")
  void userPropertiesOfAuthGiveWayAfterTheText() { // [MQTT-3.15.2-3]
    List<UserProperty> user = List.of(new UserProperty("name", "value"));
    byte[] bare = sent(UNLIMITED, auth(null, List.of()));
    byte[] withUser = sent(UNLIMITED, auth(null, user));
    byte[] withText = sent(UNLIMITED, auth(TEXT, List.of()));
    byte[] full = sent(UNLIMITED, auth(TEXT, user));
    for (int maximum = bare.length; maximum <= full.length; maximum++) {
      byte[] expected = maximum < withUser.length ? bare : withUser;
      assertArrayEquals(
          maximum < full.length ? expected : full, sent(maximum, auth(TEXT, user)), "" + maximum);
    }
    List<UserProperty> large =
        Collections.nCopies(40_000, new UserProperty("x".repeat(65_535), "y"));
    assertArrayEquals(withText, sent(UNLIMITED, auth(TEXT, large)));
    assertArrayEquals(
        withText, sent(UNLIMITED, auth(TEXT, List.of(new UserProperty("x".repeat(65_536), "")))));
  }

  @Test
  @Normative({"MQTT-3.6.2-2", "MQTT-3.6.2-3", "MQTT-3.7.2-2", "MQTT-3.7.2-3"})
  void otherPacketsAreSmallerThanAnyConnAck() {
    byte[] connAck = sent(UNLIMITED, connAck(0, null));
    Packet[] small = {
      new Packet.PubRel(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
      new Packet.PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
      Packet.PingResp.INSTANCE
    };
    for (Packet packet : small) {
      assertTrue(sent(connAck.length, packet).length > 0);
    }
  }

  @Test
  void clientThatTakesNoConnAckIsClosedWithoutAWord() {
    EmbeddedClient client = client(10);
    client.connection.send(connAck(0, null));
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.flush();
    assertEquals(0, client.written().length);
    assertEquals(List.of("closed"), client.recorder.events);
  }

  @Test
  void clientThatTakesNoAnswerIsToldAndClosed() {
    EmbeddedClient client = client(20);
    client.connection.send(connAck(0, null));
    client.connection.flush();
    byte[] connAck = client.written();
    assertTrue(connAck.length > 0 && connAck.length <= 20);
    client.connection.send(new Packet.SubAck(1, Collections.nCopies(16, ReasonCode.SUCCESS), null));
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.flush();
    assertEquals(
        HexFormat.of().formatHex(DISCONNECT_TOO_LARGE), HexFormat.of().formatHex(client.written()));
    assertEquals(List.of("closed"), client.recorder.events);
  }

  @Test
  void refusedClientIsToldNothingMore() {
    EmbeddedClient client = client(20);
    client.connection.send(connAck(0x87, null));
    client.connection.flush();
    assertTrue(client.written().length > 0);
    client.connection.send(new Packet.SubAck(1, Collections.nCopies(16, ReasonCode.SUCCESS), null));
    assertEquals(0, client.written().length);
    assertEquals(List.of("closed"), client.recorder.events);
  }

  @Test
  void answerOfExactlyTheSizeIsSent() {
    EmbeddedClient client = client(20);
    client.connection.send(new Packet.SubAck(1, Collections.nCopies(15, ReasonCode.SUCCESS), TEXT));
    client.connection.flush();
    assertEquals(20, client.written().length);
    assertFalse(client.recorder.events.contains("closed"));
  }

  private static Packet connAck(int code, @Nullable String text) {
    return new Packet.ConnAck(
        false,
        code,
        new Packet.ConnAckProperties(
            null, 10, 999L, null, 0, text, null, null, null, Capabilities.ALL, null, null));
  }

  private static Packet auth(@Nullable String text, List<UserProperty> user) {
    return new Packet.Auth(
        ReasonCode.CONTINUE_AUTHENTICATION, "M", Payload.ofUtf8("data"), text, user);
  }

  private static Arguments row(String name, Function<@Nullable String, Packet> packet) {
    return arguments(name, packet);
  }

  private static EmbeddedClient client(long maximum) {
    EmbeddedClient client = new EmbeddedClient();
    client.connection.established(ProtocolVersion.V5_0, maximum);
    return client;
  }

  private static byte[] sent(long maximum, Packet packet) {
    EmbeddedClient client = client(maximum);
    client.connection.send(packet);
    client.connection.flush();
    return client.written();
  }

  private static boolean contains(byte[] bytes, String text) {
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .contains(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }
}
