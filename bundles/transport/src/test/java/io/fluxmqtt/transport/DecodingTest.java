package io.fluxmqtt.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every packet that a client may send, from its bytes. */
class DecodingTest {
  private static final long UNLIMITED = 0xFFFF_FFFFL;
  private static final byte[] FULL_CONNECT =
      Bytes.packet(
          0x10,
          Bytes.of()
              .text("MQTT")
              .one(5)
              .one(0xF6)
              .two(30)
              .properties(
                  Bytes.of()
                      .one(0x11)
                      .four(UNLIMITED)
                      .one(0x21)
                      .two(7)
                      .one(0x27)
                      .four(3_000_000_000L)
                      .one(0x22)
                      .two(9)
                      .one(0x19)
                      .one(1)
                      .one(0x17)
                      .one(0)
                      .one(0x15)
                      .text("SCRAM")
                      .one(0x16)
                      .field((byte) 1, (byte) 2))
              .text("client")
              .properties(Bytes.of().one(0x18).four(5).one(0x03).text("text/plain"))
              .text("will/t")
              .text("gone")
              .text("user")
              .text("secret"));

  @Test
  void connectOfVersion5BringsAllOfIt() {
    EmbeddedClient client = new EmbeddedClient();
    client.feed(FULL_CONNECT);

    Packet.Will will =
        new Packet.Will(
            "will/t",
            Payload.ofUtf8("gone"),
            QoS.EXACTLY_ONCE,
            true,
            new MessageProperties(null, null, null, null, "text/plain", List.of()),
            5);
    assertEquals(
        new Packet.Connect(
            ProtocolVersion.V5_0,
            "client",
            true,
            30,
            will,
            "user",
            Payload.ofUtf8("secret"),
            UNLIMITED,
            7,
            3_000_000_000L,
            9,
            true,
            false,
            "SCRAM",
            Payload.copyOf(new byte[] {1, 2})),
        client.onlyPacket());
  }

  @Test
  void absentPropertiesOfConnectHaveTheirDefaults() {
    EmbeddedClient client = new EmbeddedClient();
    client.feed(Bytes.connect(5));
    assertEquals(plainConnect(ProtocolVersion.V5_0, true, 0), client.onlyPacket());
  }

  @Test
  void sessionsOf3xLastForEverUnlessClean() {
    EmbeddedClient clean = new EmbeddedClient();
    clean.feed(Bytes.connect(4));
    assertEquals(plainConnect(ProtocolVersion.V3_1_1, true, 0), clean.onlyPacket());

    EmbeddedClient lasting = new EmbeddedClient();
    lasting.feed(Bytes.packet(0x10, Bytes.connectHead(3, 0).text("c")));
    assertEquals(plainConnect(ProtocolVersion.V3_1, false, UNLIMITED), lasting.onlyPacket());
  }

  @Test
  void clientIdsMayBeEmptyOrLong() {
    EmbeddedClient client = new EmbeddedClient();
    client.feed(Bytes.packet(0x10, Bytes.connectHead(4, 2).text("x".repeat(65_535))));
    assertEquals(65_535, ((Packet.Connect) client.onlyPacket()).clientId().length());

    EmbeddedClient empty = new EmbeddedClient();
    empty.feed(Bytes.packet(0x10, Bytes.connectHead(4, 2).text("")));
    assertEquals("", ((Packet.Connect) empty.onlyPacket()).clientId());

    EmbeddedClient old = new EmbeddedClient();
    old.feed(Bytes.packet(0x10, Bytes.connectHead(3, 2).text("x".repeat(60))));
    assertEquals(60, ((Packet.Connect) old.onlyPacket()).clientId().length());
  }

  @Test
  void passwordWithoutUserNameIsFineIn5() {
    EmbeddedClient client = new EmbeddedClient();
    client.feed(Bytes.packet(0x10, Bytes.connectHead(5, 0x42).text("c").text("token")));
    Packet.Connect connect = (Packet.Connect) client.onlyPacket();
    assertNull(connect.userName());
    assertEquals(Payload.ofUtf8("token"), connect.password());
  }

  @Test
  void publishBringsItsProperties() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(
        Bytes.packet(
            0x3D,
            Bytes.of()
                .text("a/ü")
                .two(0xFFFF)
                .properties(
                    Bytes.of()
                        .one(0x01)
                        .one(1)
                        .one(0x02)
                        .four(4_000_000_000L)
                        .one(0x23)
                        .two(3)
                        .one(0x08)
                        .text("re/ply")
                        .one(0x09)
                        .field((byte) 0, (byte) -1)
                        .one(0x26)
                        .text("k")
                        .text("2")
                        .one(0x26)
                        .text("k")
                        .text("1")
                        .one(0x03)
                        .text("t"))
                .raw((byte) 9, (byte) 8)));

