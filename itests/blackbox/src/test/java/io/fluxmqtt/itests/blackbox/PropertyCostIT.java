package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.Arrays;
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
  private static final int ROUNDS = Integer.getInteger("rounds", 4);
  private static final int PACKETS = 1_000;
  private static final int WARM_UP = 1_500;
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
    process.set(BrokerProcess.DEFAULT_LISTENER, "userPropertiesMax", 20_000);
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
  void userPropertiesOf64KbCostLittle() throws IOException {
    byte[] plain = connect(Wire.bytes());
    Map<String, Sending> all = new LinkedHashMap<>();
    all.put("plain CONNECT", count -> connects(count, plain));
    properties().forEach((name, p) -> all.put("CONNECT, " + name, n -> connects(n, connect(p))));
    properties().forEach((name, p) -> all.put("Will, " + name, n -> connects(n, will(p))));
    properties().forEach((name, p) -> all.put("PUBLISH, " + name, n -> publishes(n, p)));
    for (Sending sending : all.values()) {
      sending.send(WARM_UP);
    }
    Map<String, Double> micros = new LinkedHashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (var each : all.entrySet()) {
        long begin = meter.cpu().toNanos();
        each.getValue().send(PACKETS);
        double spent = (meter.cpu().toNanos() - begin) / 1e3 / PACKETS;
        // The kernel counts in ticks of 10 ms: a single round may show half of what was spent.
        micros.merge(each.getKey(), spent / ROUNDS, Double::sum);
      }
    }
    double unit = micros.get("plain CONNECT");
    micros.forEach(
        (name, each) -> System.out.printf("%s: %.0f µs, %.2f times%n", name, each, each / unit));
    micros.forEach(
        (name, each) ->
            assertTrue(each <= RATIO * NOISE * unit, name + ": " + each / unit + " times"));
  }

  /** 64 KB in different shapes. */
  private static Map<String, byte[]> properties() {
    Map<String, byte[]> properties = new LinkedHashMap<>();
    properties.put("1 of 64 KB", Wire.userProperty("k", "v".repeat(65_000)));
    properties.put(
        "1,000 of 64 bytes", repeated(Wire.userProperty("n".repeat(19), "v".repeat(40))));
    properties.put("9,000 of 7 bytes", repeated(Wire.userProperty("k", "v")));
    properties.put("13,000 of 5 bytes", repeated(Wire.userProperty("", "")));
    return properties;
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
          assertEquals(0x95, client.expect(Wire.CONNACK).body()[1] & 0xFF);
          client.expectClosed();
        }
      }
    }
  }

  private static void connects(int count, byte[] connect) throws IOException {
    for (int i = 0; i < count; i++) {
      try (RawClient client = RawClient.open(usual)) {
        client.send(connect);
        client.expect(Wire.CONNACK);
        client.send(Wire.disconnect());
        client.expectClosed();
      }
    }
  }

  private static void publishes(int count, byte[] properties) throws IOException {
    byte[] publish = Wire.publish("t", 1, 1, "x", properties);
    try (RawClient client = RawClient.connected(usual, ConnectPacket.v5("p"))) {
      for (int i = 0; i < count; i++) {
        client.send(publish);
        client.expect(Wire.PUBACK);
      }
    }
  }

  private static byte[] repeated(byte[] property) {
    byte[][] all = new byte[BYTES_64_KB / property.length][];
    Arrays.fill(all, property);
    return Wire.join(all);
  }

  private static byte[] connect(byte[] properties) {
    return Wire.packet(
        Wire.CONNECT << 4,
        Wire.utf8("MQTT"),
        Wire.bytes(5, 2),
        Wire.u16(0),
        Wire.properties(properties),
        Wire.utf8("c"));
  }

  private static byte[] will(byte[] properties) {
    return Wire.packet(
        Wire.CONNECT << 4,
        Wire.utf8("MQTT"),
        Wire.bytes(5, 6),
        Wire.u16(0),
        Wire.properties(),
        Wire.utf8("c"),
        Wire.properties(properties),
        Wire.utf8("will"),
        Wire.utf8("x"));
  }

  /** Sends so many packets of a kind. */
  private interface Sending {
    void send(int count) throws IOException;
  }
}
