package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.blackbox.PythonPahoV3IT.PythonPaho;
import io.fluxmqtt.itests.kit.BrokerAddress;
import org.junit.jupiter.api.BeforeAll;

/** Eclipse Paho Python of Debian, MQTT 5.0. */
class PythonPahoV5IT extends ClientContractV5 {
  private static String python;

  @BeforeAll
  static void findPython() throws Exception {
    python = PythonPaho.require();
  }

  @Override
  MqttPeer peer(BrokerAddress broker) throws Exception {
    return PythonPaho.peer(python, broker, 5);
  }
}
