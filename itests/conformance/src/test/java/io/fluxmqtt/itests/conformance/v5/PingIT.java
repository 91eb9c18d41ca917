package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
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

  @Test
  @Normative(value = "MQTT-3.12.4-1", v311 = "MQTT-3.12.4-1")
  void everyPingIsAnsweredByTwoBytes(BrokerAddress broker) throws Exception {
    for (ConnectPacket connect :
        new ConnectPacket[] {ConnectPacket.v5("ping-5"), ConnectPacket.v311("ping-311")}) {
      try (RawClient client = RawClient.connected(broker, connect)) {
        client.send(Wire.pingReq(), Wire.pingReq(), Wire.pingReq());
        assertArrayEquals(bytes(0xD0, 0, 0xD0, 0, 0xD0, 0), client.receiveBytes(6));
      }
    }
  }
}
