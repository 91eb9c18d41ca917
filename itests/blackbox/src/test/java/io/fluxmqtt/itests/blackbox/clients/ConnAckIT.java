package io.fluxmqtt.itests.blackbox.clients;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.clients.MqttPeer.Login;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Cable;
import io.fluxmqtt.itests.kit.Wire;
import io.fluxmqtt.itests.kit.WireTap;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * How long each client waits for CONNACK, measured on the wire: from the last byte of CONNECT to
 * CONNACK, so that the start of the client does not count. The broker is started anew for each
 * client, and the first connection after that is one of those measured. The bound holds for the
 * best of them, since on a busy machine others tell of the machine.
 */
class ConnAckIT {
  private static final int CONNECTIONS = 7;
  private static final double BOUND_MILLIS = 50;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

  private static BrokerProcess broker;

  @BeforeAll
  static void prepare() throws Exception {
    broker = BrokerProcess.prepare("connack");
  }

  @AfterAll
  static void remove() throws Exception {
    broker.close();
  }

  @BeforeEach
  void start() throws Exception {
    broker.start();
  }

  @AfterEach
  void stop() throws Exception {
    broker.stop(STOP_LIMIT);
  }

  @EveryClient
  void connAckComesInTime(TestedClient client) throws Exception {
    double[] millis = new double[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++) {
      millis[i] = millisToConnAck(client, "connack-" + i);
    }

    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    String line =
        String.format(
            Locale.ROOT,
            "CONNACK | %-34s | first after start %5.1f ms | median %5.1f ms | best %5.1f ms | load %.1f",
            client,
            millis[0],
            sorted[CONNECTIONS / 2],
            sorted[0],
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    System.out.println(line);
    assertTrue(sorted[0] < BOUND_MILLIS, line);
  }

  private static double millisToConnAck(TestedClient client, String clientId) throws Exception {
    try (Cable cable = Cable.tapped(broker.address());
        MqttPeer peer = client.peer(cable.address())) {
      peer.connect(Login.clean(clientId));
      WireTap tap = cable.taps().get(0);
      long asked = nanos(tap.fromClient(), Wire.CONNECT);
      long answered = nanos(tap.fromBroker(), Wire.CONNACK);
      return (answered - asked) / 1_000_000.0;
    }
  }

  private static long nanos(List<WireTap.Passed> passed, int type) {
    return WireTap.first(passed, type).orElseThrow().nanos();
  }
}
