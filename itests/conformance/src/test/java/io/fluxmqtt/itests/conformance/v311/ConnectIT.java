package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.CLEAN;
import static io.fluxmqtt.itests.conformance.v311.Peer.WILL;
import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, section 3.1: CONNECT, without Session, Will and credentials. */
class ConnectIT extends SharedBrokerCase {
  private static final int UNACCEPTABLE_PROTOCOL_LEVEL = 1;
  private static final int IDENTIFIER_REJECTED = 2;
  private static final String ALPHABET =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

  static Stream<byte[]> notConnect() {
    return Stream.of(
        packet(0x20, bytes(0, 0)),
        publish311(0, "t", 0, "x"),
        publish311(0x02, "t", 1, "x"),
        acknowledge(Wire.PUBACK, 1),
        acknowledge(Wire.PUBREC, 1),
        acknowledge(Wire.PUBREL, 1),
        acknowledge(Wire.PUBCOMP, 1),
        Wire.subscribe311(1, "t", 0),
        packet(0x90, u16(1), bytes(0)),
        Peer.unsubscribe(1, utf8("t")),
        packet(0xB0, u16(1)),
        Wire.pingReq(),
        bytes(0xD0, 0),
        Wire.disconnect());
  }

  @ParameterizedTest
  @MethodSource("notConnect")
  @Normative(v311 = {"MQTT-3.1.0-1", "MQTT-4.8.0-1"})
  void anythingBeforeConnectCloses(byte[] packet) throws IOException {
    Peer peer = open();
    peer.send(packet);
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.0-1"})
  void whatCameBeforeConnectIsNotDone() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    Peer hasty = open();
    hasty.send(publish311(0, topic, 0, "hasty"), Peer.connect(CLEAN, 0, utf8(id("hasty"))));
    hasty.expectClosed();
    clean("publisher").publish(2, topic, "end");
    watcher.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.0-2", "MQTT-4.8.0-1"})
  void secondConnectCloses() throws IOException {
    Peer peer = clean("peer");
    peer.send(Peer.connect(CLEAN, 0, utf8(id("peer"))));
    peer.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mqtt", "MQTt", "MQTT ", "MQT", "MQTTT", "HTTP", "MQIsdp", "\uFEFFMQTT"})
  @Normative(v311 = {"MQTT-3.1.2-1"})
  void anotherProtocolNameIsNotServedAsMqtt(String name) throws IOException {
    Peer peer = open();
    peer.send(packet(0x10, utf8(name), bytes(4, CLEAN), u16(0), utf8(id("peer"))));
    try {
      RawPacket answer = peer.receive();
      assertEquals(Wire.CONNACK, answer.type(), answer::toString);
      assertNotEquals(0, answer.reason(), answer::toString);
    } catch (EOFException | SocketException e) {
      return;
    }
    peer.expectClosed();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 6, 7, 64, 127, 255})
  @Normative(
      v311 = {"MQTT-3.1.2-2", "MQTT-3.2.0-1", "MQTT-3.2.2-4", "MQTT-3.2.2-5", "MQTT-3.1.4-5"})
  void unknownProtocolLevelIsNamed(int level) throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);

    open()
        .refused(
            UNACCEPTABLE_PROTOCOL_LEVEL,
            packet(0x10, utf8("MQTT"), bytes(level, CLEAN), u16(0), utf8(id("peer"))),
            publish311(0, topic, 0, "of a refused client"));

