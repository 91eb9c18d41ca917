package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read in place, and that all else is left as it stands. */
class InPlaceReaderTest {
  private static final int MAX_BYTES = 1000;

  private final RecentTopics topics = new RecentTopics();
  private final InPlaceReader reader = new InPlaceReader(MAX_BYTES, topics);

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsPublishWithAllThatItsFirstByteSays(boolean isVersion5) {
    for (int flags : new int[] {0, 1, 2, 3, 4, 5, 10, 11, 12, 13}) {
      QoS qos = QoS.of(flags >> 1 & 3);
      Packet.Publish expected =
          publish("a/b", "payload", qos, (flags & 8) != 0, (flags & 1) != 0, 0);
      assertEquals(expected, read(isVersion5, bytes(expected, isVersion5)));
    }
  }

  @Test
  void readsPublishWithoutTopicOrPayload() {
    Packet.Publish empty = publish("", "", QoS.AT_MOST_ONCE, false, false, 0);
    assertEquals(empty, read(false, Bytes.hex("30 02 0000")));
    assertEquals(empty, read(true, Bytes.hex("30 03 0000 00")));
  }

  @Test
  void readsTopicAliasIfItIsTheOnlyProperty() {
    assertEquals(
        publish("a", "x", QoS.AT_MOST_ONCE, false, false, 0x1234),
        read(true, Bytes.hex("30 08 0001 61 03 23 1234 78")));
    assertEquals(
        publish("a", "", QoS.AT_MOST_ONCE, false, false, 0x00FF),
        read(true, Bytes.hex("30 07 0001 61 03 23 00ff")));
    requireLeft(true, "30 08 0001 61 03 23 0000 78"); // alias 0
    requireLeft(true, "30 08 0001 61 03 22 0001 78"); // another property
    requireLeft(true, "30 07 0001 61 02 01 01 78");
    requireLeft(true, "30 0a 0001 61 06 23 0001 23 0001");
    requireLeft(true, "30 06 0001 61 03 23 00"); // ends within it
    requireLeft(true, "30 05 0001 61 80 00"); // padded length
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 900})
  void readsRemainingLengthOfAnyBytes(int length) {
    Packet.Publish expected = publish("t", "p".repeat(length), QoS.AT_MOST_ONCE, false, false, 0);
    byte[] packet = bytes(expected, false);
    assertEquals(expected, read(false, packet));
    requireLeft(false, Arrays.copyOf(packet, packet.length - 1));
  }

  @Test
  void readsRemainingLengthOfThreeAndFourBytes() {
    InPlaceReader large = new InPlaceReader(10_000_000, topics);
    for (int length : new int[] {16_384, 2_097_152}) {
      byte[] packet =
          bytes(publish("t", "p".repeat(length), QoS.AT_MOST_ONCE, false, false, 0), false);
      ByteBuf in = Unpooled.wrappedBuffer(packet);
      Packet.Publish read = (Packet.Publish) large.read(in, false);
      assertEquals(length, read.payload().length());
      assertEquals(0, in.readableBytes());
    }
  }

  @Test
  void readsUpToTheLongestPacketAllowed() {
    byte[] longest = bytes(publish("t", "p".repeat(994), QoS.AT_MOST_ONCE, false, false, 0), false);
    assertEquals(MAX_BYTES, longest.length);
    assertTrue(read(false, longest) instanceof Packet.Publish);
    requireLeft(
        false, bytes(publish("t", "p".repeat(995), QoS.AT_MOST_ONCE, false, false, 0), false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "36 07 0003 612f62 0001", // QoS 3
        "38 05 0003 612f62", // DUP with QoS 0
        "32 07 0003 612f62 0000", // Packet Identifier 0
        "32 06 0003 612f62 01", // ends within the Packet Identifier
        "30 05 0004 612f62", // ends within the topic
        "30 01 0000", // ends within the length of the topic
        "30 00 0000",
        "30 82 00 0000", // padded Remaining Length
        "30 80 80 80 80 01", // a Remaining Length of more than 4 bytes
        "30 ff ff ff", // not all of it is there
        "30 05 0003 612b62", // a wildcard
        "30 05 0003 612f23",
        "30 05 0003 610062", // U+0000
        "30 05 0003 611f62", // a control character
        "30 04 0002 c285",
        "30 05 0003 617f62",
        "30 04 0002 c080", // overlong
        "30 05 0003 eda080", // a surrogate
        "30 03 0001 c3", // ends within a character
      })
  void leavesFaultyPublish(String hex) {
    requireLeft(false, hex);
  }

  @Test
  void leavesPublishThatHasNoRoomForProperties() {
    requireLeft(true, "30 05 0003 612f62");
    requireLeft(true, "32 07 0003 612f62 0001");
    assertTrue(read(false, Bytes.hex("30 05 0003 612f62")) instanceof Packet.Publish);
    assertTrue(read(false, Bytes.hex("32 07 0003 612f62 0001")) instanceof Packet.Publish);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsAcknowledgements(boolean isVersion5) {
    assertEquals(
        new Packet.PubAck(0x1234, ReasonCode.SUCCESS, null),
        read(isVersion5, Bytes.hex("40 02 1234")));
    assertEquals(
        new Packet.PubRec(1, ReasonCode.SUCCESS, null), read(isVersion5, Bytes.hex("50 02 0001")));
    assertEquals(
        new Packet.PubRel(0xFFFF, ReasonCode.SUCCESS), read(isVersion5, Bytes.hex("62 02 ffff")));
    assertEquals(
        new Packet.PubComp(0x0100, ReasonCode.SUCCESS), read(isVersion5, Bytes.hex("70 02 0100")));
  }

  @ParameterizedTest
  @CsvSource({"40 03 0007 00", "40 04 0007 00 00"})
  void readsSuccessInItsLongForms(String hex) {
    assertEquals(new Packet.PubAck(7, ReasonCode.SUCCESS, null), read(true, Bytes.hex(hex)));
    requireLeft(false, hex);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "40 02 0000", // Packet Identifier 0
        "40 01 0001",
        "40 00 0001",
        "40 03 0001", // not all of it is there
        "40 04 0001 00",
        "40 03 0001 10", // a Reason Code that is not success
        "40 04 0001 10 00",
        "40 04 0001 00 01", // properties
        "40 05 0001 00 00 00",
        "40 82 00 0001", // padded Remaining Length
        "41 02 0001", // flags
        "60 02 0001",
        "72 02 0001",
        "c0 00 c000",
        "00 02 0001",
        "f0 02 0001",
      })
  void leavesOtherAcknowledgementsAndOtherPackets(String hex) {
    requireLeft(true, hex);
  }

  @Test
  void leavesLessThanTheShortestPacket() {
    requireLeft(false, "40 02 00");
    requireLeft(false, "30 00");
    requireLeft(false, "");
  }

  @Test
  void readsOnePacketAtATime() {
    ByteBuf in = Unpooled.wrappedBuffer(Bytes.hex("ff 40020001 3003000161 62020002 c000"));
    in.skipBytes(1);
    List<Object> read = new ArrayList<>();
    for (Packet next = reader.read(in, false); next != null; next = reader.read(in, false)) {
      read.add(next);
    }
    assertEquals(
        List.of(
            new Packet.PubAck(1, ReasonCode.SUCCESS, null),
            publish("a", "", QoS.AT_MOST_ONCE, false, false, 0),
            new Packet.PubRel(2, ReasonCode.SUCCESS)),
        read);
    assertEquals(2, in.readableBytes());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "12345678", "123456789", "sensors/42/temperature"})
  void sameTopicIsTheSameString(String topic) {
    String first = topicOf(reader, topic);
    assertEquals(topic, first);
    assertSame(first, topicOf(reader, topic));
    assertEquals("other", topicOf(reader, "other"));
    assertSame(first, topicOf(reader, topic));
    InPlaceReader another = new InPlaceReader(MAX_BYTES, topics); // of the same loop
    assertSame(first, topicOf(another, topic));
    assertSame(first, topicOf(another, topic));
  }

  @Test
  void topicThatDiffersInAnyByteIsAnother() {
    String topic = "sensors/42/temperature/x";
    topicOf(reader, topic);
    for (int i = 0; i < topic.length(); i++) {
      String other = topic.substring(0, i) + '~' + topic.substring(i + 1);
      assertEquals(other, topicOf(reader, other));
      assertEquals(topic, topicOf(reader, topic));
    }
    assertEquals("sensors/42/temperature/", topicOf(reader, "sensors/42/temperature/"));
    assertEquals("sensors/42/temperature/xx", topicOf(reader, "sensors/42/temperature/xx"));
  }

  @Test
  void manyTopicsAreToldApart() {
    for (int i = 0; i < 5_000; i++) { // more than are kept
      assertEquals("t/" + i, topicOf(reader, "t/" + i));
    }
    assertEquals("t/1", topicOf(reader, "t/1"));
  }

  @Test
  void longTopicIsNotKept() {
    String longest = "x".repeat(128);
    assertSame(topicOf(reader, longest), topicOf(reader, longest));
    String longer = "x".repeat(129);
    assertEquals(longer, topicOf(reader, longer));
    assertNotSame(topicOf(reader, longer), topicOf(reader, longer));
    assertNotSame(topicOf(reader, "x".repeat(129)), topicOf(reader, longer));
  }

  @Test
  void faultyTopicIsNeverTakenForAKnownOne() {
    String known = topicOf(reader, "a/b");
    requireLeft(false, "30 05 0003 612f2b");
    requireLeft(false, "30 05 0003 612f2b");
    assertSame(known, topicOf(reader, "a/b"));
  }

  /** Netty makes a new String of every topic. */
  @Test
  void connectionReadsInPlace() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    byte[] packet = Bytes.hex("30 05 0001 61 00 78");
    client.feed(Bytes.of().raw(packet).raw(packet).toArray());
    Packet.Publish first = (Packet.Publish) client.recorder.received.get(0);
    Packet.Publish second = (Packet.Publish) client.recorder.received.get(1);
    assertEquals(first, second);
    assertSame(first.topic(), second.topic());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50, 98})
  void onlyThePacketThatIsSplitIsPutTogether(int begun) {
    UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    EmbeddedClient client = EmbeddedClient.connected(4);
    client.channel.config().setAllocator(memory);
    byte[] packet = bytes(publish("a", "p".repeat(94), QoS.AT_MOST_ONCE, false, false, 0), false);
    client.feed(Arrays.copyOf(packet, begun));
    Bytes rest = Bytes.of().raw(Arrays.copyOfRange(packet, begun, packet.length));
    for (int i = 0; i < 500; i++) {
      rest.raw(packet);
    }
    client.sessions.onPacket =
        (connection, one) -> assertTrue(memory.metric().usedHeapMemory() <= packet.length);
    client.feed(rest.toArray());
    assertEquals(501, client.recorder.received.size());
    assertTrue(client.channel.isOpen());
    assertEquals(0, memory.metric().usedHeapMemory());
  }

  private static String topicOf(InPlaceReader reader, String topic) {
    ByteBuf in =
        Unpooled.wrappedBuffer(
            bytes(publish(topic, "x", QoS.AT_MOST_ONCE, false, false, 0), false));
    return ((Packet.Publish) reader.read(in, false)).topic();
  }

  /** All of the bytes as one packet. */
  private Packet read(boolean isVersion5, byte[] bytes) {
    ByteBuf in = Unpooled.directBuffer().writeBytes(bytes);
    try {
      Packet packet = reader.read(in, isVersion5);
      assertEquals(0, in.readableBytes());
      return packet;
    } finally {
      in.release();
    }
  }

  private void requireLeft(boolean isVersion5, String hex) {
    requireLeft(isVersion5, Bytes.hex(hex));
  }

  private void requireLeft(boolean isVersion5, byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    assertNull(reader.read(in, isVersion5));
    assertEquals(0, in.readerIndex());
  }

  private static byte[] bytes(Packet.Publish publish, boolean isVersion5) {
    int flags = publish.qos().level() << 1 | (publish.dup() ? 8 : 0) | (publish.retain() ? 1 : 0);
    Bytes body = Bytes.of().text(publish.topic());
    if (publish.packetId() > 0) {
      body.two(publish.packetId());
    }
    if (isVersion5) {
      body.one(0);
    }
    return Bytes.packet(0x30 | flags, body.raw(publish.payload().toByteArray()));
  }

  private static Packet.Publish publish(
      String topic, String payload, QoS qos, boolean dup, boolean retain, int alias) {
    return new Packet.Publish(
        topic,
        Payload.ofUtf8(payload),
        qos,
        dup,
        retain,
        qos == QoS.AT_MOST_ONCE ? 0 : 0x0102,
        alias,
        MessageProperties.NONE,
        List.of());
  }
}
