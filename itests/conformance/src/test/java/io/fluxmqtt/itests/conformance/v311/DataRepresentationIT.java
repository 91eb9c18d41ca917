package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.conformance.v311.Peer.USER;
import static io.fluxmqtt.itests.conformance.v311.Peer.WILL;
import static io.fluxmqtt.itests.kit.Wire.binary;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.join;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** MQTT 3.1.1, section 1.5: data representations; and the string fields of all packets. */
class DataRepresentationIT extends SharedBrokerCase {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /** Bytes that are no UTF-8, each between two letters. */
  private static final List<String> ILL_FORMED =
      List.of(
          "80", // continuation without a start
          "C3", // start without a continuation
          "C328",
          "C0AF", // overlong forms of '/'
          "E080AF",
          "F08080AF",
          "C080", // overlong form of U+0000
          "EDA080", // surrogates
          "EDBFBF",
          "EDA081EDB080", // a pair of them
          "F4908080", // above U+10FFFF
          "F8A1A1A1A1", // five and six bytes
          "FCA1A1A1A1A1",
          "FE",
          "FF");

  static Stream<byte[]> illFormed() {
    return ILL_FORMED.stream().map(hex -> bytesOf("61" + hex + "62"));
  }

  private static byte[] bytesOf(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] subscribe(byte[] filter) {
    return packet(0x82, u16(1), binary(filter), bytes(0));
  }

  private static byte[] publish(byte[] name) {
    return packet(0x30, binary(name), bytes('x'));
  }

  private static byte[] unsubscribe(byte[] filter) {
    return packet(0xA2, u16(1), binary(filter));
  }

  private byte[] connectWithUserName(byte[] name) {
    return Peer.connect(CLEAN | USER, 0, utf8(id("u")), binary(name));
  }

  private byte[] connectWithWillTopic(byte[] name) {
    return Peer.connect(CLEAN | WILL, 0, utf8(id("w")), binary(name), utf8("x"));
  }

  private static byte[] connectWithClientId(byte[] id) {
    return Peer.connect(CLEAN, 0, binary(id));
  }

  private void closes(byte[] packet) throws IOException {
    Peer peer = clean("culprit");
    peer.send(packet);
    peer.expectClosed();
  }

  private void closesAtOnce(byte[] connect) throws IOException {
    Peer peer = open();
    peer.send(connect);
    peer.expectClosed();
  }

  @ParameterizedTest
  @MethodSource("illFormed")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-3.3.2-1"})
  void topicNameThatIsNoUtf8Closes(byte[] text) throws IOException {
    closes(publish(text));
  }

  @ParameterizedTest
  @MethodSource("illFormed")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-3.8.3-1"})
  void topicFilterThatIsNoUtf8Closes(byte[] text) throws IOException {
    closes(subscribe(text));
  }

  @ParameterizedTest
  @MethodSource("illFormed")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-3.10.3-1"})
  void filterToUnsubscribeThatIsNoUtf8Closes(byte[] text) throws IOException {
    closes(unsubscribe(text));
  }

  @ParameterizedTest
  @MethodSource("illFormed")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-3.1.3-4", "MQTT-3.1.4-1"})
  void clientIdentifierThatIsNoUtf8Closes(byte[] text) throws IOException {
    closesAtOnce(connectWithClientId(text));
  }

  @ParameterizedTest
  @MethodSource("illFormed")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-3.1.3-10", "MQTT-3.1.4-1"})
  void willTopicThatIsNoUtf8Closes(byte[] text) throws IOException {
    closesAtOnce(connectWithWillTopic(text));
  }

  @ParameterizedTest
  @MethodSource("illFormed")
  @Normative(v311 = {"MQTT-1.5.3-1", "MQTT-3.1.3-11", "MQTT-3.1.4-1"})
  void userNameThatIsNoUtf8Closes(byte[] text) throws IOException {
    closesAtOnce(connectWithUserName(text));
  }

  static Stream<String> withNull() {
    return Stream.of("\0", "\0b", "a\0b", "a\0");
  }

  @ParameterizedTest
  @MethodSource("withNull")
  @Normative(v311 = {"MQTT-1.5.3-2", "MQTT-4.7.3-2"})
  void nullCharacterInATopicOrFilterCloses(String text) throws IOException {
    byte[] nul = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    closes(publish(nul));
    closes(subscribe(nul));
    closes(unsubscribe(nul));
    closesAtOnce(connectWithWillTopic(nul));
  }

  @ParameterizedTest
  @MethodSource("withNull")
  @Normative(v311 = {"MQTT-1.5.3-2"})
  void nullCharacterInAnIdentifierOrUserNameCloses(String text) throws IOException {
    byte[] nul = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    closesAtOnce(connectWithClientId(nul));
    closesAtOnce(connectWithUserName(nul));
  }

  @Test
  @Normative(v311 = {"MQTT-1.5.3-3", "MQTT-4.7.3-4"})
  void byteOrderMarkIsPartOfATopic() throws IOException {
    Peer without = clean("without");
    without.subscribe(topic, 0);
    without.subscribe(topic + "/end", 0);
    Peer with = clean("with");
    with.subscribe(BYTE_ORDER_MARK + topic, 0);
    with.subscribe(topic + BYTE_ORDER_MARK + "/" + BYTE_ORDER_MARK, 0);
    Peer publisher = clean("publisher");

    publisher.publish(0, BYTE_ORDER_MARK + topic, "marked");
    publisher.publish(0, topic + BYTE_ORDER_MARK + "/" + BYTE_ORDER_MARK, "twice");
    publisher.publish(2, topic + "/end", "end");

    RawPacket marked = with.see("marked");
    assertArrayEquals(
        join(utf8(BYTE_ORDER_MARK + topic), "marked".getBytes()),
        marked.body(),
        "sent on byte for byte");
    assertEquals(topic + BYTE_ORDER_MARK + "/" + BYTE_ORDER_MARK, with.see("twice").topic());
    without.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-1.5.3-3", "MQTT-3.1.3-2"})
  void byteOrderMarkMakesAnotherClientIdentifier() throws IOException {
    Peer plain = open().accepted(Peer.connect(CLEAN, 0, utf8(id("c"))));
    Peer marked = open().accepted(Peer.connect(CLEAN, 0, utf8(BYTE_ORDER_MARK + id("c"))));
    marked.ping();
    plain.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-4.7.3-4"})
  void charactersOfOneToFourBytesPassUnchanged() throws IOException {
    String name = topic + "/a é 中 😀 \uFFFD \uE000 \uD7FF";
    Peer peer = clean("peer");
    peer.subscribe(name, 0);
    peer.send(Wire.publish311(0, name, 0, "x"));
    assertArrayEquals(join(utf8(name), bytes('x')), peer.see("x").body());
  }
}
