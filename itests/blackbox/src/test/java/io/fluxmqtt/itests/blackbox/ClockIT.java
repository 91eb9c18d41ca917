package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The broker on a gateway whose system clock is not what it should be, and jumps. */
class ClockIT {
  private static final Duration RIGHT = Duration.ZERO;
  private static final Duration IN_1970 = Duration.ofSeconds(60 - Instant.now().getEpochSecond());
  private static final Duration IN_2099 = Duration.ofDays(73 * 365);
  private static final Duration TWO_HOURS_LATER = Duration.ofHours(2);
  private static final String NOT_SET = "counts as not set";
  private static final long HOUR = 3_600;
  private static final byte[] EXPIRES = property(Wire.MESSAGE_EXPIRY, u32(HOUR));

  private SystemClock clock;

  @Test
  @Timeout(300)
  void nothingExpiresForAWrongClockAndAllForARightOne() throws Exception {
    clock = SystemClock.in(Path.of(System.getProperty("work.dir")));
    try (BrokerProcess broker = BrokerProcess.prepare("clock", clock.environment())) {
      startAt(RIGHT, broker);
      leave(broker);
      publish(broker, "right");
      restartAt(IN_1970, broker);
      assertTrue(broker.find(NOT_SET, 0).isPresent(), broker.log());
      publish(broker, "in 1970");
      assertAllIsThere(broker, "right", "in 1970");

      clock.ahead(RIGHT); // while it runs, by 56 years
      assertAllIsThere(broker, "right", "in 1970");
      clock.ahead(IN_1970);
      restartAt(RIGHT, broker);
      assertFalse(broker.find(NOT_SET, 0).isPresent(), broker.log());
      assertAllIsThere(broker, "right", "in 1970");

      restartAt(IN_2099, broker);
      assertTrue(broker.find(NOT_SET, 0).isPresent(), broker.log());
      publish(broker, "in 2099");
      assertAllIsThere(broker, "right", "in 1970", "in 2099");
      restartAt(RIGHT, broker);
      assertAllIsThere(broker, "right", "in 1970", "in 2099");

      restartAt(TWO_HOURS_LATER, broker);
      assertNothingIsThere(broker);
    }
  }

  private static void leave(BrokerProcess broker) throws IOException {
    try (RawClient client =
        RawClient.connected(broker.address(), ConnectPacket.v5("away").sessionExpiry(HOUR))) {
      assertEquals(1, client.subscribe("queue/#", 1));
      client.disconnect();
    }
  }

  private static void publish(BrokerProcess broker, String text) throws IOException {
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("publisher"))) {
      assertEquals(0, client.publish("queue/" + text, text, EXPIRES));
      client.publishRetained("kept/" + text, text, EXPIRES);
    }
  }

  /** Session, queue and Retained Messages; what is queued is taken and not acknowledged. */
  private static void assertAllIsThere(BrokerProcess broker, String... texts) throws Exception {
    try (RawClient client = RawClient.open(broker.address())) {
      RawPacket connAck = client.connect(ConnectPacket.v5("away").sessionExpiry(HOUR).resume());
      assertTrue(connAck.sessionPresent(), broker.log());
      for (String text : texts) {
        RawPacket message = client.expectMessage(text);
        long left = message.number(Wire.MESSAGE_EXPIRY, 0);
        assertTrue(left > HOUR - 600 && left <= HOUR, text + " has " + left + " s left");
      }
      client.disconnect();
    }
    for (String text : texts) {
      try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("reader"))) {
        client.subscribe("kept/" + text, 0);
        client.expectMessage(text);
      }
    }
  }

  private static void assertNothingIsThere(BrokerProcess broker) throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      RawPacket connAck = client.connect(ConnectPacket.v5("away").sessionExpiry(HOUR).resume());
      assertFalse(connAck.sessionPresent(), broker.log());
      client.subscribe("kept/#", 0);
      client.expectNothing();
    }
  }

  private void startAt(Duration time, BrokerProcess broker) throws Exception {
    clock.ahead(time);
    broker.start();
  }

  private void restartAt(Duration time, BrokerProcess broker) throws Exception {
    broker.kill();
    broker.process().waitFor();
    startAt(time, broker);
  }
}