    MessageProperties properties =
        new MessageProperties(
            true,
            4_000_000_000L,
            "re/ply",
            Payload.copyOf(new byte[] {0, -1}),
            "t",
            List.of(new UserProperty("k", "2"), new UserProperty("k", "1")));
    assertEquals(
        new Packet.Publish(
            "a/ü",
            Payload.copyOf(new byte[] {9, 8}),
            QoS.EXACTLY_ONCE,
            true,
            true,
            0xFFFF,
            3,
            properties,
            List.of()),
        client.onlyPacket());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5})
  void publishWithoutAnythingElse(int level) {
    EmbeddedClient client = EmbeddedClient.connected(level);
    Bytes body = Bytes.of().text("t");
    client.feed(Bytes.packet(0x30, level == 5 ? body.one(0) : body));
    assertEquals(
        new Packet.Publish(
            "t",
            Payload.EMPTY,
            QoS.AT_MOST_ONCE,
            false,
            false,
            0,
            0,
            MessageProperties.NONE,
            List.of()),
        client.onlyPacket());
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5})
  void acknowledgementsOfEveryVersion(int level) {
    EmbeddedClient client = EmbeddedClient.connected(level);
    client.feed(Bytes.hex("40 02 0001  50 02 0002  62 02 0003  70 02 0004  C0 00"));
    assertEquals(
        List.of(
            new Packet.PubAck(1, ReasonCode.SUCCESS, null),
            new Packet.PubRec(2, ReasonCode.SUCCESS, null),
            new Packet.PubRel(3, ReasonCode.SUCCESS),
            new Packet.PubComp(4, ReasonCode.SUCCESS),
            new Packet.PingReq()),
        client.recorder.received);
  }

  @Test
  void acknowledgementsOf5MayCarryReasons() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.hex("40 03 0001 87   50 04 0002 97 00   62 03 0003 92   70 03 0004 92"));
    client.feed(
        Bytes.packet(
            0x40, Bytes.of().two(5).one(0x10).properties(Bytes.of().one(0x1F).text("nobody"))));
    assertEquals(
        List.of(
            new Packet.PubAck(1, ReasonCode.NOT_AUTHORIZED, null),
            new Packet.PubRec(2, ReasonCode.QUOTA_EXCEEDED, null),
            new Packet.PubRel(3, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
            new Packet.PubComp(4, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
            new Packet.PubAck(5, ReasonCode.NO_MATCHING_SUBSCRIBERS, "nobody")),
        client.recorder.received);
  }

  @Test
  void subscribeBringsOptionsAndIdentifier() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(
        Bytes.packet(
            0x82,
            Bytes.of()
                .two(10)
                .properties(Bytes.of().one(0x0B).variable(268_435_455))
                .text("a/#")
                .one(0x2E)
                .text("$share/g/+")
                .one(0x11)));
    assertEquals(
        new Packet.Subscribe(
            10,
            268_435_455,
            List.of(
                new Packet.SubscribeRequest("a/#", QoS.EXACTLY_ONCE, true, true, 2),
                new Packet.SubscribeRequest("$share/g/+", QoS.AT_LEAST_ONCE, false, false, 1))),
        client.onlyPacket());
  }

  @Test
  void subscribeAndUnsubscribeOf3() {
    EmbeddedClient client = EmbeddedClient.connected(4);
    client.feed(Bytes.packet(0x82, Bytes.of().two(1).text("a").one(1)));
    client.feed(Bytes.packet(0xA2, Bytes.of().two(2).text("a").text("b")));
    assertEquals(
        List.of(
            new Packet.Subscribe(
                1,
                0,
                List.of(new Packet.SubscribeRequest("a", QoS.AT_LEAST_ONCE, false, false, 0))),
            new Packet.Unsubscribe(2, List.of("a", "b"))),
        client.recorder.received);
  }

  @Test
  void unsubscribeOf5() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.packet(0xA2, Bytes.of().two(2).one(0).text("a")));
    assertEquals(new Packet.Unsubscribe(2, List.of("a")), client.onlyPacket());
  }

  @Test
  void disconnectInItsForms() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.hex("E0 00   E0 01 04   E0 02 00 00"));
    client.feed(
        Bytes.packet(
            0xE0,
            Bytes.of().one(0x80).properties(Bytes.of().one(0x11).four(77).one(0x1F).text("why"))));
    assertEquals(
        List.of(
            new Packet.Disconnect(ReasonCode.SUCCESS, null, null),
            new Packet.Disconnect(ReasonCode.DISCONNECT_WITH_WILL, null, null),
            new Packet.Disconnect(ReasonCode.SUCCESS, null, null),
            new Packet.Disconnect(ReasonCode.UNSPECIFIED_ERROR, 77L, "why")),
        client.recorder.received);
  }

  @Test
  void authBringsMethodAndData() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(
        Bytes.packet(
            0xF0,
            Bytes.of()
                .one(0x18)
                .properties(
                    Bytes.of()
                        .one(0x15)
                        .text("M")
                        .one(0x16)
                        .field((byte) 1)
                        .one(0x26)
                        .text("k")
                        .text("v"))));
    assertEquals(
        new Packet.Auth(
            ReasonCode.CONTINUE_AUTHENTICATION,
            "M",
            Payload.copyOf(new byte[] {1}),
            null,
            List.of(new UserProperty("k", "v"))),
        client.onlyPacket());
  }

  @Test
  void packetsMayBeCutAnywhere() {
    byte[] publish =
        Bytes.packet(0x32, Bytes.of().text("topic").two(5).one(0).raw("payload".getBytes(UTF_8)));
    byte[] all = Bytes.of().raw(FULL_CONNECT).raw(publish).raw(Bytes.hex("C000")).toArray();
    EmbeddedClient whole = new EmbeddedClient();
    whole.feed(all);
    assertEquals(3, whole.recorder.received.size());

    for (int cut = 1; cut < all.length; cut++) {
      EmbeddedClient client = new EmbeddedClient();
      client.feed(Arrays.copyOfRange(all, 0, cut));
      client.feed(Arrays.copyOfRange(all, cut, all.length));
      assertEquals(whole.recorder.received, client.recorder.received, "cut at " + cut);
      client.channel.finishAndReleaseAll();
    }

    EmbeddedClient dribbled = new EmbeddedClient();
    for (byte one : all) {
      dribbled.feed(one);
    }
    assertEquals(whole.recorder.received, dribbled.recorder.received);
  }

  @Test
  void manyPacketsInOneReadAreOneBatch() {
    EmbeddedClient client = EmbeddedClient.connected(4);
    client.recorder.events.clear();
    Bytes many = Bytes.of();
    for (int i = 0; i < 2000; i++) {
      many.raw(Bytes.packet(0x30, Bytes.of().text("t").two(i)));
    }
    client.feed(many.toArray());
    assertEquals(2000, client.recorder.received.size());
    assertEquals(List.of("batch"), client.recorder.events);
  }

  @Test
  void aPacketMayBeAsLargeAsTheLimit() {
    int overhead = 1 + 3 + 3;
    byte[] payload = new byte[EmbeddedClient.MAX_BYTES - overhead];
    Arrays.fill(payload, (byte) 7);
    byte[] packet = Bytes.packet(0x30, Bytes.of().text("t").raw(payload));
    assertEquals(EmbeddedClient.MAX_BYTES, packet.length);

    EmbeddedClient client = EmbeddedClient.connected(4);
    for (int from = 0; from < packet.length; from += 1000) {
      client.feed(Arrays.copyOfRange(packet, from, Math.min(packet.length, from + 1000)));
    }
    assertEquals(Payload.copyOf(payload), ((Packet.Publish) client.onlyPacket()).payload());
  }

  @Test
  void tooLargeAPacketIsRefusedAtItsHeader() {
    EmbeddedClient client = EmbeddedClient.connected(5);
    client.feed(Bytes.of().one(0x30).variable(EmbeddedClient.MAX_BYTES - 3).toArray());
    assertEquals(ReasonCode.PACKET_TOO_LARGE, client.onlyViolation().reason());
  }

  @Test
  void pausedReadingStillHandsOverWhatWasRead() {
    EmbeddedClient client = EmbeddedClient.connected(4);
    client.sessions.onPacket = (connection, packet) -> connection.pauseReading();
    client.feed(Bytes.hex("C000 C000 C0"));
    assertEquals(2, client.recorder.received.size());
    assertFalse(client.channel.config().isAutoRead());
    client.connection.resumeReading();
    assertTrue(client.channel.config().isAutoRead());
  }

  @ParameterizedTest
  @ValueSource(strings = {"C000 C000 C000", "40020001 40020001 40020001"})
  void nothingIsHandedOverAfterClose(String packets) {
    EmbeddedClient client = EmbeddedClient.connected(4);
    client.sessions.onPacket = (connection, packet) -> connection.close();
    client.feed(Bytes.hex(packets));
    assertEquals(1, client.recorder.received.size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"C000 C000", "40020001 40020001"})
  void anExceptionEndsTheConnection(String packets) {
    EmbeddedClient client = EmbeddedClient.connected(4);
    client.sessions.onPacket =
        (connection, packet) -> {
          throw new IllegalStateException("broken on purpose");
        };
    client.feed(Bytes.hex(packets));
    assertEquals(1, client.recorder.received.size());
    assertFalse(client.channel.isOpen());
    assertEquals(1, client.recorder.events.stream().filter("closed"::equals).count());
  }

  private static Packet.Connect plainConnect(
      ProtocolVersion version, boolean clean, long expirySeconds) {
    return new Packet.Connect(
        version,
        "c",
        clean,
        60,
        null,
        null,
        null,
        expirySeconds,
        65_535,
        UNLIMITED,
        0,
        false,
        null,
        null,
        null);
  }
}
