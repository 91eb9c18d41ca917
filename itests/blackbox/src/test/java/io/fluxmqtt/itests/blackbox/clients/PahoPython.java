package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Eclipse Paho Python of Debian. */
final class PahoPython {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String PYTHON = "/usr/bin/python3"; // the one that Debian's package serves
  private static Boolean there;

  private PahoPython() {}

  static MqttPeer v311(BrokerAddress broker) throws Exception {
    return peer(broker, 4);
  }

  static MqttPeer v5(BrokerAddress broker) throws Exception {
    return peer(broker, 5);
  }

  private static MqttPeer peer(BrokerAddress broker, int version) throws Exception {
    Tool.skipUnless(isThere(), "Paho for Python is missing; install python3-paho-mqtt");
    String script = script();
    return new ScriptPeer(
        broker, version, new ProcessBuilder(new ArrayList<>(List.of(PYTHON, script))));
  }

  private static String script() throws IOException {
    return Tool.resource("paho_client.py").toString();
  }

  private static synchronized boolean isThere() throws Exception {
    if (there == null) {
      there =
          Files.isExecutable(Path.of(PYTHON))
              && Tool.run(LIMIT, PYTHON, "-c", "import paho.mqtt.client").exit() == 0;
    }
    return there;
  }
}
