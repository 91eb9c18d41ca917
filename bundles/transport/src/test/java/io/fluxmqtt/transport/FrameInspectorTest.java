package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PACKET_TOO_LARGE;
import static io.fluxmqtt.api.message.ReasonCode.PROTOCOL_ERROR;
import static io.fluxmqtt.api.message.ReasonCode.QUOTA_EXCEEDED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, or let through, before netty sees it. */
class FrameInspectorTest {
  private static final int MAX_PROPERTIES = 1 << 20;

  /** Refused by others: the frame's length, netty, or the Reason Code of a packet. */
  private static final Set<String> LATER =
      Set.of(
          "Remaining Length of 5 bytes (5)",
          "too large (5)",
          "PUBACK unknown reason (5)",
          "PUBACK with a reason of CONNACK (5)",
          "PUBREL unknown reason (5)",
          "DISCONNECT with a server's reason (5)",
          "AUTH with success (5)",
          "AUTH without method (5)",
          "CONNECT: empty id in 3.1",
          "CONNECT: longest Will Topic and more");

  private final FrameInspector inspector =
      new FrameInspector(Limits.of(1 << 28, 5_000), EnumSet.allOf(ProtocolVersion.class));

  static Stream<Arguments> refused() {
    return Stream.of(RefusalTest.packets(), RefusalTest.connects(), RefusalTest.properties())
        .flatMap(rows -> rows)
        .filter(row -> !LATER.contains((String) row.get()[0]));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedWithoutTheHelpOfNetty(String what, int level, byte[] bytes, ReasonCode reason) {
    if (level != 0) {
      inspect(Bytes.connect(level));
    }
    assertEquals(reason, refusal(bytes), what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "30 04 0001 61 00", // PUBLISH
        "3B 06 0001 61 0001 00",
        "3D 06 0001 61 0001 00",
        "31 04 0001 61 00",
        "40 02 0001",
        "50 03 0001 00",
        "62 04 0001 00 00",
        "70 02 0001",
        "82 07 0001 00 0001 61 2E", // all options
        "A2 06 0001 00 0001 61",
        "C0 00",
        "E0 00",
        "E0 02 00 00",
        "F0 06 18 04 15 0001 4D"
      })
  void whatVersion5AllowsIsLetThrough(String hex) {
    inspect(Bytes.connect(5));
    assertDoesNotThrow(() -> inspect(Bytes.hex(hex)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "30 03 0001 61",
        "32 05 0001 61 0001",
        "40 02 0001",
        "82 06 0001 0001 61 02",
        "A2 05 0001 0001 61",
        "C0 80 00", // needless bytes in the Remaining Length
        "E0 00"
      })
  void whatVersion311AllowsIsLetThrough(String hex) {
    inspect(Bytes.connect(4));
    assertDoesNotThrow(() -> inspect(Bytes.hex(hex)));
  }

  @Test
  void versionIsKnownFromConnect() {
    assertNull(inspector.version());
    inspect(Bytes.connect(3));
    assertEquals(ProtocolVersion.V3_1, inspector.version());
  }

  @Test
  void version31MayHaveTheReservedFlag() {
    inspect(Bytes.packet(0x10, Bytes.connectHead(3, 3).text("c")));
    assertEquals(ProtocolVersion.V3_1, inspector.version());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5})
  void userNameMayComeWithAPasswordAndWithout(int level) {
    new FrameInspectorTest().inspect(connect(level, 0xC2, "user", "password"));
    new FrameInspectorTest().inspect(connect(level, 0x82, "user"));
  }

  @Test
  void onlyVersion5TakesAPasswordWithoutAUserName() {
    new FrameInspectorTest().inspect(connect(5, 0x42, "password"));
    byte[] of311 = connect(4, 0x42, "password");
    assertEquals(MALFORMED_PACKET, refusal(of311));
  }

  private static byte[] connect(int level, int flags, String... fields) {
    Bytes body = Bytes.connectHead(level, flags).text("c");
    for (String field : fields) {
      body.text(field);
    }
    return Bytes.packet(0x10, body);
  }

  // --- lengths ---

  @ParameterizedTest
  @CsvSource({
    "4, 0x40, 2, MALFORMED_PACKET",
    "4, 0x62, 2, MALFORMED_PACKET",
    "4, 0xE0, 0, MALFORMED_PACKET",
    "4, 0xC0, 0, MALFORMED_PACKET",
    "5, 0xC0, 0, MALFORMED_PACKET",
    "5, 0x40, 1048583, PACKET_TOO_LARGE",
    "5, 0x50, 1048583, PACKET_TOO_LARGE",
    "5, 0x62, 1048583, PACKET_TOO_LARGE",
    "5, 0x70, 1048583, PACKET_TOO_LARGE",
    "5, 0xE0, 1048581, PACKET_TOO_LARGE",
    "5, 0xF0, 1048581, PACKET_TOO_LARGE"
  })
  void packetIsNoLongerThanItsTypeCanBe(int level, int first, int most, ReasonCode beyond) {
    inspect(Bytes.connect(level));
    inspector.length(first, most);
    assertEquals(beyond, refusal(() -> inspector.length(first, most + 1)));
  }

  @Test
  void connectIsNoLongerThanAllItsFields() {
    int most = 10 + 5 * (2 + 65_535) + 2 * (4 + MAX_PROPERTIES);
    inspector.length(0x10, most);
    assertEquals(PACKET_TOO_LARGE, refusal(() -> inspector.length(0x10, most + 1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x30, 0x82, 0xA2})
  void packetsWithListsOrPayloadAreBoundedByTheListener(int first) {
    inspector.length(first, Wire.MAX_VARIABLE);
  }

  // --- before the whole packet has come ---

  @Test
  void longPropertiesAreRefusedAtTheirLength() {
    inspect(Bytes.connect(5));
    Bytes publish = Bytes.of().text("t").two(1).variable(MAX_PROPERTIES + 1);
    assertEquals(PACKET_TOO_LARGE, refusal(() -> preview(0x32, publish, 1 << 24)));
    Bytes subscribe = Bytes.of().two(1).variable(MAX_PROPERTIES + 1);
    assertEquals(PACKET_TOO_LARGE, refusal(() -> preview(0x82, subscribe, 1 << 24)));
    assertEquals(PACKET_TOO_LARGE, refusal(() -> preview(0xA2, subscribe, 1 << 24)));
    assertEquals(MALFORMED_PACKET, refusal(() -> preview(0x82, subscribe, 1 << 10)));
  }

  @Test
  void longPropertiesOfConnectAreRefusedAtTheirLength() {
    Bytes connect = Bytes.of().text("MQTT").one(5).one(2).two(60).variable(MAX_PROPERTIES + 1);
    assertEquals(PACKET_TOO_LARGE, refusal(() -> preview(0x10, connect, 1 << 22)));
  }

  @Test
  void previewWaitsUntilThePropertiesAreKnown() {
    inspect(Bytes.connect(5));
    assertFalse(preview(0x30, Bytes.of().one(0), 100));
    assertFalse(preview(0x30, Bytes.of().text("topic"), 100));
    assertFalse(preview(0x32, Bytes.of().text("topic").two(1), 100));
    assertFalse(preview(0x30, Bytes.of().text("topic").one(0x80), 100));
    assertTrue(preview(0x30, Bytes.of().text("topic").one(0), 100));
    assertTrue(preview(0x32, Bytes.of().text("topic").two(1).one(0), 100));
    assertTrue(preview(0x40, Bytes.of(), 3), "bounded by its length");
  }

  @Test
  void previewOf311NeedsNoProperties() {
    inspect(Bytes.connect(4));
    assertFalse(preview(0x30, Bytes.of().one(0), 100));
    assertTrue(preview(0x30, Bytes.of().text("topic"), 100));
    assertTrue(preview(0x82, Bytes.of().two(1), 100));
  }

  // --- who is answered in which version ---

  @Test
  void versionOfARefusedConnectIsAwaited() {
    byte[] connect = Bytes.connect(5);
    for (int come = 1; come < 9; come++) {
      assertTrue(inspector.awaitsVersion(Unpooled.wrappedBuffer(connect, 0, come)), "" + come);
      assertNull(inspector.version());
    }
    assertFalse(inspector.awaitsVersion(Unpooled.wrappedBuffer(connect, 0, 9)));
    assertEquals(ProtocolVersion.V5_0, inspector.version());
  }

  @Test
  void versionOfOtherPacketsIsNotAwaited() {
    assertFalse(inspector.awaitsVersion(Unpooled.wrappedBuffer(new byte[] {0x30})));
    inspect(Bytes.connect(4));
    assertFalse(inspector.awaitsVersion(Unpooled.wrappedBuffer(new byte[] {0x10})));
  }

  // --- lists ---

  @Test
  void packetHoldsAsManyFiltersAsTheLimitSays() {
    FrameInspector strict =
        new FrameInspector(
            new Limits(1_000, 5_000, 100, 100, 10, 2, 10, 1_000),
            EnumSet.allOf(ProtocolVersion.class));
    inspect(strict, Bytes.connect(4));
    Bytes two = Bytes.of().two(1).text("a").one(0).text("b").one(0);
    inspect(strict, Bytes.packet(0x82, two));
    inspect(strict, Bytes.packet(0xA2, Bytes.of().two(1).text("a").text("b")));

    byte[] three = Bytes.packet(0x82, two.text("c").one(0));
    assertEquals(QUOTA_EXCEEDED, refusal(() -> inspect(strict, three)));
    byte[] without = Bytes.packet(0xA2, Bytes.of().two(1).text("a").text("b").text("c"));
    assertEquals(QUOTA_EXCEEDED, refusal(() -> inspect(strict, without)));
  }

  // --- User Properties ---

  @Test
  void userPropertiesAreTakenOutAndForgotten() {
    inspect(Bytes.connect(5));
    Bytes block = Bytes.of().one(0x26).text("k").text("v").one(0x23).two(7);
    inspect(Bytes.packet(0x30, Bytes.of().text("t").properties(block).one('x')));

    assertEquals(List.of(new UserProperty("k", "v")), inspector.userProperties());
    assertEquals(1, inspector.replacements().size());
    FrameInspector.Replacement replacement = inspector.replacements().get(0);
    assertEquals(3, replacement.from());
    assertEquals(3 + 1 + 7 + 3, replacement.to());
    assertArrayEquals(Bytes.hex("23 0007"), replacement.properties());

    inspector.forget();
    assertEquals(List.of(), inspector.userProperties());
    assertEquals(List.of(), inspector.replacements());
  }

  @Test
  void userPropertiesThatNobodyReadsAreOnlyTakenOut() {
    inspect(Bytes.connect(5));
    Bytes block = Bytes.of().one(0x26).text("k").text("v");
    inspect(Bytes.packet(0x82, Bytes.of().two(1).properties(block).text("t").one(0)));

    assertEquals(List.of(), inspector.userProperties());
    assertEquals(0, inspector.replacements().get(0).properties().length);
  }

  @Test
  void packetWithoutUserPropertiesIsHandedOnAsItIs() {
    inspect(Bytes.connect(5));
    inspect(Bytes.hex("30 07 0001 61 03 23 0001"));
    assertEquals(List.of(), inspector.replacements());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x41, 0x42, 0x43, 0x63})
  void unknownPropertyIsNotTakenForAnother(int id) { // 64 above one that may stand there
    inspect(Bytes.connect(5));
    Bytes block = Bytes.of().one(id).two(1).one(1).one(1);
    byte[] publish = Bytes.packet(0x30, Bytes.of().text("t").properties(block));
    assertEquals(MALFORMED_PACKET, refusal(publish));
  }

  @Test
  void longestSubscriptionIdentifierHasFourBytes() {
    inspect(Bytes.connect(5));
    inspect(subscribe("0B FF FF FF 7F"));
    assertEquals(MALFORMED_PACKET, refusal(subscribe("0B 80 80 80 80 01")));
    assertEquals(MALFORMED_PACKET, refusal(subscribe("0B 81 00")));
    assertEquals(PROTOCOL_ERROR, refusal(subscribe("0B 00")));
  }

  private static byte[] subscribe(String property) {
    Bytes block = Bytes.of().raw(Bytes.hex(property));
    return Bytes.packet(0x82, Bytes.of().two(1).properties(block).text("t").one(0));
  }

  private ReasonCode refusal(byte[] bytes) {
    return refusal(() -> inspect(bytes));
  }

  private static ReasonCode refusal(Runnable step) {
    return assertThrows(ProtocolViolation.class, step::run).reason();
  }

  private boolean preview(int first, Bytes begin, int length) {
    return inspector.preview(first, Unpooled.wrappedBuffer(begin.toArray()), length);
  }

  private void inspect(byte[] packet) {
    inspect(inspector, packet);
  }

  /** Goes through the steps that a whole packet takes. */
  private static void inspect(FrameInspector inspector, byte[] packet) {
    ByteBuf in = Unpooled.wrappedBuffer(packet);
    int first = in.readUnsignedByte();
    inspector.firstByte(first);
    int length = 0;
    int digit = 0x80;
    for (int shift = 0; (digit & 0x80) != 0; shift += 7) {
      digit = in.readUnsignedByte();
      length |= (digit & 0x7F) << shift;
    }
    inspector.remainingLength(digit, in.readerIndex());
    inspector.length(first, length);
    inspector.inspect(first, in.slice(in.readerIndex(), length));
  }
}
