package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;

/** Clients that take no packet larger than their CONNACK: there is no room to explain anything. */
final class NarrowClient {
  private NarrowClient() {}

  static RawClient connect(Clients clients) throws IOException {
    return connect(clients, clients.v5("narrow").explained(), maximum(clients));
  }

  static RawClient connect(Clients clients, ConnectPacket packet, int maximum) throws IOException {
    return clients.connect(packet.with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(maximum)));
  }

  /** The size of a CONNACK. */
  static int maximum(Clients clients) throws IOException {
    RawClient wide = clients.open();
    int size =
        wide.connect(clients.v5("wide").with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(1000))).size();
    assertTrue(size < 40, "a CONNACK of " + size + " bytes");
    return size;
  }
}
