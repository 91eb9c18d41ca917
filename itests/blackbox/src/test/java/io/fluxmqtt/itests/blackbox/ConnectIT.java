package io.fluxmqtt.itests.blackbox;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.packet;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** CONNECT beyond what the tests of the statements prove, byte by byte. */
@ExtendWith(SharedBroker.class)
class ConnectIT {
  @Test
  void refusesAnEmptyIdentifierOf311WithoutCleanSession(BrokerAddress broker) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      assertEquals(2, client.connect(ConnectPacket.v311("").resume()).reason());
      client.expectClosed();
    }
  }

  @Test
  void servesVersion31(BrokerAddress broker) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      client.send(packet(0x10, utf8("MQIsdp"), bytes(3, 2), u16(0), utf8("old")));
      assertEquals(0, client.expect(Wire.CONNACK).reason());
      client.ping();
    }
  }

  @Test
  void closesAConnectionThatNeverSaysConnect(BrokerAddress broker) throws IOException {
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
}
