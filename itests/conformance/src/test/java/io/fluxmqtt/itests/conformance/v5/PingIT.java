package io.fluxmqtt.itests.conformance.v5;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.SharedBroker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 3.12: PINGREQ, and 3.13: PINGRESP. */
@ExtendWith(SharedBroker.class)
class PingIT {
  @Test
  @Normative(value = "MQTT-3.12.4-1", v311 = "MQTT-3.12.4-1")
  void pingIsAnswered(BrokerAddress broker) throws Exception {
    for (ConnectPacket connect :
        new ConnectPacket[] {ConnectPacket.v5("ping-5"), ConnectPacket.v311("ping-311")}) {
      try (RawClient client = RawClient.connected(broker, connect)) {
        client.ping();
      }
    }
  }
}
