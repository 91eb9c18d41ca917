package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a client is kept to the rates of its listener. */
class ThrottleTest {
  private static final byte[] PINGREQ = Bytes.hex("c000");
  private static final byte[] DISCONNECT = Bytes.hex("e000");

  /** Read in place. */
  private static final byte[] PUBLISH = Bytes.hex("3003000174");

  /** Its Remaining Length has a byte too many: left to netty. */
  private static final byte[] RARE_PUBLISH = Bytes.hex("308300000174");

  private EmbeddedClient client = new EmbeddedClient(new ClientRates(10, 0));

  private void connect() {
    client.sessions.onPacket =
        (connection, packet) -> {
          if (packet instanceof Packet.Connect) {
            connection.established(ProtocolVersion.V3_1_1, 1_000_000);
          }
        };
    client.feed(Bytes.connect(4));
    client.recorder.received.clear();
    client.recorder.events.clear();
  }

  private void connect(ClientRates rates) {
    client = new EmbeddedClient(rates);
    connect();
  }

  private static byte[] times(int count, byte[] packet) {
    Bytes all = Bytes.of();
    for (int i = 0; i < count; i++) {
      all.raw(packet);
    }
    return all.toArray();
  }

  private int received() {
    return client.recorder.received.size();
  }

  private boolean isRead() {
    return client.channel.config().isAutoRead();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3003000174", "308300000174"})
  void messagesOfOneReadAreHandedOnAtTheRate(String publish) {
    connect();
    client.feed(times(25, Bytes.hex(publish)));
    assertEquals(10, received());
    assertFalse(isRead());
    client.pass(99);
    assertEquals(10, received());
    client.pass(1);
    assertEquals(11, received());
    client.pass(1_300);
    assertEquals(24, received());
    assertFalse(isRead());
    client.pass(100);
    assertEquals(25, received());
    assertTrue(isRead());
    assertEquals(1, client.pauses.get());
  }

  @Test
  void whatIsHandedOnLaterIsABatchAndTheEndIsTold() {
    connect();
    client.feed(times(12, PUBLISH));
    assertEquals(List.of("batch"), client.recorder.events);
    client.pass(100);
    assertEquals(List.of("batch", "batch"), client.recorder.events);
    assertTrue(client.connection.isHeldBack());
    client.pass(100);
    assertEquals(List.of("batch", "batch", "batch", "reads again"), client.recorder.events);
    assertFalse(client.connection.isHeldBack());
  }

  @Test
  void whoKeepsToTheRateIsNeverHeldBack() {
    connect();
    for (int i = 0; i < 100; i++) {
      client.feed(PUBLISH);
      client.pass(100);
    }
    assertEquals(100, received());
    assertEquals(0, client.pauses.get());
  }

  @Test
  void secondOfSilenceIsSavedAndNoMore() {
    connect();
    client.pass(60_000);
    client.feed(times(11, PUBLISH));
    assertEquals(10, received());
  }

  @Test
  void otherPacketsCountNotButStayBehindTheMessagesBeforeThem() {
    connect();
    client.feed(times(50, PINGREQ));
    client.feed(times(10, PUBLISH));
    client.feed(PINGREQ);
    assertEquals(61, received());
    assertTrue(isRead());
    client.feed(PUBLISH);
    client.feed(PINGREQ);
    assertEquals(61, received());
    client.pass(100);
    assertEquals(Packet.PingReq.class, client.recorder.received.get(62).getClass());
  }

  /** As layers hand on what they have of a read, though no more is read. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1_000})
  void whatComesWhileItWaitsIsKeptInOrder(int pieceBytes) {
    connect();
    byte[] all = Bytes.of().raw(times(13, PUBLISH)).raw(times(3, RARE_PUBLISH)).toArray();
    for (int at = 0; at < all.length; at += pieceBytes) {
      client.feed(Arrays.copyOfRange(all, at, Math.min(all.length, at + pieceBytes)));
    }
    client.feed(PINGREQ);
    assertEquals(10, received());
    client.pass(600);
    assertEquals(17, received());
    assertEquals(Packet.PingReq.class, client.recorder.received.get(16).getClass());
    assertTrue(isRead());
  }

  @Test
  void partOfAMessageCountsNot() {
    connect(new ClientRates(1, 0));
    for (byte each : PUBLISH) {
      client.feed(each);
    }
    assertEquals(1, received());
    client.feed(PUBLISH);
    client.pass(999);
    assertEquals(1, received());
    client.pass(1);
    assertEquals(2, received());
  }

  @Test
  void highRateIsKeptWithFewPauses() {
    connect(new ClientRates(10_000, 0));
    client.feed(times(12_000, PUBLISH));
    assertEquals(10_000, received());
    client.pass(9);
    assertEquals(10_000, received());
    client.pass(1);
    assertEquals(10_100, received());
    client.pass(190);
    assertEquals(12_000, received());
    assertTrue(isRead());
  }

  @Test
  void bytesBeyondTheRateAreWaitedFor() {
    connect(new ClientRates(0, 2_000));
    client.feed(times(400, PUBLISH));
    assertEquals(400, received());
    assertTrue(isRead());
    client.feed(times(200, PUBLISH)); // a read is never torn
    assertEquals(600, received());
    assertFalse(isRead());
    client.pass(499);
    assertFalse(isRead());
    client.pass(1);
    assertTrue(isRead());
    assertEquals(List.of("batch", "batch", "reads again"), client.recorder.events);
    client.feed(PINGREQ);
    assertFalse(isRead());
    client.pass(10);
    assertTrue(isRead());
    assertEquals(2, client.pauses.get());
  }

  /** Such as the rest of a TLS record. */
  @Test
  void whatIsReadInSpiteOfThePauseIsWaitedForToo() {
    connect(new ClientRates(0, 1_024));
    client.feed(times(1_024, PINGREQ));
    client.feed(times(512, PINGREQ));
    client.pass(1_999);
    assertFalse(isRead());
    client.pass(1);
    assertTrue(isRead());
    assertEquals(1, client.pauses.get());
  }

  @Test
  void messagesMayGoOnWhileBytesMustWait() {
    connect(new ClientRates(10, 1_024));
    client.feed(Bytes.of().raw(times(11, PUBLISH)).raw(times(1_000, PINGREQ)).toArray());
    assertEquals(10, received());
    client.pass(100);
    assertEquals(1_011, received());
    assertFalse(isRead());
    client.pass(906);
    assertFalse(isRead());
    client.pass(1);
    assertTrue(isRead());
  }

  @Test
  void nothingCountsBeforeTheConnectPacketIsWhole() {
    client = new EmbeddedClient(new ClientRates(0, 1_024));
    byte[] large =
        Bytes.packet(
            0x10,
            Bytes.of()
                .text("MQTT")
                .one(4)
                .one(0x84 | 2)
                .two(0)
                .text("a")
                .text("w")
                .two(20_000)
                .raw(new byte[20_000])
                .text("u"));
    client.feed(Arrays.copyOf(large, large.length - 1));
    assertTrue(isRead());
    connectWith(large[large.length - 1]);
    assertEquals(1, received());
    assertTrue(isRead());
    client.feed(times(600, PINGREQ));
    assertFalse(isRead());
  }

  private void connectWith(byte last) {
    client.sessions.onPacket =
        (connection, packet) -> connection.established(ProtocolVersion.V3_1_1, 1_000_000);
    client.feed(last);
  }

  /** Its messages count, and whoever says goodbye must not leave a Will. */
  @Test
  void whoHasClosedWaitsNoMore() {
    connect();
    client.feed(Bytes.of().raw(times(30, PUBLISH)).raw(DISCONNECT).toArray());
    assertEquals(10, received());
    client.channel.close();
    assertEquals(31, received());
    assertTrue(client.recorder.received.get(30) instanceof Packet.Disconnect);
    assertEquals("closed", client.recorder.events.get(client.recorder.events.size() - 1));
    client.pass(5_000);
    assertEquals(31, received());
    assertEquals("closed", client.recorder.events.get(client.recorder.events.size() - 1));
  }

  @Test
  void whoWasClosedIsHeardNoMore() {
    connect();
    client.feed(times(30, PUBLISH));
    client.connection.close();
    client.channel.runPendingTasks();
    client.pass(900);
    assertEquals(10, received());
    assertEquals(List.of("batch", "closed"), client.recorder.events);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void itIsOneOfSeveralReasonsForAPause(boolean rateIsLast) {
    connect();
    client.connection.pauseReading();
    client.feed(times(11, PUBLISH));
    if (rateIsLast) {
      client.connection.resumeReading();
      assertFalse(isRead());
      client.pass(100);
    } else {
      client.pass(100);
      assertFalse(isRead());
      client.connection.resumeReading();
    }
    assertTrue(isRead());
    assertEquals(11, received());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1024, 1024",
    "0, 2147483647, 65536",
    "1, 0, 512",
    "10, 0, 2560",
    "10, 1024, 1024",
    "1000000, 0, 65536"
  })
  void noMoreIsReadAtOnceThanASecondMayHave(int messages, int bytes, int expected) {
    ClientRates rates = new ClientRates(messages, bytes);
    assertEquals(expected, rates.readBytes());
    assertTrue(rates.isOn());
  }

  @Test
  void noRatesAreNone() {
    assertFalse(ClientRates.NONE.isOn());
  }
}
