package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.binary;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MQTT 5.0, sections 1.5.4 and 1.5.7: what a string may hold, in every field that is one. */
@ExtendWith(SharedBroker.class)
class StringIT {
  private static final int MALFORMED = 0x81;
  private static final String BOM = "\uFEFF";

  /** A packet with a place for the bytes of a string, its length in front. */
  record Field(String name, UnaryOperator<byte[]> packet) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Map<String, byte[]> illFormed() {
    Map<String, byte[]> texts = new LinkedHashMap<>();
    texts.put("a lone continuation", bytes('a', 0x80));
    texts.put("a truncated sequence", bytes('a', 0xE2, 0x82));
    texts.put("a sequence broken off", bytes(0xC3, 0x28));
    texts.put("an overlong slash", bytes(0xC0, 0xAF));
    texts.put("an overlong form of three bytes", bytes(0xE0, 0x80, 0xAF));
    texts.put("an overlong form of four bytes", bytes(0xF0, 0x80, 0x80, 0xAF));
    texts.put("the first surrogate", bytes(0xED, 0xA0, 0x80));
    texts.put("the last surrogate", bytes('a', 0xED, 0xBF, 0xBF));
    texts.put("a pair of surrogates", bytes(0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80));
    texts.put("beyond U+10FFFF", bytes(0xF4, 0x90, 0x80, 0x80));
    texts.put("a sequence of five bytes", bytes(0xF8, 0x88, 0x80, 0x80, 0x80));
    texts.put("0xFF", bytes(0xFF));
    return texts;
  }

  private static Map<String, byte[]> withNull() {
    Map<String, byte[]> texts = new LinkedHashMap<>();
    texts.put("only U+0000", bytes(0));
    texts.put("U+0000 within", bytes('a', 0, 'b'));
    texts.put("U+0000 in the end", bytes('a', 0));
    texts.put("an overlong U+0000", bytes('a', 0xC0, 0x80));
    return texts;
  }

