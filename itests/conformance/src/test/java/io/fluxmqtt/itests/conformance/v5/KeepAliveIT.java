package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.1.2.10 and 3.2.2.3.14: Keep Alive. */
@ExtendWith(SharedBroker.class)
class KeepAliveIT {
  private static final int KEEP_ALIVE_TIMEOUT = 0x8D;

  @Test
  @Normative({"MQTT-3.1.2-22", "MQTT-3.2.2-22"})
  void silentClientIsClosedAfterOneAndAHalfKeepAlive(BrokerAddress broker) throws Exception {
    try (RawClient watcher = RawClient.connected(broker, ConnectPacket.v5("keep-watcher"));
        RawClient client = RawClient.open(broker)) {
      watcher.subscribe("keep/will", 0);
      ConnectPacket connect = ConnectPacket.v5("silent").keepAlive(1).will("keep/will", "gone", 0);
      RawPacket connAck = client.connect(connect);
      long begin = System.nanoTime();
      assertEquals(-1, connAck.number(Wire.SERVER_KEEP_ALIVE, -1));
      client.expectDisconnect(KEEP_ALIVE_TIMEOUT);
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertTrue(millis >= 1_400 && millis < 5_000, millis + " ms");
      // As if the network had failed.
      assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  @Normative("MQTT-3.1.2-22")
  void anyPacketKeepsTheConnection(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("alive").keepAlive(2))) {
      long begin = System.nanoTime();
      int sent = 0;
      while (System.nanoTime() - begin < 4_500_000_000L) {
        if (sent++ % 2 == 0) {
          client.ping();
        } else {
          client.send(Wire.publish("keep/alive", 0, 0, "x"));
        }
        Await.passed(Duration.ofMillis(300));
      }
      client.ping();
      client.expectDisconnect(KEEP_ALIVE_TIMEOUT);
    }
  }

  /** What has begun to come is no packet yet. */
  @Test
  @Normative("MQTT-3.1.2-22")
  void partOfAPacketDoesNotKeepTheConnection(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("drip").keepAlive(1))) {
      client.send(bytes(0x30, 100));
      long begin = System.nanoTime();
      boolean closed = false;
      while (!closed) {
        assertTrue(System.nanoTime() - begin < 10_000_000_000L, "still open after 10 s");
        Await.passed(Duration.ofMillis(300));
        closed = dripped(client);
      }
    }
  }

  private static boolean dripped(RawClient client) throws IOException {
    try {
      client.send(bytes(0));
      RawPacket packet = client.receive(Duration.ofMillis(1));
      assertEquals(KEEP_ALIVE_TIMEOUT, packet.reason(), packet::toString);
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.io.EOFException | java.net.SocketException e) {
      return true;
    }
  }

  @Test
  @Normative("MQTT-3.2.2-22")
  void zeroTurnsItOff(BrokerAddress broker) throws Exception {
    try (RawClient quiet = RawClient.open(broker);
        RawClient timed = RawClient.connected(broker, ConnectPacket.v5("timed").keepAlive(1))) {
      RawPacket connAck = quiet.connect(ConnectPacket.v5("quiet"));
      assertEquals(-1, connAck.number(Wire.SERVER_KEEP_ALIVE, -1));
      timed.expectDisconnect(KEEP_ALIVE_TIMEOUT);
      quiet.ping();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 60, 65_535})
  @Normative({"MQTT-3.1.2-21", "MQTT-3.2.2-21"})
  void serverKeepAliveHoldsInsteadOfTheClients(int asked) throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("keep-alive")) {
      process.set("io.fluxmqtt.session.cfg", "keepAliveMaxSeconds", 1);
      process.start();
      try (RawClient client = RawClient.open(process.address())) {
        RawPacket connAck = client.connect(ConnectPacket.v5("capped").keepAlive(asked));
        long begin = System.nanoTime();
        assertEquals(1, connAck.number(Wire.SERVER_KEEP_ALIVE, -1));
        client.expectDisconnect(KEEP_ALIVE_TIMEOUT);
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertTrue(millis >= 1_400 && millis < 2_900 + 2_000, millis + " ms");
      }
    }
  }
}
