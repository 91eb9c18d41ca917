package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.session.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every text that a client can send, with every kind of bytes that are no text in MQTT. */
class TextFieldTest {
  private static final Map<String, String> BAD = // [MQTT-1.5.4-1] [MQTT-1.5.4-2]
      Map.ofEntries(
          Map.entry("U+0000", "00"),
          Map.entry("U+0000 in two bytes", "C0 80"),
          Map.entry("overlong slash in two bytes", "C0 AF"),
          Map.entry("overlong DEL in two bytes", "C1 BF"),
          Map.entry("overlong slash in three bytes", "E0 80 AF"),
          Map.entry("overlong U+07FF in three bytes", "E0 9F BF"),
          Map.entry("overlong slash in four bytes", "F0 80 80 AF"),
          Map.entry("overlong U+FFFF in four bytes", "F0 8F BF BF"),
          Map.entry("slash in five bytes", "F8 80 80 80 AF"),
          Map.entry("slash in six bytes", "FC 80 80 80 80 AF"),
          Map.entry("lowest surrogate", "ED A0 80"),
          Map.entry("highest surrogate", "ED BF BF"),
          Map.entry("pair of surrogates (CESU-8)", "ED A0 81 ED B0 80"),
          Map.entry("U+110000", "F4 90 80 80"),
          Map.entry("above U+13FFFF", "F5 80 80 80"),
          Map.entry("continuation alone", "80"),
          Map.entry("two-byte character cut", "C3"),
          Map.entry("three-byte character cut", "E2 82"),
          Map.entry("four-byte character cut", "F0 9F 98"),
          Map.entry("continuation missing", "C3 28"),
          Map.entry("FE", "FE"),
          Map.entry("FF", "FF"));

  private static final List<String> GOOD =
      List.of(
          "EF BB BF", // U+FEFF
          "20",
          "C2 A0",
          "DF BF",
          "E0 A0 80",
          "ED 9F BF",
          "EE 80 80",
          "EF BF BF",
          "F0 90 80 80",
          "F4 8F BF BF");

  private static final List<String> CONTROL = List.of("01", "0A", "1F", "7F", "C2 80", "C2 9F");

  /**
   * A place where text stands.
   *
   * @param level of a client that is connected, 0 where the packet is its CONNECT
   * @param packet makes the packet with bytes as that text
   */
  record Field(String name, int level, Function<byte[], byte[]> packet) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Field> fields() {
    List<Field> all = new ArrayList<>();
    for (int level : new int[] {3, 4, 5}) {
      ofEveryVersion(all, level);
    }
    ofConnect5(all);
    Bytes topic = Bytes.of().text("t");
    for (int id : new int[] {0x03, 0x08}) {
      property(all, "PUBLISH", 0x30, topic, id, Bytes.of());
    }
    user(all, "PUBLISH", 0x30, topic, Bytes.of());
    Bytes reply = Bytes.of().two(1).one(0);
    for (int first : new int[] {0x40, 0x50, 0x62, 0x70}) {
      String name = "type " + (first >> 4);
      property(all, name, first, reply, 0x1F, Bytes.of());
      user(all, name, first, reply, Bytes.of());
    }
    user(all, "SUBSCRIBE", 0x82, Bytes.of().two(1), Bytes.of().text("a").one(0));
    user(all, "UNSUBSCRIBE", 0xA2, Bytes.of().two(1), Bytes.of().text("a"));
    property(all, "DISCONNECT", 0xE0, Bytes.of().one(0), 0x1F, Bytes.of());
    user(all, "DISCONNECT", 0xE0, Bytes.of().one(0), Bytes.of());
    Bytes continues = Bytes.of().one(0x18);
    property(all, "AUTH", 0xF0, continues, 0x15, Bytes.of());
    all.add(
        field("AUTH 1F", 5, 0xF0, continues, t -> block(0x15, "M").one(0x1F).field(t), Bytes.of()));
    all.add(
        field(
            "AUTH user property",
            5,
            0xF0,
            continues,
            t -> block(0x15, "M").one(0x26).text("k").field(t),
            Bytes.of()));
    return all.stream();
  }

