package io.fluxmqtt.itests.conformance.v311;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test on the shared broker, with topics and Client Identifiers of its own. */
@ExtendWith(SharedBroker.class)
class SharedBrokerCase {
  private final String unique = UUID.randomUUID().toString();
  private final List<Peer> peers = new ArrayList<>();

  /** A topic that no other test knows. */
  final String topic = "v311/" + unique;

  BrokerAddress broker;

  @BeforeEach
  void meet(BrokerAddress address) {
    broker = address;
  }

  @AfterEach
  void part() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
  }

  /** A Client Identifier that no other test knows. */
  String id(String name) {
    return name + "-" + unique;
  }

  /** A connection on which nothing was said yet; closed after the test. */
  Peer open() throws IOException {
    Peer peer = Peer.open(broker);
    peers.add(peer);
    return peer;
  }

  /** A client that was accepted with CleanSession 1. */
  Peer clean(String name) throws IOException {
    return open().accepted(Peer.connect(Peer.CLEAN, 0, Wire.utf8(id(name))));
  }

  /** A client that was accepted with CleanSession 0. */
  Peer kept(String name) throws IOException {
    return open().accepted(Peer.connect(0, 0, Wire.utf8(id(name))));
  }

  /** A client that was accepted with this Will: its QoS and flags, and its payload. */
  Peer withWill(String name, int flags, int willQos, String payload) throws IOException {
    return open()
        .accepted(
            Peer.connect(
                flags | Peer.WILL | willQos << 3,
                0,
                Wire.utf8(id(name)),
                Wire.utf8(topic),
                Wire.utf8(payload)));
  }
}
