package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator changes in {@code etc} while the broker runs. */
class ConfigurationIT {
  private static final Duration MOVE_LIMIT = Duration.ofSeconds(2);
  private static final Duration LINE_LIMIT = Duration.ofSeconds(5);

  private static BrokerProcess process;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.started("configuration");
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  @Test
  void badValueAtStartLeavesTheRestUpAndSaysSo() throws Exception {
    try (BrokerProcess own = BrokerProcess.prepare("bad-start")) {
      own.write("io.fluxmqtt.listener-broken.cfg", "host = 127.0.0.1\nport = many\n");
      own.start();
      String line = own.awaitLine("port=many", LINE_LIMIT);
      assertTrue(line.contains("io.fluxmqtt.listener~broken"), line);
      try (RawClient client = RawClient.connected(own.address(), ConnectPacket.v5("up"))) {
        client.ping();
      }
      int port = BrokerProcess.freePort();
      own.write("io.fluxmqtt.listener-broken.cfg", "host = 127.0.0.1\nport = " + port + "\n");
      awaitListening(port, LINE_LIMIT);
      assertEquals(1, own.lines(0).stream().filter(ConfigurationIT::namesTheBadPort).count());
    }
  }

  @Test
  void movingOneListenerLeavesTheClientsOfAnother() throws Exception {
    int first = listener("moving");
    int second = listener("staying");
    try (RawClient neighbour = client(second, "neighbour")) {
      int moved = BrokerProcess.freePort();
      process.set("io.fluxmqtt.listener-moving.cfg", "port", moved);
      long begin = System.nanoTime();
      awaitListening(moved, MOVE_LIMIT);
      System.out.printf(
          "ConfigurationIT: listener moved in %d ms%n", (System.nanoTime() - begin) / 1_000_000);
      awaitClosed(first);
      neighbour.ping();
    }
  }

  @Test
  void defaultListenerMovesWithinTwoSeconds() throws Exception {
    int second = listener("second");
    try (BrokerProcess own = BrokerProcess.started("moving");
        RawClient neighbour = client(second, "elsewhere")) {
      int moved = BrokerProcess.freePort();
      own.set(BrokerProcess.DEFAULT_LISTENER, "port", moved);
      awaitListening(moved, MOVE_LIMIT);
      neighbour.ping();
    }
  }

  @Test
  void removingAListenerTellsItsClientsOnly() throws Exception {
    int leaving = listener("leaving");
    try (RawClient neighbour = RawClient.connected(process.address(), ConnectPacket.v5("n"));
        RawClient client = client(leaving, "leaver")) {
      Files.delete(process.etc().resolve("io.fluxmqtt.listener-leaving.cfg"));
      RawPacket farewell = client.expect(Wire.DISCONNECT);
      assertTrue(List.of(0x8B, 0x98).contains(farewell.reason()), farewell::toString);
      client.expectClosed();
      awaitClosed(leaving);
      neighbour.ping();
    }
  }

  @Test
  void badValueKeepsTheOldConfigurationAndIsLoggedOnce() throws Exception {
    int port = listener("steady");
    try (RawClient client = client(port, "steady")) {
      int mark = process.mark();
      process.set("io.fluxmqtt.listener-steady.cfg", "connectionsMax", "plenty");
      String line = process.awaitLine("connectionsMax=plenty", mark, LINE_LIMIT);
      assertTrue(line.contains("io.fluxmqtt.listener~steady"), line);
      client.ping();
      client(port, "another").close();
      // A second configuration is read after the first, so a repeated line would have come by now.
      listener("marker");
      long lines = process.lines(mark).stream().filter(each -> each.contains("plenty")).count();
      assertEquals(1, lines, process.log());
    }
  }

  @Test
  void unknownKeyIsNamed() throws Exception {
    int mark = process.mark();
    int port = BrokerProcess.freePort();
    process.write(
        "io.fluxmqtt.listener-typo.cfg", "host = 127.0.0.1\nport = " + port + "\nprot = 1\n");
    awaitListening(port, LINE_LIMIT);
    String line = process.awaitLine("prot", mark, LINE_LIMIT);
    assertTrue(line.contains("io.fluxmqtt.listener~typo"), line);
  }

  @Test
  void portInUseIsLoggedAndRetried() throws Exception {
    int mark = process.mark();
    int port;
    try (ServerSocket squatter = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = squatter.getLocalPort();
      process.write("io.fluxmqtt.listener-squatted.cfg", "host = 127.0.0.1\nport = " + port + "\n");
      String line = process.awaitLine(String.valueOf(port), mark, LINE_LIMIT);
      assertTrue(line.contains("squatted"), line);
    }
    awaitListening(port, Duration.ofSeconds(15));
  }

  @Test
  void anonymousBeyondLoopbackIsRefused() throws Exception {
    int mark = process.mark();
    int port = BrokerProcess.freePort();
    process.write("io.fluxmqtt.listener-wide.cfg", "host = 0.0.0.0\nport = " + port + "\n");
    process.awaitLine("allowAnonymousRemote", mark, LINE_LIMIT);
    assertThrows(IOException.class, () -> RawClient.open(BrokerAddress.loopback(port)));

    process.set("io.fluxmqtt.listener-wide.cfg", "allowAnonymousRemote", "true");
    awaitListening(port, LINE_LIMIT);
  }

  /** A line of the log; the line that says the broker is ready names the problem as well. */
  private static boolean namesTheBadPort(String line) {
    return line.contains("port=many") && !line.startsWith("flux-mqtt ready:");
  }

  /** A further listener on a port of its own, ready. */
  private static int listener(String name) throws Exception {
    int port = BrokerProcess.freePort();
    process.write(
        "io.fluxmqtt.listener-" + name + ".cfg", "host = 127.0.0.1\nport = " + port + "\n");
    awaitListening(port, LINE_LIMIT);
    return port;
  }

  private static RawClient client(int port, String id) throws IOException {
    return RawClient.connected(BrokerAddress.loopback(port), ConnectPacket.v5(id));
  }

  private static void awaitListening(int port, Duration limit) throws Exception {
    try {
      Await.until("port " + port + " answers", limit, () -> accepts(port));
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + process.log(), e);
    }
  }

  private static void awaitClosed(int port) throws Exception {
    Await.until("port " + port + " is closed", () -> !accepts(port));
  }

  private static boolean accepts(int port) {
    try (RawClient client = RawClient.open(BrokerAddress.loopback(port))) {
      return client.connect(ConnectPacket.v5("accepts-" + port)).reason() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
