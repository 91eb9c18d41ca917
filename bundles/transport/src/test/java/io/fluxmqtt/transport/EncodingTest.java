package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import io.netty.handler.codec.mqtt.MqttProperties.StringPair;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.AttributeKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every packet that a server sends, as bytes and as netty's decoder in a client reads them. */
class EncodingTest {
  private static final long UNLIMITED = 0xFFFF_FFFFL;
  private static final AttributeKey<MqttVersion> VERSION =
      AttributeKey.valueOf("NETTY_CODEC_MQTT_VERSION");
  private static final MessageProperties ALL_PROPERTIES =
      new MessageProperties(
          true,
          4_000_000_000L,
          "re/ply",
          Payload.copyOf(new byte[] {0, -1}),
          "text/plain",
          List.of(new UserProperty("k", "2"), new UserProperty("k", "1")));

  @Test
  void publishOf5CarriesAllProperties() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    MqttPublishMessage read =
        (MqttPublishMessage)
            decoded(
                MqttVersion.MQTT_5,
                sent(client, publish("tö", "payload", QoS.EXACTLY_ONCE, ALL_PROPERTIES)));
    assertEquals("tö", read.variableHeader().topicName());
    assertEquals(7, read.variableHeader().packetId());
    assertEquals(2, read.fixedHeader().qosLevel().value());
    assertTrue(read.fixedHeader().isDup());
    assertTrue(read.fixedHeader().isRetain());
    assertEquals("payload", read.payload().toString(StandardCharsets.UTF_8));
    MqttProperties properties = read.variableHeader().properties();
    assertEquals(ALL_PROPERTIES, Properties.ofMessage(properties, user(properties)));
    assertEquals(9, Properties.integer(properties, MqttProperties.TOPIC_ALIAS, 0));
    assertEquals(
        List.of(1, 268_435_455),
        all(properties, MqttProperties.SUBSCRIPTION_IDENTIFIER).stream()
            .map(property -> property.value())
            .toList());
    read.release();
  }

  @Test
  void publishOf3LeavesPropertiesOut() {
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    byte[] bytes = sent(client, publish("t", "p", QoS.AT_LEAST_ONCE, ALL_PROPERTIES));
    assertHex("3B 06 0001 74 0007 70", bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 127, 128, 16_383, 16_384, 100_000, 3_000_000})
  void payloadsOfAnySizeKeepTheirOrder(int size) {
    byte[] large = new byte[size];
    Arrays.fill(large, (byte) 'x');
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    client.connection.send(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
    client.connection.send(
        new Packet.Publish(
            "t",
            Payload.copyOf(large),
            QoS.AT_MOST_ONCE,
            false,
            false,
            0,
            0,
            MessageProperties.NONE,
            List.of()));
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.flush();

    byte[] expected =
        Bytes.of()
            .raw(Bytes.hex("40020001"))
            .raw(Bytes.packet(0x30, Bytes.of().text("t").raw(large)))
            .raw(Bytes.hex("D000"))
            .toArray();
    assertTrue(Arrays.equals(expected, client.written()));
  }

  @Test
  void smallPacketsLeaveInOneWrite() {
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    for (int id = 1; id <= 100; id++) {
      client.connection.send(new Packet.PubAck(id, ReasonCode.SUCCESS, null));
    }
    assertTrue(client.channel.outboundMessages().isEmpty(), "nothing leaves before flush");
    client.connection.flush();
    assertEquals(1, client.channel.outboundMessages().size());
    assertEquals(400, client.written().length);
  }

  @Test
  void bufferHasTheRoomThatTheLastBatchTook() {
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    int[] batches = {1_000, 1, 1};
    int[] capacities = new int[batches.length];
    for (int i = 0; i < batches.length; i++) {
      for (int n = 0; n < batches[i]; n++) {
        client.connection.send(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
      }
      client.connection.flush();
      capacities[i] = ((ByteBuf) client.channel.outboundMessages().peek()).capacity();
      assertEquals(4 * batches[i], client.written().length);
    }
    assertTrue(capacities[0] >= 4_000);
    assertEquals(4_000, capacities[1]);
    assertEquals(256, capacities[2]);
  }

  @Test
  void roomForTheNextBatchIsBounded() {
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    MessageProperties none = MessageProperties.NONE;
    String topic = "t".repeat(60_000); // more than is gathered otherwise
    client.connection.send(
        new Packet.Publish(
            topic, Payload.EMPTY, QoS.AT_MOST_ONCE, false, false, 0, 0, none, List.of()));
    client.connection.flush();
    assertTrue(client.written().length > 60_000);
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.flush();
    assertEquals(32 * 1024, ((ByteBuf) client.channel.outboundMessages().peek()).capacity());
    client.channel.releaseOutbound();
  }

  @Test
  void payloadThatIsPassedOnTakesNoRoomInTheNextBatch() {
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    Payload large = Payload.copyOf(new byte[100_000]);
    MessageProperties none = MessageProperties.NONE;
    client.connection.send(
        new Packet.Publish("t", large, QoS.AT_MOST_ONCE, false, false, 0, 0, none, List.of()));
    client.connection.flush();
    assertTrue(client.written().length > 100_000);
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.flush();
    assertEquals(256, ((ByteBuf) client.channel.outboundMessages().peek()).capacity());
    client.channel.releaseOutbound();
  }

  @Test
  void acknowledgementsAreAsShortAsTheyCanBe() {
    EmbeddedClient v5 = client(ProtocolVersion.V5_0, UNLIMITED);
    assertHex("40 02 0001", sent(v5, new Packet.PubAck(1, ReasonCode.SUCCESS, null)));
    assertHex("50 03 0001 87", sent(v5, new Packet.PubRec(1, ReasonCode.NOT_AUTHORIZED, null)));
    assertHex("62 02 FFFF", sent(v5, new Packet.PubRel(0xFFFF, ReasonCode.SUCCESS)));
    assertHex(
        "70 03 0001 92", sent(v5, new Packet.PubComp(1, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND)));
    assertHex("D0 00", sent(v5, Packet.PingResp.INSTANCE));

    EmbeddedClient v3 = client(ProtocolVersion.V3_1_1, UNLIMITED);
    assertHex("40 02 0001", sent(v3, new Packet.PubAck(1, ReasonCode.NOT_AUTHORIZED, "no")));
  }

  @Test
  void reasonStringsAreSent() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    MqttMessage ack =
        decoded(MqttVersion.MQTT_5, sent(client, new Packet.PubAck(3, ReasonCode.SUCCESS, "fine")));
    var header = assertInstanceOf(MqttPubReplyMessageVariableHeader.class, ack.variableHeader());
    assertEquals("fine", Properties.text(header.properties(), MqttProperties.REASON_STRING));
    assertHex(
        "E0 06 8B 04 1F 0001 78",
        sent(client, new Packet.Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, null, "x")));
    assertHex(
        "E0 01 8E", sent(client, new Packet.Disconnect(ReasonCode.SESSION_TAKEN_OVER, null, null)));
  }

  @Test
  void serverReferenceGoesBeforeTheTextAndGivesWayToo() {
    Packet.Disconnect moved =
        new Packet.Disconnect(ReasonCode.SERVER_MOVED, null, "x", "other:1883");
    byte[] full = Bytes.hex("E0 0F 9D 0D 1C 000A 6F746865723A31383833");
    assertArrayEquals(full, sent(client(ProtocolVersion.V5_0, UNLIMITED), moved));
    assertArrayEquals(full, sent(client(ProtocolVersion.V5_0, full.length), moved));
    assertHex("E0 06 9D 04 1F 0001 78", sent(client(ProtocolVersion.V5_0, full.length - 1), moved));
    assertHex("E0 01 9D", sent(client(ProtocolVersion.V5_0, 7), moved));
    String unsayable = "x".repeat(65_536);
    assertHex(
        "E0 01 9D",
        sent(
            client(ProtocolVersion.V5_0, UNLIMITED),
            new Packet.Disconnect(ReasonCode.SERVER_MOVED, null, null, unsayable)));
  }

  @Test
  void version311HasNoDisconnectAndNoAuthFromTheServer() {
    EmbeddedClient client = client(ProtocolVersion.V3_1_1, UNLIMITED);
    assertHex("", sent(client, new Packet.Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, null, "x")));
    assertFalse(client.recorder.events.contains("closed"));
    assertHex(
        "",
        sent(
            client,
            new Packet.Auth(ReasonCode.CONTINUE_AUTHENTICATION, "M", null, null, List.of())));
  }

  @Test
  void whatIsSentClosesNothing() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    List<ReasonCode> one = List.of(ReasonCode.SUCCESS);
    for (Packet packet :
        List.of(
            new Packet.PubAck(1, ReasonCode.SUCCESS, null),
            new Packet.PubRec(1, ReasonCode.SUCCESS, null),
            new Packet.PubRel(1, ReasonCode.SUCCESS),
            new Packet.PubComp(1, ReasonCode.SUCCESS),
            new Packet.SubAck(1, one, null),
            new Packet.UnsubAck(1, one, null),
            Packet.PingResp.INSTANCE,
            publish("t", "p", QoS.AT_LEAST_ONCE, ALL_PROPERTIES),
            new Packet.Auth(ReasonCode.CONTINUE_AUTHENTICATION, "M", null, null, List.of()),
            new Packet.Disconnect(ReasonCode.SERVER_SHUTTING_DOWN, null, null))) {
      assertTrue(sent(client, packet).length > 0);
      assertFalse(client.recorder.events.contains("closed"), () -> "after " + packet);
    }
  }

  @Test
  void subAckAndUnsubAck() {
    List<ReasonCode> reasons = List.of(ReasonCode.GRANTED_QOS_2, ReasonCode.NOT_AUTHORIZED);
    EmbeddedClient v5 = client(ProtocolVersion.V5_0, UNLIMITED);
    MqttSubAckMessage read =
        (MqttSubAckMessage)
            decoded(MqttVersion.MQTT_5, sent(v5, new Packet.SubAck(5, reasons, "why")));
    assertEquals(List.of(2, 0x87), read.payload().reasonCodes());
    assertHex("B0 05 0005 00 02 87", sent(v5, new Packet.UnsubAck(5, reasons, null)));

    EmbeddedClient v3 = client(ProtocolVersion.V3_1_1, UNLIMITED);
    assertHex(
        "90 03 0005 01", sent(v3, new Packet.SubAck(5, List.of(ReasonCode.GRANTED_QOS_1), "why")));
    assertHex("B0 02 0005", sent(v3, new Packet.UnsubAck(5, reasons, null)));
  }

  @Test
  void connAckOf5CarriesItsProperties() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    Packet.ConnAckProperties properties =
        new Packet.ConnAckProperties(
            UNLIMITED,
            10,
            3_000_000_000L,
            "id",
            4,
            "hello",
            60,
            "M",
            Payload.ofUtf8("d"),
            new Capabilities(false, false, false, false, QoS.AT_LEAST_ONCE),
            "response/id",
            "other:1883");
    MqttConnAckMessage read =
        (MqttConnAckMessage)
            decoded(MqttVersion.MQTT_5, sent(client, new Packet.ConnAck(true, 0, properties)));
    assertTrue(read.variableHeader().isSessionPresent());
    MqttProperties p = read.variableHeader().properties();
    assertEquals(UNLIMITED, Properties.unsigned(p, MqttProperties.SESSION_EXPIRY_INTERVAL, 0));
    assertEquals(10, Properties.integer(p, MqttProperties.RECEIVE_MAXIMUM, 0));
    assertEquals(3_000_000_000L, Properties.unsigned(p, MqttProperties.MAXIMUM_PACKET_SIZE, 0));
    assertEquals("id", Properties.text(p, MqttProperties.ASSIGNED_CLIENT_IDENTIFIER));
    assertEquals(4, Properties.integer(p, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0));
    assertEquals("hello", Properties.text(p, MqttProperties.REASON_STRING));
    assertEquals(60, Properties.integer(p, MqttProperties.SERVER_KEEP_ALIVE, 0));
    assertEquals("M", Properties.text(p, MqttProperties.AUTHENTICATION_METHOD));
    assertEquals(1, Properties.integer(p, MqttProperties.MAXIMUM_QOS, 2));
    assertEquals(0, Properties.integer(p, MqttProperties.RETAIN_AVAILABLE, 1));
    assertEquals(0, Properties.integer(p, MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE, 1));
    assertEquals(0, Properties.integer(p, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE, 1));
    assertEquals(0, Properties.integer(p, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE, 1));
    assertEquals("response/id", Properties.text(p, MqttProperties.RESPONSE_INFORMATION));
    assertEquals("other:1883", Properties.text(p, MqttProperties.SERVER_REFERENCE));
    assertEquals(Payload.ofUtf8("d"), Properties.binary(p, MqttProperties.AUTHENTICATION_DATA));
  }

  @Test
  void connAckFollowsItsOwnForm() {
    Packet.ConnAckProperties none = Packet.ConnAckProperties.refusal(null, null);
    EmbeddedClient unknown = new EmbeddedClient();
    assertHex("20 02 00 01", sent(unknown, new Packet.ConnAck(false, 1, null)));
    assertHex("20 03 00 84 00", sent(unknown, new Packet.ConnAck(false, 0x84, none)));
  }

  @Test
  void authKeepsUserPropertiesInOrder() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    List<UserProperty> user = List.of(new UserProperty("b", "1"), new UserProperty("a", "2"));
    MqttMessage read =
        decoded(
            MqttVersion.MQTT_5,
            sent(
                client,
                new Packet.Auth(
                    ReasonCode.CONTINUE_AUTHENTICATION, "M", Payload.ofUtf8("d"), "r", user)));
    var header = (MqttReasonCodeAndPropertiesVariableHeader) read.variableHeader();
    assertEquals(user, user(header.properties()));
    assertEquals("r", Properties.text(header.properties(), MqttProperties.REASON_STRING));
  }

  @Test
  void reasonStringGivesWayToTheMaximumPacketSize() {
    String longText = "x".repeat(30);
    EmbeddedClient client = client(ProtocolVersion.V5_0, 20);
    assertHex(
        "40 03 0001 87", sent(client, new Packet.PubAck(1, ReasonCode.NOT_AUTHORIZED, longText)));
    assertHex(
        "90 04 0001 00 00",
        sent(client, new Packet.SubAck(1, List.of(ReasonCode.SUCCESS), longText)));
    assertHex(
        "E0 01 82", sent(client, new Packet.Disconnect(ReasonCode.PROTOCOL_ERROR, null, longText)));
    Packet.ConnAckProperties properties =
        new Packet.ConnAckProperties(
            null,
            10,
            null,
            null,
            0,
            longText,
            null,
            null,
            null,
            Capabilities.ALL,
            longText,
            longText);
    assertHex("20 06 00 87 03 21 000A", sent(client, new Packet.ConnAck(false, 0x87, properties)));
    assertHex(
        "F0 06 18 04 15 0001 4D",
        sent(
            client,
            new Packet.Auth(
                ReasonCode.CONTINUE_AUTHENTICATION,
                "M",
                null,
                longText,
                List.of(new UserProperty(longText, "v")))));
  }

  @Test
  void publishKeepsToTheClientsMaximumPacketSize() {
    Packet.Publish publish = publish("t", "p", QoS.AT_LEAST_ONCE, ALL_PROPERTIES);
    int size = sent(client(ProtocolVersion.V5_0, UNLIMITED), publish).length;
    assertTrue(client(ProtocolVersion.V5_0, size).connection.publish(publish));
    assertFalse(client(ProtocolVersion.V5_0, size - 1).connection.publish(publish));
    assertEquals(0, sent(client(ProtocolVersion.V5_0, size - 1), publish).length);
  }

  @Test
  void publishRefusesWhatMqttCannotSay() {
    MessageProperties tooLongText =
        new MessageProperties(null, null, null, null, "x".repeat(65_536), List.of());
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    assertFalse(client.connection.publish(publish("t", "", QoS.AT_MOST_ONCE, tooLongText)));

    UserProperty large = new UserProperty("x".repeat(65_535), "y".repeat(65_535));
    MessageProperties tooMany =
        new MessageProperties(null, null, null, null, null, Collections.nCopies(2100, large));
    assertFalse(client.connection.publish(publish("t", "", QoS.AT_MOST_ONCE, tooMany)));
  }

  @Test
  void clientPacketsCannotBeSent() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    assertThrows(
        IllegalArgumentException.class, () -> client.connection.send(new Packet.PingReq()));
  }

  @Test
  void nothingIsSentAfterClose() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.close();
    client.connection.send(Packet.PingResp.INSTANCE);
    client.connection.flush();
    assertHex("D0 00", client.written());
    assertEquals(List.of("closed"), client.recorder.events);
  }

  @Test
  void whatIsPendingCountsForWritability() {
    EmbeddedClient client = client(ProtocolVersion.V5_0, UNLIMITED);
    client.channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(500, 1000));
    assertTrue(client.connection.isWritable());
    while (client.connection.isWritable()) {
      client.connection.send(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
    }
    assertEquals(List.of(), client.recorder.events);
    client.connection.flush();
    assertEquals(List.of("writable"), client.recorder.events);
    assertTrue(client.connection.isWritable());
  }

  private static EmbeddedClient client(ProtocolVersion version, long maximumPacketSize) {
    EmbeddedClient client = new EmbeddedClient();
    client.connection.established(version, maximumPacketSize);
    return client;
  }

  private static byte[] sent(EmbeddedClient client, Packet packet) {
    client.connection.send(packet);
    client.connection.flush();
    return client.written();
  }

  private static Packet.Publish publish(
      String topic, String payload, QoS qos, MessageProperties properties) {
    return new Packet.Publish(
        topic, Payload.ofUtf8(payload), qos, true, true, 7, 9, properties, List.of(1, 268_435_455));
  }

  private static MqttMessage decoded(MqttVersion version, byte[] bytes) {
    EmbeddedChannel client = new EmbeddedChannel(new MqttDecoder(1_000_000));
    client.attr(VERSION).set(version);
    client.writeInbound(Unpooled.wrappedBuffer(bytes));
    MqttMessage message = client.readInbound();
    assertTrue(message.decoderResult().isSuccess(), () -> "" + message.decoderResult());
    return message;
  }

  private static void assertHex(String expected, byte[] actual) {
    assertEquals(
        expected.replace(" ", "").toLowerCase(Locale.ROOT), HexFormat.of().formatHex(actual));
  }

  private static List<UserProperty> user(MqttProperties properties) {
    List<? extends MqttProperty<?>> raw = all(properties, MqttProperties.USER_PROPERTY);
    if (raw.isEmpty()) {
      return List.of();
    }
    List<UserProperty> user = new ArrayList<>(raw.size());
    for (MqttProperty<?> property : raw) {
      StringPair pair = (StringPair) property.value();
      user.add(new UserProperty(pair.key, pair.value));
    }
    return user;
  }

  /** All of one kind, in order. */
  @SuppressWarnings("unchecked") // netty's list is raw
  private static List<? extends MqttProperty<?>> all(MqttProperties properties, int id) {
    return (List<? extends MqttProperty<?>>) (List<?>) properties.getProperties(id);
  }
}
