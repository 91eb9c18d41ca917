package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What properties cost the broker's processor. {@code -Drounds=10} measures more closely; what is
 * asserted leaves room for the noise of a machine that does other things.
 */
class PropertyCostIT {
  private static final int ROUNDS = Integer.getInteger("rounds", 2);
  private static final int CONNECTS = 1_000;
  private static final int WARM_UP = 2_000;
  private static final int BYTES_64_KB = 65_536;
  private static final int BYTES_4_MB = 4 << 20;
  private static final double RATIO = 2;
  private static final double NOISE = 1.5;

  private static BrokerProcess process;
  private static BrokerMeter meter;
  private static BrokerAddress usual;
  private static BrokerAddress large;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("properties");
    process.write(
        "io.fluxmqtt.listener-large.cfg",
        "port = %d\npacketMaxBytes = 268435460\n".formatted(BrokerProcess.freePort()));
    process.start();
    meter = new BrokerMeter(process);
    usual = process.address();
    large = process.address("large");
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  @Test
  void userPropertiesInConnectCostLittle() throws IOException {
    Map<String, byte[]> connects = new LinkedHashMap<>();
    connects.put("plain", ConnectPacket.v5("c").toBytes());
    connects.put("one of 64 KB", connect(Wire.userProperty("k", "v".repeat(65_000)), 1));
    connects.put("1,000 of 64 bytes", connect(Wire.userProperty("n".repeat(19), "v".repeat(40))));
    connects.put("9,000 of 7 bytes", connect(Wire.userProperty("k", "v")));
    connects.put("13,000 of 5 bytes", connect(Wire.userProperty("", "")));
    Map<String, Double> micros = new LinkedHashMap<>();
    connects.forEach((name, bytes) -> micros.put(name, 0.0));
    for (byte[] connect : connects.values()) {
      microsEach(WARM_UP, connect);
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (var each : connects.entrySet()) {
        micros.merge(each.getKey(), microsEach(CONNECTS, each.getValue()), Double::sum);
      }
    }
    double plain = micros.get("plain");
    micros.forEach(
        (name, sum) ->
            System.out.printf(
                "CONNECT, user properties: %s: %.0f µs, %.2f times%n",
                name, sum / ROUNDS, sum / plain));
    micros.forEach(
        (name, sum) ->
            assertTrue(sum <= RATIO * NOISE * plain, name + ": " + sum / plain + " times"));
  }

  @Test
  void fourMegabytesOfPropertiesAreRefusedAtTheirLength() throws IOException {
    byte[] connect =
        Wire.join(
            Wire.bytes(Wire.CONNECT << 4),
            Wire.varint(BYTES_4_MB + 20),
            Wire.utf8("MQTT"),
            Wire.bytes(5, 2),
            Wire.u16(0),
            Wire.varint(BYTES_4_MB));
    byte[] publish =
        Wire.join(
            Wire.bytes(Wire.PUBLISH << 4),
            Wire.varint(BYTES_4_MB + 20),
            Wire.utf8("t"),
            Wire.varint(BYTES_4_MB));
    byte[] rest = Wire.userProperty("k", "v".repeat(60_000));
    for (BrokerAddress listener : new BrokerAddress[] {usual, large}) {
      refused(listener, connect, rest, 20);
      refused(listener, publish, rest, 20);
      long begin = meter.cpu().toNanos();
      refused(listener, connect, rest, 50);
      refused(listener, publish, rest, 50);
      double millis = (meter.cpu().toNanos() - begin) / 1e6 / 100;
      System.out.printf("4 MB of properties: refused in %.2f ms of processor time%n", millis);
      assertTrue(millis < 10, millis + " ms");
    }
  }

  /** Sends the beginning of a packet and more and more of it, until the broker has closed. */
  private static void refused(BrokerAddress listener, byte[] begin, byte[] rest, int times)
      throws IOException {
    for (int i = 0; i < times; i++) {
      try (RawClient client = RawClient.open(listener)) {
        if (begin[0] == Wire.PUBLISH << 4) {
          client.connect(ConnectPacket.v5("c"));
        }
        client.send(begin);
        try {
          client.send(rest);
        } catch (IOException e) {
          continue; // closed already
        }
        if (begin[0] == Wire.PUBLISH << 4) {
          client.expectDisconnect(0x95);
        } else {
          client.expectClosed();
        }
      }
    }
  }

  private static double microsEach(int count, byte[] connect) throws IOException {
    long begin = meter.cpu().toNanos();
    for (int i = 0; i < count; i++) {
      try (RawClient client = RawClient.open(usual)) {
        client.send(connect);
        client.expect(Wire.CONNACK);
        client.send(Wire.disconnect());
        client.expectClosed();
      }
    }
    return (meter.cpu().toNanos() - begin) / 1e3 / count;
  }

  private static byte[] connect(byte[] property) {
    return connect(property, BYTES_64_KB / property.length);
  }

  private static byte[] connect(byte[] property, int count) {
    byte[][] all = new byte[count][];
    java.util.Arrays.fill(all, property);
    return Wire.packet(
        Wire.CONNECT << 4,
        Wire.utf8("MQTT"),
        Wire.bytes(5, 2),
        Wire.u16(0),
        Wire.properties(all),
        Wire.utf8("c"));
  }
}