  private static void ofEveryVersion(List<Field> all, int level) {
    String version = " (" + level + ")";
    Bytes none = level == 5 ? Bytes.of().one(0) : Bytes.of();
    all.add(connect("client id" + version, t -> Bytes.connectHead(level, 2).field(t)));
    all.add(connect("user name" + version, t -> Bytes.connectHead(level, 0x82).text("c").field(t)));
    all.add(
        connect(
            "Will Topic" + version,
            t ->
                Bytes.connectHead(level, 6)
                    .text("c")
                    .raw(none.toArray())
                    .field(t)
                    .text("message")));
    all.add(
        new Field(
            "topic" + version,
            level,
            t -> Bytes.packet(0x30, Bytes.of().field(t).raw(none.toArray()))));
    all.add(
        new Field(
            "filter" + version,
            level,
            t -> Bytes.packet(0x82, Bytes.of().two(1).raw(none.toArray()).field(t).one(0))));
    all.add(
        new Field(
            "second filter" + version,
            level,
            t ->
                Bytes.packet(
                    0x82, Bytes.of().two(1).raw(none.toArray()).text("a").one(0).field(t).one(0))));
    all.add(
        new Field(
            "filter of UNSUBSCRIBE" + version,
            level,
            t -> Bytes.packet(0xA2, Bytes.of().two(1).raw(none.toArray()).field(t))));
  }

  private static void ofConnect5(List<Field> all) {
    Bytes head = Bytes.of().text("MQTT").one(5).one(2).two(60);
    Bytes id = Bytes.of().text("c");
    property(all, "CONNECT", 0x10, head, 0x15, id);
    user(all, "CONNECT", 0x10, head, id);
    Bytes toWill = Bytes.connectHead(5, 6).text("c");
    Bytes will = Bytes.of().text("topic").text("message");
    property(all, "Will", 0x10, toWill, 0x03, will);
    property(all, "Will", 0x10, toWill, 0x08, will);
    user(all, "Will", 0x10, toWill, will);
  }

