package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.QUOTA_EXCEEDED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many filters and User Properties a packet may hold. */
class PacketLimitsTest {
  private static final int FILTERS = 3;
  private static final int USER_PROPERTIES = 4;
  private static final int USER_BYTES = 40;

  private static Limits limits(int userProperties, int userBytes) {
    return new Limits(
        EmbeddedClient.MAX_BYTES,
        5_000,
        Limits.MAX_STRING,
        Limits.MAX_STRING,
        200,
        FILTERS,
        userProperties,
        userBytes);
  }

  private static EmbeddedClient connected(int level, Limits limits) {
    EmbeddedClient client = new EmbeddedClient(limits);
    client.feed(Bytes.connect(level));
    client.recorder.received.clear();
    return client;
  }

  /** A block of User Properties, each of so many bytes of name and value. */
  private static Bytes block(int count, int bytesEach) {
    Bytes block = Bytes.of();
    for (int i = 0; i < count; i++) {
      block.one(0x26).text("k").text("v".repeat(bytesEach - 1));
    }
    return Bytes.of().properties(block);
  }

  /** Where in a packet the block stands: what comes before it and after it. */
  private record Place(String name, int first, Bytes before, Bytes after) {
    byte[] with(Bytes block) {
      Bytes body = Bytes.of().raw(before.toArray()).raw(block.toArray()).raw(after.toArray());
      return Bytes.packet(first, body);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Place> places() {
    Bytes none = Bytes.of();
    Bytes id = Bytes.of().two(1);
    Bytes idAndCode = Bytes.of().two(1).one(0);
    return Stream.of(
        new Place("PUBLISH", 0x30, Bytes.of().text("t"), Bytes.of().raw((byte) 'x')),
        new Place("PUBACK", 0x40, idAndCode, none),
        new Place("PUBREC", 0x50, idAndCode, none),
        new Place("PUBREL", 0x62, idAndCode, none),
        new Place("PUBCOMP", 0x70, idAndCode, none),
        new Place("SUBSCRIBE", 0x82, id, Bytes.of().text("f").one(0)),
        new Place("UNSUBSCRIBE", 0xA2, id, Bytes.of().text("f")),
        new Place("DISCONNECT", 0xE0, Bytes.of().one(0), none));
  }

  @ParameterizedTest
  @MethodSource("places")
  void userPropertiesAreLimitedInEveryPacket(Place place) {
    Limits limits = limits(USER_PROPERTIES, USER_BYTES);
    for (Bytes within : new Bytes[] {block(4, 10), block(1, 40), block(4, 1)}) {
      EmbeddedClient client = connected(5, limits);
      client.feed(place.with(within));
      assertTrue(client.onlyPacket() != null);
    }
    for (Bytes beyond : new Bytes[] {block(5, 1), block(1, 41), block(4, 11)}) {
      EmbeddedClient client = connected(5, limits);
      client.feed(place.with(beyond));
      ProtocolViolation violation = client.onlyViolation();
      assertEquals(QUOTA_EXCEEDED, violation.reason());
      String text = violation.getMessage();
      assertTrue(text.contains("4 User Properties") && text.contains("40 bytes"), text);
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void withoutAnyAllowedNoneIsTaken(Place place) {
    EmbeddedClient client = connected(5, limits(0, 0));
    client.feed(place.with(block(1, 1)));
    assertEquals(QUOTA_EXCEEDED, client.onlyViolation().reason());
    EmbeddedClient other = connected(5, limits(0, 0));
    other.feed(place.with(block(0, 1)));
    assertTrue(other.onlyPacket() != null);
  }

  static Stream<Arguments> connects() {
    return Stream.of(
        arguments(block(4, 10), block(4, 10), true),
        arguments(block(5, 1), block(0, 1), false),
        arguments(block(0, 1), block(5, 1), false),
        arguments(block(1, 41), block(0, 1), false),
        arguments(block(0, 1), block(1, 41), false));
  }

  @ParameterizedTest
  @MethodSource("connects")
  void connectAndWillAreCountedEachOnTheirOwn(Bytes ofConnect, Bytes ofWill, boolean within) {
    EmbeddedClient client = new EmbeddedClient(limits(USER_PROPERTIES, USER_BYTES));
    Bytes head = Bytes.of().text("MQTT").one(5).one(6).two(60);
    Bytes tail = Bytes.of().text("w").text("m");
    client.feed(
        Bytes.packet(
            0x10,
            head.raw(ofConnect.toArray()).text("c").raw(ofWill.toArray()).raw(tail.toArray())));
    if (within) {
      assertTrue(client.onlyPacket() instanceof Packet.Connect);
    } else {
      assertEquals(QUOTA_EXCEEDED, client.onlyViolation().reason());
    }
  }

  @Test
  void userPropertiesOfAuthAreLimitedBesideItsOwn() {
    EmbeddedClient client = connected(5, limits(USER_PROPERTIES, USER_BYTES));
    Bytes block = Bytes.of().one(0x15).text("M");
    for (int i = 0; i <= USER_PROPERTIES; i++) {
      block.one(0x26).text("k").text("v");
    }
    client.feed(Bytes.packet(0xF0, Bytes.of().one(0x18).properties(block)));
    assertEquals(QUOTA_EXCEEDED, client.onlyViolation().reason());
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5})
  void filtersOfAPacketAreLimited(int level) {
    Limits limits = limits(USER_PROPERTIES, USER_BYTES);
    for (boolean subscribe : new boolean[] {true, false}) {
      for (int filters = FILTERS; filters <= FILTERS + 1; filters++) {
        Bytes body = Bytes.of().two(1);
        if (level == 5) {
          body.one(0);
        }
        for (int i = 0; i < filters; i++) {
          body.text("f" + i);
          if (subscribe) {
            body.one(0);
          }
        }
        EmbeddedClient client = connected(level, limits);
        client.feed(Bytes.packet(subscribe ? 0x82 : 0xA2, body));
        if (filters == FILTERS) {
          assertTrue(client.onlyPacket() != null);
        } else {
          ProtocolViolation violation = client.onlyViolation();
          assertEquals(QUOTA_EXCEEDED, violation.reason());
          assertTrue(violation.getMessage().contains("3 Topic Filters"), violation.getMessage());
        }
      }
    }
  }
}
