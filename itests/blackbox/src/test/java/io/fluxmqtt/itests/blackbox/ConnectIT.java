package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.properties;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** From CONNECT to the end of the connection, byte by byte. */
@ExtendWith(SharedBroker.class)
class ConnectIT {
  private static final int KEEP_ALIVE_TIMEOUT = 0x8D;
  private static final int SESSION_TAKEN_OVER = 0x8E;

  @Test
  void assignsAClientIdentifierTo5() throws IOException, InterruptedException {
    try (BrokerClient first = new BrokerClient();
        BrokerClient second = new BrokerClient()) {
      String one = first.assigned();
      String two = second.assigned();
      assertFalse(one.isEmpty());
      assertFalse(one.equals(two), "identifiers are unique");
    }
  }

  private BrokerAddress broker;

  @org.junit.jupiter.api.BeforeEach
  void remember(BrokerAddress address) {
    broker = address;
  }

  private final class BrokerClient implements AutoCloseable {
    private final RawClient client = RawClient.open(broker);

    BrokerClient() throws IOException {}

    String assigned() throws IOException {
      RawPacket connAck = client.connect(ConnectPacket.v5(""));
      assertEquals(0, connAck.reason());
      return (String) connAck.all(Wire.ASSIGNED_CLIENT_ID).get(0);
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  @Test
  void refusesAnEmptyIdentifierOf311WithoutCleanSession() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      assertEquals(2, client.connect(ConnectPacket.v311("").resume()).reason());
      client.expectClosed();
    }
  }

  @Test
  void namesAnUnknownProtocolVersion() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, utf8("MQTT"), bytes(6, 2), u16(0), properties(), utf8("c")));
      assertTrue(List.of(0x84, 0x01).contains(client.expect(Wire.CONNACK).reason()));
      client.expectClosed();
    }
  }

  @Test
  void servesVersion31() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, utf8("MQIsdp"), bytes(3, 2), u16(0), utf8("old")));
      assertEquals(0, client.expect(Wire.CONNACK).reason());
      client.ping();
    }
  }

  @Test
  void closesASilentClientAfterOneAndAHalfKeepAlive() throws IOException {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("silent").keepAlive(1))) {
      long begin = System.nanoTime();
      client.expectDisconnect(KEEP_ALIVE_TIMEOUT);
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertTrue(millis >= 1_400 && millis < 3_000, millis + " ms");
    }
  }

  @Test
  void pingKeepsAConnection() throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("alive").keepAlive(1))) {
      long end = System.nanoTime() + 2_500_000_000L;
      long[] next = {0};
      Await.until(
          "2.5 s of pings",
          () -> {
            if (System.nanoTime() > next[0]) {
              client.ping();
              next[0] = System.nanoTime() + 400_000_000L;
            }
            return System.nanoTime() > end;
          });
    }
  }

  @Test
  void closesAConnectionThatNeverSaysConnect() throws IOException {
    try (RawClient mute = RawClient.open(broker);
        RawClient slow = RawClient.open(broker)) {
      slow.send(bytes(0x10, 40, 0, 4, 'M', 'Q'));
      long begin = System.nanoTime();
      mute.expectClosed();
      slow.expectClosed();
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertTrue(millis > 3_000 && millis < 9_000, millis + " ms; the default is 5 s");
    }
  }

  @Test
  void tellsTheOldConnectionThatItWasTakenOver() throws IOException {
    try (RawClient old = RawClient.connected(broker, ConnectPacket.v5("taken").sessionExpiry(9));
        RawClient young = RawClient.open(broker)) {
      assertTrue(young.connect(ConnectPacket.v5("taken").resume()).sessionPresent());
      old.expectDisconnect(SESSION_TAKEN_OVER);
      young.ping();
    }
  }

  @Test
  void willOfATakenOverConnectionIsPublished() throws IOException {
    try (RawClient watcher = RawClient.connected(broker, ConnectPacket.v5("watcher"))) {
      watcher.subscribe("connect/will", 1);
      try (RawClient old =
              RawClient.connected(
                  broker, ConnectPacket.v5("dying").will("connect/will", "gone", 0));
          RawClient young = RawClient.connected(broker, ConnectPacket.v5("dying"))) {
        assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
        old.expectDisconnect(SESSION_TAKEN_OVER);
        young.ping();
      }
    }
  }

  @Test
  void delayedWillIsDroppedWhenTheClientReturns() throws IOException {
    try (RawClient watcher = RawClient.connected(broker, ConnectPacket.v5("watcher-2"))) {
      watcher.subscribe("connect/delay/#", 1);
      byte[] delay = Wire.property(Wire.WILL_DELAY, Wire.u32(1));
      ConnectPacket mortal =
          ConnectPacket.v5("returns").sessionExpiry(60).will("connect/delay/a", "a", 1, delay);
      RawClient.connected(broker, mortal).cut();
      RawClient.connected(broker, ConnectPacket.v5("returns").resume().sessionExpiry(0)).close();

      ConnectPacket other =
          ConnectPacket.v5("stays-away").sessionExpiry(60).will("connect/delay/b", "b", 1, delay);
      long begin = System.nanoTime();
      RawClient.connected(broker, other).cut();
      assertEquals("b", watcher.expect(Wire.PUBLISH).payloadText());
      long millis = (System.nanoTime() - begin) / 1_000_000;
      assertTrue(millis >= 950, "the Will came after " + millis + " ms");
    }
  }

  @Test
  void disconnectWithWillPublishesIt() throws IOException {
    try (RawClient watcher = RawClient.connected(broker, ConnectPacket.v5("watcher-3"));
        RawClient leaver =
            RawClient.connected(broker, ConnectPacket.v5("leaver").will("connect/04", "bye", 0))) {
      watcher.subscribe("connect/04", 0);
      leaver.send(packet(0xE0, bytes(0x04)));
      assertEquals("bye", watcher.expect(Wire.PUBLISH).payloadText());
      leaver.expectClosed();
    }
  }

  @Test
  void refusesToProlongASessionThatWasToEnd() throws IOException {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("prolong"))) {
      byte[] prolong = properties(Wire.property(Wire.SESSION_EXPIRY, Wire.u32(100)));
      client.send(packet(0xE0, bytes(0), prolong));
      client.expectDisconnect(0x82);
    }
  }

  @Test
  void sessionEndsWithItsExpiry() throws Exception {
    RawClient.connected(broker, ConnectPacket.v5("short").sessionExpiry(1)).cut();
    long end = System.nanoTime() + 1_500_000_000L;
    Await.until("the session has expired", () -> System.nanoTime() > end);
    try (RawClient client = RawClient.open(broker)) {
      assertFalse(client.connect(ConnectPacket.v5("short").resume()).sessionPresent());
    }
  }
}
