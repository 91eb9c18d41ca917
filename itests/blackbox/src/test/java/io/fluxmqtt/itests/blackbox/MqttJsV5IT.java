package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.blackbox.MqttJsV3IT.MqttJs;
import io.fluxmqtt.itests.kit.BrokerAddress;
import org.junit.jupiter.api.BeforeAll;

/** MQTT.js on Node, MQTT 5.0. */
class MqttJsV5IT extends ClientContractV5 {
  @BeforeAll
  static void install() throws Exception {
    MqttJs.require();
  }

  @Override
  MqttPeer peer(BrokerAddress broker) throws Exception {
    return MqttJs.peer(broker, 5);
  }
}