    clean("publisher").publish(2, topic, "end");
    watcher.see("end");
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x03, 0x07})
  @Normative(v311 = {"MQTT-3.1.2-3", "MQTT-3.1.4-1"})
  void reservedConnectFlagCloses(int flags) throws IOException {
    Peer peer = open();
    byte[] will = (flags & WILL) == 0 ? bytes() : Wire.join(utf8(topic), utf8("x"));
    peer.send(Peer.connect(flags, 0, utf8(id("peer")), will));
    peer.expectClosed();
  }

  static Stream<byte[]> malformed() {
    byte[] name = utf8("MQTT");
    byte[] id = utf8("malformed");
    return Stream.of(
        packet(0x10),
        packet(0x10, name),
        packet(0x10, name, bytes(4)),
        packet(0x10, name, bytes(4, CLEAN)),
        packet(0x10, name, bytes(4, CLEAN, 0)),
        packet(0x10, name, bytes(4, CLEAN), u16(0), u16(9), bytes('s', 'h', 'o', 'r', 't')),
        packet(0x10, name, bytes(4, CLEAN), u16(0), id, bytes(0)),
        packet(0x10, name, bytes(4, CLEAN), u16(0), id, utf8("one more")),
        packet(0x10, u16(200), bytes('M', 'Q', 'T', 'T', 4, CLEAN, 0, 0)),
        bytes(0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  @Normative(v311 = {"MQTT-3.1.4-1", "MQTT-3.2.2-6"})
  void malformedConnectClosesWithoutConnAck(byte[] connect) throws IOException {
    Peer peer = open();
    peer.send(connect);
    peer.expectClosed();
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.3-3", "MQTT-3.1.4-1"})
  void connectWithoutClientIdentifierCloses() throws IOException {
    Peer peer = open();
    peer.send(Peer.connect(CLEAN, 0));
    peer.expectClosed();
  }

  static IntStream identifierLengths() {
    return IntStream.rangeClosed(1, 23);
  }

  @ParameterizedTest
  @MethodSource("identifierLengths")
  @Normative(v311 = {"MQTT-3.1.3-5", "MQTT-3.1.4-4"})
  void identifiersOfOneTo23LettersAndDigitsAreAllowed(int length) throws IOException {
    for (int from = 0; from < ALPHABET.length(); from += length) {
      String letters = (ALPHABET + ALPHABET).substring(from, from + length);
      try (Peer peer = Peer.open(broker)) {
        peer.accepted(Peer.connect(CLEAN, 0, utf8(letters)));
        peer.leave();
      }
    }
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.3-6"})
  void clientWithoutIdentifierGetsOneOfItsOwn() throws IOException {
    Peer one = open().accepted(Peer.connect(CLEAN, 0, utf8("")));
    one.subscribe(topic, 1);
    Peer two = open().accepted(Peer.connect(CLEAN, 0, utf8("")));
    two.subscribe(topic, 1);
    two.publish(1, topic + "/elsewhere", "x");
    clean("publisher").publish(1, topic, "for both");
    one.take("for both");
    two.take("for both");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.3-6", "MQTT-3.1.2-8"})
  void clientWithoutIdentifierIsServedLikeAnyOther() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    Peer nameless =
        open().accepted(Peer.connect(CLEAN | WILL, 0, utf8(""), utf8(topic), utf8("will")));
    nameless.cut();
    watcher.see("will");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.3-7", "MQTT-3.1.3-8", "MQTT-3.1.3-9", "MQTT-3.2.2-5"})
  void emptyIdentifierWithoutCleanSessionIsRejected() throws IOException {
    open().refused(IDENTIFIER_REJECTED, Peer.connect(0, 0, utf8("")));
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.4-5", "MQTT-3.2.2-5"})
  void whatARejectedClientSendsIsNotDone() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);

    open()
        .refused(
            IDENTIFIER_REJECTED,
            Peer.connect(0, 0, utf8("")),
            publish311(0x02, topic, 1, "of a rejected client"),
            Wire.subscribe311(2, topic, 0),
            Wire.pingReq());

    clean("publisher").publish(2, topic, "end");
    watcher.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.3-2", "MQTT-3.1.4-2"})
  void secondClientWithAnIdentifierEndsTheFirst() throws IOException {
    Peer other = clean("other");
    Peer first = clean("same");
    Peer second = clean("same");
    first.expectClosed();
    second.ping();
    other.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.4-2", "MQTT-3.1.2-4", "MQTT-3.2.2-2"})
  void takenOverSessionGoesOnAtTheNewConnection() throws IOException {
    Peer first = kept("same");
    first.subscribe(topic, 1);
    Peer second = kept("same");
    assertTrue(second.sessionPresent());
    first.expectClosed();
    clean("publisher").publish(1, topic, "x");
    second.take("x");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.4-4", "MQTT-3.2.0-1", "MQTT-3.2.2-1"})
  void connAckOfFourBytesComesFirst() throws IOException {
    Peer peer = open();
    peer.send(
        Peer.connect(CLEAN, 0, utf8(id("peer"))),
        Wire.subscribe311(7, topic, 0),
        publish311(0, topic, 0, "own"));
    RawPacket connAck = peer.receive();
    assertEquals(0x20, connAck.first());
    assertArrayEquals(bytes(0, 0), connAck.body());
    assertEquals(7, peer.expect(Wire.SUBACK).packetId());
    peer.see("own");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-24"})
  void silentClientIsClosedAfterOneAndAHalfKeepAliveAndItsWillPublished() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    long begin = System.nanoTime();
    Peer silent =
        open()
            .accepted(Peer.connect(CLEAN | WILL, 2, utf8(id("silent")), utf8(topic), utf8("will")));
    silent.expectClosed();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    assertTrue(millis >= 2_000, () -> "closed after " + millis + " ms, within the keep alive");
    watcher.see("will");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-24"})
  void anyPacketKeepsAConnectionAlive() throws Exception {
    Peer peer = open().accepted(Peer.connect(CLEAN, 2, utf8(id("alive"))));
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    long[] next = {0};
    Await.until(
        "5 s of packets",
        () -> {
          if (System.nanoTime() > next[0]) {
            peer.publish(1, topic, "x");
            next[0] = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(400);
          }
          return System.nanoTime() > end;
        });
    peer.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-3.2.2-3", "MQTT-3.2.2-1"})
  void connectionWithoutAStoredSessionSaysSo() throws IOException {
    assertFalse(kept("fresh").sessionPresent());
    assertFalse(clean("fresh clean").sessionPresent());
  }
}
