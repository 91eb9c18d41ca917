package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.session.Packet;
import org.junit.jupiter.api.Test;

/** A client that asks on and on and does not read the answers. */
class UntakenAnswersTest {
  private static final int ASKED_AT_ONCE = 10_000;
  private static final int ANSWER_BYTES = 2;
  private static final long UNTAKEN = 256 * 1024;
  private static final long LOW_MARK = 32 * 1024; // netty's own, as the listener sets it

  private final EmbeddedClient client = EmbeddedClient.connected(4);
  private long asked;

  private void ask() {
    byte[] pings = new byte[ASKED_AT_ONCE * 2];
    for (int i = 0; i < pings.length; i += 2) {
      pings[i] = (byte) 0xC0;
    }
    client.feed(pings);
    client.recorder.received.clear();
    asked += ASKED_AT_ONCE;
  }

  private boolean isRead() {
    return client.channel.config().isAutoRead();
  }

  private void askUntilNotRead() {
    client.written();
    client.sessions.onPacket = (connection, packet) -> connection.send(Packet.PingResp.INSTANCE);
    client.stopTaking();
    while (isRead() && asked < 10_000_000) {
      ask();
    }
    assertFalse(isRead(), "answers pile up without bounds");
  }

  @Test
  void isNotReadAnyMoreUntilItTakesThem() {
    askUntilNotRead();

    long most = LOW_MARK + UNTAKEN + ASKED_AT_ONCE * ANSWER_BYTES;
    assertTrue(asked * ANSWER_BYTES > LOW_MARK + UNTAKEN, asked + " asked");
    assertTrue(asked * ANSWER_BYTES <= most, asked + " asked");
    client.take();
    assertTrue(isRead());
    assertEquals(asked * ANSWER_BYTES, client.written().length);
  }

  @Test
  void mayLeaveTheAcknowledgementsOfAllPacketIdentifiersUntaken() {
    client.stopTaking();
    client.sessions.onPacket =
        (connection, packet) -> {
          connection.send(Packet.PingResp.INSTANCE);
          connection.send(Packet.PingResp.INSTANCE); // together as long as a PUBACK
        };

    while (asked < 65_535) {
      ask();
    }

    assertTrue(isRead());
  }

  @Test
  void staysPausedWhereTheSessionManagerWantsItSo() {
    askUntilNotRead();

    client.connection.pauseReading();
    client.take();
    assertFalse(isRead());
    client.connection.resumeReading();
    assertTrue(isRead());
  }

  @Test
  void isNotReadThoughTheSessionManagerGoesOn() {
    askUntilNotRead();

    client.connection.pauseReading();
    client.connection.resumeReading();
    assertFalse(isRead());
    client.take();
    assertTrue(isRead());
  }
}
