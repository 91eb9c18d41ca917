package io.fluxmqtt.itests.conformance.v311;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** MQTT 3.1.1, sections 3.12: PINGREQ, and 3.13: PINGRESP. */
class PingIT extends SharedBrokerCase {
  @Test
  @Normative(v311 = {"MQTT-3.12.4-1"})
  void everyPingIsAnswered() throws IOException {
    Peer peer = clean("peer");
    peer.send(Wire.pingReq(), Wire.pingReq(), Wire.pingReq());
    for (int i = 0; i < 3; i++) {
      RawPacket answer = peer.receive();
      assertEquals(0xD0, answer.first());
      assertArrayEquals(new byte[0], answer.body());
    }
    peer.ping();
  }
}
