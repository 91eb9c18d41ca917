package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.BrokerMeter.Memory;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.LongSummaryStatistics;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Clients that announce a lot and send little take little memory, and not for long. {@code
 * -Dsockets=5000} has more of them (the limit of open files must be twice that).
 */
class StallingClientsIT {
  private static final int SOCKETS = Integer.getInteger("sockets", 400);
  private static final int BYTES_EACH = 20 * 1024;
  private static final long CONNECT_TIMEOUT_MILLIS = 5_000;

  /** What a noisy machine may add to a time. */
  private static final long DELAY_MILLIS = 4_000;

  private static final byte[] REMAINING_LENGTH_256_MB = {-1, -1, -1, 0x7F};

  private static BrokerProcess process;
  private static BrokerMeter meter;
  private static BrokerAddress usual;
  private static BrokerAddress large;

  @BeforeAll
  static void start() throws Exception {
    process =
        BrokerProcess.prepare(
            "stalling", Map.of("JAVA_OPTS", "-Xmx256m " + BrokerMeter.JAVA_OPTION));
    process.set(BrokerProcess.DEFAULT_LISTENER, "connectionsMax", 3 * SOCKETS);
    process.write(
        "io.fluxmqtt.listener-large.cfg",
        "port = %d\nconnectionsMax = %d\npacketMaxBytes = 268435460\n"
            .formatted(BrokerProcess.freePort(), 3 * SOCKETS));
    process.start();
    meter = new BrokerMeter(process);
    usual = process.address();
    large = process.address("large");
    try (Crowd first = Crowd.stalling(large, 50, connectOfLargestSize())) {
      meter.memory(); // classes are loaded, arenas allocated
    }
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  @Test
  void whatIsAboveTheLimitIsRefusedAtOnce() throws Exception {
    byte[] connect =
        Wire.join(
            Wire.bytes(Wire.CONNECT << 4),
            REMAINING_LENGTH_256_MB,
            Wire.utf8("MQTT"), // tells with the version in which form it is refused
            Wire.bytes(5));
    for (BrokerAddress listener : new BrokerAddress[] {usual, large}) {
      try (Crowd crowd = Crowd.stalling(listener, SOCKETS, connect)) {
        crowd.awaitEnd(Duration.ofSeconds(4)); // the broker takes longer only when it is busy
        report("CONNECT of 256 MB, refused at once", crowd.lifetimes());
      }
    }
    assertAlive();
  }

  @Test
  void unfinishedConnectsTakeLittleAndEndInTime() throws Exception {
    Memory before = meter.memory();
    try (Crowd stalling = Crowd.stalling(large, SOCKETS, connectOfLargestSize());
        Crowd silent = Crowd.stalling(usual, SOCKETS, Wire.bytes());
        Crowd dripping =
            Crowd.dripping(usual, 50, ConnectPacket.v5("slow").toBytes(), Duration.ofSeconds(1))) {
      assertTrue(stalling.lifetimes().getCount() < SOCKETS);
      assertMemory("waiting for CONNECT", before, 2 * SOCKETS);
      for (Crowd crowd : new Crowd[] {stalling, silent, dripping}) {
        crowd.awaitEnd(Duration.ofMillis(CONNECT_TIMEOUT_MILLIS + DELAY_MILLIS));
        report("no whole CONNECT", crowd.lifetimes());
        assertTrue(crowd.lifetimes().getMin() >= CONNECT_TIMEOUT_MILLIS, "closed before its time");
      }
    }
    assertAlive();
  }

  @Test
  void unfinishedPublishesTakeLittle() throws Exception {
    byte[] connect = ConnectPacket.v5("").keepAlive(3).toBytes();
    byte[] publish =
        Wire.join(
            Wire.bytes(Wire.PUBLISH << 4),
            REMAINING_LENGTH_256_MB,
            Wire.utf8("t"),
            Wire.properties(),
            Wire.bytes('x'));
    Memory before = meter.memory();
    try (Crowd crowd = Crowd.stalling(large, SOCKETS, Wire.join(connect, publish))) {
      assertMemory("PUBLISH of 256 MB after CONNECT", before, SOCKETS);
      assertEquals(0, crowd.gone());
      crowd.awaitEnd(Duration.ofMillis(4_500 + DELAY_MILLIS)); // by keep alive
      report("PUBLISH of 256 MB, keep alive 3 s", crowd.lifetimes());
    }
    try (Crowd crowd = Crowd.stalling(usual, SOCKETS, Wire.join(connect, publish))) {
      crowd.awaitEnd(Duration.ofSeconds(4));
      report("PUBLISH of 256 MB, refused at once", crowd.lifetimes());
    }
    assertAlive();
  }

  /** A CONNECT that could still be right, without what follows its properties' length. */
  private static byte[] connectOfLargestSize() {
    int properties = 1 << 20;
    return Wire.join(
        Wire.bytes(Wire.CONNECT << 4),
        Wire.varint(properties + 100_000),
        Wire.utf8("MQTT"),
        Wire.bytes(5, 2),
        Wire.u16(0),
        Wire.varint(properties),
        Wire.userProperty("a", "b"));
  }

  private static void assertMemory(String what, Memory before, int count) throws Exception {
    Memory with = meter.memory();
    long each = with.bytesEachSince(before, count);
    System.out.printf(
        "%s: %d sockets, %d bytes each of heap and direct memory, %d of resident memory%n",
        what, count, each, with.residentEachSince(before, count));
    assertTrue(each < BYTES_EACH, each + " bytes each");
  }

  private static void report(String what, LongSummaryStatistics lifetimes) {
    System.out.printf(
        "%s: %d sockets closed after %d to %d ms%n",
        what, lifetimes.getCount(), lifetimes.getMin(), lifetimes.getMax());
  }

  private static void assertAlive() throws IOException {
    try (RawClient neighbour = RawClient.connected(usual, ConnectPacket.v5("neighbour"))) {
      neighbour.ping();
    }
  }
}