  /** The strings of packets after CONNECT. */
  static Stream<Field> fields() {
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("Topic Name", s -> packet(0x30, s, properties(), bytes('x'))));
    fields.addAll(publishProperty("Response Topic", Wire.RESPONSE_TOPIC));
    fields.addAll(publishProperty("Content Type", Wire.CONTENT_TYPE));
    fields.add(
        new Field(
            "Topic Filter of SUBSCRIBE",
            s -> packet(0x82, u16(1), properties(), utf8("a"), bytes(0), s, bytes(0))));
    fields.add(
        new Field(
            "Topic Filter of UNSUBSCRIBE", s -> packet(0xA2, u16(1), properties(), utf8("a"), s)));
    fields.add(
        new Field("Share Name", s -> packet(0x82, u16(1), properties(), share(s), bytes(0))));
    for (int type : List.of(Wire.PUBACK, Wire.PUBREC, Wire.PUBREL, Wire.PUBCOMP)) {
      fields.add(
          new Field(
              "Reason String of packet type " + type,
              s -> Wire.acknowledge(type, 1, 0, property(Wire.REASON_STRING, s))));
    }
    fields.add(
        new Field(
            "Reason String of DISCONNECT",
            s -> Wire.disconnect(0, property(Wire.REASON_STRING, s))));
    return fields.stream();
  }

  private static List<Field> publishProperty(String name, int id) {
    return List.of(new Field(name, s -> Wire.publish("t", 0, 0, "x", property(id, s))));
  }

  private static byte[] share(byte[] text) {
    byte[] name = java.util.Arrays.copyOfRange(text, 2, text.length);
    byte[] prefix = "$share/".getBytes(StandardCharsets.UTF_8);
    return binary(join(prefix, name, bytes('/', 'a')));
  }

  /** Name and value of a User Property in each packet after CONNECT. */
  static Stream<Field> pairs() {
    Map<String, UnaryOperator<byte[]>> packets = new LinkedHashMap<>();
    packets.put("PUBLISH", p -> Wire.publish("t", 0, 0, "x", p));
    packets.put("PUBACK", p -> Wire.acknowledge(Wire.PUBACK, 1, 0, p));
    packets.put("PUBREC", p -> Wire.acknowledge(Wire.PUBREC, 1, 0, p));
    packets.put("PUBREL", p -> Wire.acknowledge(Wire.PUBREL, 1, 0, p));
    packets.put("PUBCOMP", p -> Wire.acknowledge(Wire.PUBCOMP, 1, 0, p));
    packets.put("SUBSCRIBE", p -> Wire.subscribe(1, "a", 0, p));
    packets.put("UNSUBSCRIBE", p -> packet(0xA2, u16(1), properties(p), utf8("a")));
    packets.put("DISCONNECT", p -> Wire.disconnect(0, p));
    List<Field> fields = new ArrayList<>();
    packets.forEach(
        (name, packet) -> {
          fields.add(new Field("name of " + name, s -> packet.apply(pair(s, utf8("v")))));
          fields.add(new Field("value of " + name, s -> packet.apply(pair(utf8("n"), s))));
        });
    return fields.stream();
  }

  /** The strings of CONNECT. */
  static Stream<Field> connectFields() {
    byte[] id = utf8("strings");
    List<Field> fields = new ArrayList<>();
    fields.add(new Field("Client Identifier", s -> connect(2, properties(), s)));
    fields.add(new Field("User Name", s -> connect(0x82, properties(), id, s)));
    fields.add(
        new Field(
            "Authentication Method",
            s -> connect(2, properties(property(Wire.AUTHENTICATION_METHOD, s)), id)));
    fields.add(new Field("Will Topic", s -> willed(properties(), s)));
    fields.add(
        new Field(
            "Response Topic of the Will",
            s -> willed(properties(property(Wire.RESPONSE_TOPIC, s)), utf8("w"))));
    fields.add(
        new Field(
            "Content Type of the Will",
            s -> willed(properties(property(Wire.CONTENT_TYPE, s)), utf8("w"))));
    return fields.stream();
  }

  /** Name and value of a User Property in CONNECT. */
  static Stream<Field> connectPairs() {
    byte[] id = utf8("strings");
    return Stream.of(
        new Field("name of CONNECT", s -> connect(2, properties(pair(s, utf8("v"))), id)),
        new Field("value of CONNECT", s -> connect(2, properties(pair(utf8("n"), s)), id)),
        new Field("name of the Will", s -> willed(properties(pair(s, utf8("v"))), utf8("w"))),
        new Field("value of the Will", s -> willed(properties(pair(utf8("n"), s)), utf8("w"))));
  }

  private static byte[] pair(byte[] name, byte[] value) {
    return property(Wire.USER_PROPERTY, join(name, value));
  }

  private static byte[] connect(int flags, byte[] properties, byte[]... payload) {
    return packet(0x10, utf8("MQTT"), bytes(5, flags), u16(0), properties, join(payload));
  }

  private static byte[] willed(byte[] properties, byte[] topic) {
    return connect(6, properties(), utf8("strings"), properties, topic, utf8("gone"));
  }

  @ParameterizedTest
  @MethodSource("fields")
  @Normative({
    "MQTT-1.5.4-1",
    "MQTT-3.3.2-1",
    "MQTT-3.3.2-13",
    "MQTT-3.3.2-19",
    "MQTT-3.8.3-1",
    "MQTT-3.10.3-1",
    "MQTT-4.13.1-1"
  })
  void illFormedUtf8IsMalformed(Field field, BrokerAddress broker) throws Exception {
    refuses(field, illFormed(), broker);
  }

  @ParameterizedTest
  @MethodSource("fields")
  @Normative({"MQTT-1.5.4-2", "MQTT-4.7.3-2"})
  void nullCharacterIsMalformed(Field field, BrokerAddress broker) throws Exception {
    refuses(field, withNull(), broker);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  @Normative({"MQTT-1.5.7-1", "MQTT-1.5.4-1", "MQTT-1.5.4-2"})
  void bothStringsOfAPairAreChecked(Field field, BrokerAddress broker) throws Exception {
    refuses(field, illFormed(), broker);
    refuses(field, withNull(), broker);
  }

  @ParameterizedTest
  @MethodSource("connectFields")
  @Normative({"MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-3.1.3-4", "MQTT-3.1.3-11", "MQTT-3.1.3-12"})
  void illFormedStringInConnectIsRefused(Field field, BrokerAddress broker) throws Exception {
    refusesConnect(field, broker);
  }

  @ParameterizedTest
  @MethodSource("connectPairs")
  @Normative({"MQTT-1.5.7-1", "MQTT-1.5.4-1", "MQTT-1.5.4-2"})
  void bothStringsOfAPairInConnectAreChecked(Field field, BrokerAddress broker) throws Exception {
    refusesConnect(field, broker);
  }

  private static void refuses(Field field, Map<String, byte[]> texts, BrokerAddress broker)
      throws Exception {
    for (Map.Entry<String, byte[]> text : texts.entrySet()) {
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("strings"))) {
        client.send(field.packet().apply(binary(text.getValue())));
        RawPacket answer = client.expect(Wire.DISCONNECT);
        assertEquals(MALFORMED, answer.reason(), text.getKey());
        client.expectClosed();
      }
    }
  }

  private static void refusesConnect(Field field, BrokerAddress broker) throws Exception {
    List<byte[]> texts = new ArrayList<>(illFormed().values());
    texts.addAll(withNull().values());
    for (byte[] text : texts) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(field.packet().apply(binary(text)));
        client.expectRefused(MALFORMED);
      }
    }
  }

  /** Else the tests above could pass because of another fault in the packet. */
  @ParameterizedTest
  @MethodSource({"fields", "pairs"})
  void wellFormedTextIsTaken(Field field, BrokerAddress broker) throws Exception {
    byte[] text = utf8("é-€-\uD83D\uDE00-\uFFFD-\uFDD0-\u00A0");
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("strings"))) {
      client.send(field.packet().apply(text), Wire.pingReq());
      if (field.name().endsWith("DISCONNECT")) {
        client.expectClosed();
      } else {
        RawPacket answer = client.receive();
        while (answer.type() != Wire.PINGRESP) {
          answer = client.receive();
        }
      }
    }
  }

  /** Section 1.5.4 leaves it to the server; what nobody can see is to name nothing. */
  @ParameterizedTest
  @MethodSource({"fields", "pairs"})
  void controlCharacterIsTakenSaveInNames(Field field, BrokerAddress broker) throws Exception {
    boolean isName = List.of("Topic Name", "Share Name").contains(field.name());
    isName |= field.name().startsWith("Topic Filter");
    for (String control : List.of("\u0001", "\n", "\u001F", "\u007F", "\u0080", "\u009F")) {
      try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("strings"))) {
        client.send(field.packet().apply(utf8("a" + control)), Wire.pingReq());
        if (isName) {
          client.expectDisconnect(MALFORMED);
        } else if (!field.name().endsWith("DISCONNECT")) {
          RawPacket answer = client.receive();
          while (answer.type() != Wire.PINGRESP) {
            assertNotEquals(Wire.DISCONNECT, answer.type());
            answer = client.receive();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource({"connectFields", "connectPairs"})
  void wellFormedTextInConnectIsTaken(Field field, BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      client.send(field.packet().apply(utf8("é-€-\uD83D\uDE00")));
      int expected =
          switch (field.name()) {
            case "Authentication Method" -> 0x8C;
            case "User Name" -> 0x86;
            default -> 0;
          };
      assertEquals(expected, client.expect(Wire.CONNACK).reason());
    }
  }

  @Test
  @Normative("MQTT-1.5.4-3")
  void byteOrderMarkIsACharacterOfATopic(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("bom"))) {
      client.subscribe(BOM + "strings/bom", 0);
      client.subscribe("strings/" + BOM, 0);
      client.subscribe("strings/", 0);
      client.send(
          Wire.publish("strings/bom", 0, 0, "not for the first"),
          Wire.publish(BOM + "strings/bom", 0, 0, "for the first"),
          Wire.publish("strings/" + BOM, 0, 0, "for the second"),
          Wire.publish("strings/", 0, 0, "for the third"));
      for (String topic : List.of(BOM + "strings/bom", "strings/" + BOM, "strings/")) {
        RawPacket got = client.expect(Wire.PUBLISH);
        byte[] head = utf8(topic);
        assertArrayEquals(head, java.util.Arrays.copyOf(got.body(), head.length));
      }
      client.expectNothing();
    }
  }

  @Test
  @Normative("MQTT-1.5.4-3")
  void byteOrderMarkIsForwarded(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("bom-2"))) {
      client.subscribe("strings/forward", 0);
      byte[] out =
          Wire.publish(
              "strings/forward",
              0,
              0,
              BOM + "x",
              property(Wire.CONTENT_TYPE, utf8(BOM + "c")),
              property(Wire.RESPONSE_TOPIC, utf8(BOM + "r")),
              Wire.userProperty(BOM + "n", BOM + "v"));
      client.send(out);
      RawPacket got = client.expect(Wire.PUBLISH);
      assertEquals(List.of(BOM + "c"), got.all(Wire.CONTENT_TYPE));
      assertEquals(List.of(BOM + "r"), got.all(Wire.RESPONSE_TOPIC));
      assertEquals(List.of(BOM + "n=" + BOM + "v"), got.all(Wire.USER_PROPERTY));
      assertEquals(BOM + "x", got.payloadText());
    }
  }

  @Test
  @Normative("MQTT-1.5.4-3")
  void byteOrderMarkTellsClientsApart(BrokerAddress broker) throws Exception {
    try (RawClient plain = RawClient.connected(broker, ConnectPacket.v5("marked"));
        RawClient marked = RawClient.connected(broker, ConnectPacket.v5(BOM + "marked"))) {
      marked.ping();
      plain.ping();
    }
  }
}