  static Stream<Arguments> fieldsWithBadText() {
    return fields()
        .flatMap(
            field -> BAD.entrySet().stream().map(b -> arguments(field, b.getKey(), b.getValue())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("fieldsWithBadText")
  @Normative(
      value = {"MQTT-1.5.4-1", "MQTT-1.5.4-2"},
      v311 = {"MQTT-1.5.3-1", "MQTT-1.5.3-2"})
  void badTextIsRefused(Field field, String what, String hex) {
    byte[] bad = Bytes.hex(hex);
    List<byte[]> texts =
        List.of(
            bad,
            Bytes.of().raw(bad).raw((byte) 'x').toArray(),
            Bytes.of().raw("ab".getBytes()).raw(bad).toArray(),
            Bytes.of().raw("much longer".getBytes()).raw(bad).raw("text".getBytes()).toArray());
    for (byte[] text : texts) {
      EmbeddedClient client = client(field);
      client.feed(field.packet().apply(text));
      assertEquals(MALFORMED_PACKET, client.onlyViolation().reason(), what);
      client.channel.finishAndReleaseAll();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void goodTextIsRead(Field field) {
    for (String hex : GOOD) {
      EmbeddedClient client = client(field);
      client.feed(field.packet().apply(Bytes.hex("61" + hex + "62")));
      client.onlyPacket();
      client.channel.finishAndReleaseAll();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fields")
  void controlCharacterStandsInNoNameButInOtherText(Field field) {
    boolean isName = field.name().matches(".*(client id|user name|opic|filter).* \\(\\d\\)");
    for (String hex : CONTROL) {
      EmbeddedClient client = client(field);
      client.feed(field.packet().apply(Bytes.hex("61" + hex + "62")));
      if (isName) {
        assertEquals(MALFORMED_PACKET, client.onlyViolation().reason(), hex);
      } else {
        client.onlyPacket();
      }
      client.channel.finishAndReleaseAll();
    }
  }

  @Test
  @Normative(value = "MQTT-1.5.4-3", v311 = "MQTT-1.5.3-3")
  void byteOrderMarkIsKept() { // [MQTT-1.5.4-3]
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(
        Bytes.packet(
            0x30,
            Bytes.of()
                .text("\uFEFFa\uFEFF")
                .properties(Bytes.of().one(0x26).text("\uFEFF").text("\uFEFFv"))));
    Packet.Publish publish = (Packet.Publish) client.onlyPacket();
    assertEquals("\uFEFFa\uFEFF", publish.topic());
    assertEquals("\uFEFF", publish.properties().userProperties().get(0).name());
    assertEquals("\uFEFFv", publish.properties().userProperties().get(0).value());

    EmbeddedClient other = new EmbeddedClient();
    other.feed(Bytes.packet(0x10, Bytes.connectHead(4, 0x82).text("\uFEFFc").text("\uFEFFu")));
    Packet.Connect connect = (Packet.Connect) other.onlyPacket();
    assertEquals("\uFEFFc", connect.clientId());
    assertEquals("\uFEFFu", connect.userName());
  }

  @Test
  void binaryFieldsTakeAnyBytes() {
    byte[] any = Bytes.hex("00 C0AF EDA080 FF");
    EmbeddedClient client = new EmbeddedClient();
    client.feed(
        Bytes.packet(
            0x10,
            Bytes.of()
                .text("MQTT")
                .one(5)
                .one(0x46)
                .two(60)
                .properties(block(0x15, "M").one(0x16).field(any))
                .text("c")
                .properties(Bytes.of().one(0x09).field(any))
                .text("will")
                .field(any)
                .field(any)));
    Packet.Connect connect = (Packet.Connect) client.onlyPacket();
    assertEquals(any.length, connect.password().length());
    assertEquals(any.length, connect.authenticationData().length());
    assertEquals(any.length, connect.will().payload().length());
    assertEquals(any.length, connect.will().properties().correlationData().length());
  }

  @Test
  void protocolNameIsComparedByteByByte() {
    for (String hex : BAD.values()) {
      EmbeddedClient client = new EmbeddedClient();
      client.feed(
          Bytes.packet(0x10, Bytes.of().field(Bytes.hex(hex)).one(4).one(2).two(60).text("c")));
      assertTrue(
          List.of(MALFORMED_PACKET, UNSUPPORTED_PROTOCOL_VERSION)
              .contains(client.onlyViolation().reason()));
    }
  }

  private static EmbeddedClient client(Field field) {
    return field.level() == 0 ? new EmbeddedClient() : EmbeddedClient.connected(field.level());
  }

  private static Field connect(String name, Function<byte[], Bytes> body) {
    return new Field("CONNECT " + name, 0, text -> Bytes.packet(0x10, body.apply(text)));
  }

  private static void property(
      List<Field> all, String name, int first, Bytes before, int id, Bytes after) {
    String full = "%s property %02X".formatted(name, id);
    all.add(field(full, level(first), first, before, t -> Bytes.of().one(id).field(t), after));
  }

  private static void user(List<Field> all, String name, int first, Bytes before, Bytes after) {
    all.add(
        field(
            name + " user property name",
            level(first),
            first,
            before,
            t -> Bytes.of().one(0x26).field(t).text("v"),
            after));
    all.add(
        field(
            name + " user property value",
            level(first),
            first,
            before,
            t -> block(0x26, "k").text("v").one(0x26).text("k").field(t),
            after));
  }

  private static int level(int first) {
    return first == 0x10 ? 0 : 5;
  }

  private static Field field(
      String name,
      int level,
      int first,
      Bytes before,
      Function<byte[], Bytes> properties,
      Bytes after) {
    return new Field(
        name,
        level,
        text ->
            Bytes.packet(
                first,
                Bytes.of()
                    .raw(before.toArray())
                    .properties(properties.apply(text))
                    .raw(after.toArray())));
  }

  private static Bytes block(int id, String text) {
    return Bytes.of().one(id).text(text);
  }
}
