package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Tool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** Eclipse Paho Python of Debian, MQTT 3.1.1. */
class PythonPahoV3IT extends ClientContract {
  private static String python;

  @BeforeAll
  static void findPython() throws Exception {
    python = PythonPaho.require();
  }

  @Override
  MqttPeer peer(BrokerAddress broker) throws Exception {
    return PythonPaho.peer(python, broker, 4);
  }

  /** How the script is started, for both versions. */
  static final class PythonPaho {
    private PythonPaho() {}

    static String require() throws Exception {
      String python = "/usr/bin/python3";
      boolean there =
          new java.io.File(python).canExecute()
              && Tool.run(java.time.Duration.ofSeconds(20), python, "-c", "import paho.mqtt").exit()
                  == 0;
      Tool.skipUnless(there, "Paho for Python is missing; install python3-paho-mqtt");
      return python;
    }

    static MqttPeer peer(String python, BrokerAddress broker, int version) throws Exception {
      String script = Tool.resource("paho_client.py").toString();
      return new ScriptPeer(
          broker, version, new ProcessBuilder(new ArrayList<>(List.of(python, script))));
    }
  }
}
