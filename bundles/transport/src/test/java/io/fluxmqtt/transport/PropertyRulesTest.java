package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.transport.PropertyRules.Place;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyRulesTest {
  private static final Limits ANY = Limits.of(1 << 28, 5_000);

  @ParameterizedTest
  @EnumSource(Place.class)
  void blockMayBeEmptyAnywhere(Place place) {
    assertNull(check(place, ANY, Bytes.of()));
  }

  @ParameterizedTest
  @CsvSource({
    "00, 0",
    "7F, 127",
    "80 01, 128",
    "FF 7F, 16383",
    "80 80 01, 16384",
    "FF FF 7F, 2097151",
    "80 80 80 01, 2097152",
    "FF FF FF 7F, 268435455"
  })
  void lengthHasOneToFourBytes(String hex, int length) {
    assertEquals(length, PropertyRules.length(Unpooled.wrappedBuffer(Bytes.hex(hex))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"80 00", "81 80 00", "80 80 80 80 01", "FF FF FF FF 00"})
  void lengthHasNoNeedlessBytes(String hex) {
    assertEquals(
        ReasonCode.MALFORMED_PACKET,
        refusal(() -> PropertyRules.length(Unpooled.wrappedBuffer(Bytes.hex(hex)))));
  }

  @Test
  void longestBlockIsAMegabyte() {
    PropertyRules.checkLength(1 << 20, 1 << 20);
    assertEquals(
        ReasonCode.PACKET_TOO_LARGE,
        refusal(() -> PropertyRules.checkLength((1 << 20) + 1, 1 << 22)));
    assertEquals(ReasonCode.MALFORMED_PACKET, refusal(() -> PropertyRules.checkLength(100, 99)));
    Bytes large = Bytes.of();
    for (int i = 0; i < 17; i++) {
      large.one(0x26).text("").text("x".repeat(65_535));
    }
    assertEquals(ReasonCode.PACKET_TOO_LARGE, refusal(() -> check(Place.PUBLISH, ANY, large)));
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT, 11 0000",
    "CONNECT, 21 00",
    "CONNECT, 22 00",
    "CONNECT, 27 000000",
    "CONNECT, 17",
    "CONNECT, 15 0002 61",
    "PUBLISH, 02 000000",
    "PUBLISH, 03 0002 61",
    "PUBLISH, 08 00",
    "PUBLISH, 26 0001 61 0002 61",
    "PUBLISH, 26 0001 61 00",
    "SUBSCRIBE, 0B 80"
  })
  void propertyEndsWithinItsBlock(Place place, String hex) {
    Bytes block = Bytes.of().raw(Bytes.hex(hex));
    assertThrows(IndexOutOfBoundsException.class, () -> check(place, ANY, block));
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT, 11 00000000 21 0001 27 00000001 22 0000 19 00 17 01 15 0001 61 16 0000",
    "CONNECT, 27 00010000",
    "CONNECT, 21 0100",
    "WILL, 18 00000000 01 01 02 00000000 03 0000 08 0001 61 09 0000",
    "PUBLISH, 01 00 02 FFFFFFFF 23 0100 08 0001 61 09 0000 03 0001 61",
    "ACKNOWLEDGEMENT, 1F 0001 61",
    "SUBSCRIBE, 0B 80 01",
    "DISCONNECT, 11 00000001 1F 0000",
    "AUTH, 15 0001 61 16 0001 00 1F 0000"
  })
  void everyPropertyIsTakenWhereItBelongs(Place place, String hex) {
    Bytes plain = Bytes.of().raw(Bytes.hex(hex));
    assertNull(check(place, ANY, plain), "nothing to take out");

    Bytes mixed = Bytes.of().one(0x26).text("a").text("1").raw(Bytes.hex(hex));
    mixed.one(0x26).text("b").text("2").one(0x26).text("c").text("3");
    PropertyRules.Parts parts = check(place, ANY, mixed);
    assertArrayEquals(Bytes.hex(hex), parts.others());
    boolean isRead = place == Place.WILL || place == Place.PUBLISH || place == Place.AUTH;
    assertEquals(
        isRead
            ? List.of(
                new UserProperty("a", "1"), new UserProperty("b", "2"), new UserProperty("c", "3"))
            : List.of(),
        parts.user());
  }

  @Test
  void packetHasAsManyUserPropertiesAsTheLimitSays() {
    Limits two = new Limits(1_000, 5_000, 100, 100, 10, 10, 2, 1_000);
    Bytes block = Bytes.of().one(0x26).text("a").text("1").one(0x26).text("b").text("2");
    assertEquals(2, check(Place.PUBLISH, two, block).user().size());
    Bytes apart = Bytes.of().one(0x26).text("a").text("1").one(0x23).two(1);
    apart.one(0x26).text("b").text("2").one(0x26).text("c").text("3");
    assertEquals(ReasonCode.QUOTA_EXCEEDED, refusal(() -> check(Place.PUBLISH, two, apart)));
    assertEquals(
        ReasonCode.QUOTA_EXCEEDED,
        refusal(() -> check(Place.UNSUBSCRIBE, two, block.one(0x26).text("c").text("3"))));
  }

  @Test
  void namesAndValuesTogetherHaveAsManyBytesAsTheLimitSays() {
    Limits ten = new Limits(1_000, 5_000, 100, 100, 10, 10, 10, 10);
    Bytes block = Bytes.of().one(0x26).text("name").text("1").one(0x26).text("é").text("abc");
    assertEquals(2, check(Place.PUBLISH, ten, block).user().size());
    assertEquals(
        ReasonCode.QUOTA_EXCEEDED,
        refusal(() -> check(Place.PUBLISH, ten, block.one(0x26).text("").text("x"))));
  }

  private static PropertyRules.@Nullable Parts check(Place place, Limits limits, Bytes block) {
    return PropertyRules.check(
        place, Unpooled.wrappedBuffer(Bytes.of().properties(block).toArray()), limits);
  }

  private static ReasonCode refusal(Runnable step) {
    return assertThrows(ProtocolViolation.class, step::run).reason();
  }
}
