package io.fluxmqtt.itests.blackbox.clients;

import io.fluxmqtt.itests.blackbox.clients.MqttPeer.Login;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.Cable;
import io.fluxmqtt.itests.kit.SharedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** What scenarios share: the broker, names that no other test uses, clients closed at the end. */
@ExtendWith(SharedBroker.class)
abstract class ClientScenarios {
  /** A topic that no other test uses. */
  final String base = "clients/" + UUID.randomUUID();

  private final List<AutoCloseable> open = new ArrayList<>();
  private BrokerAddress broker;

  @BeforeEach
  void remember(BrokerAddress address) {
    broker = address;
  }

  @AfterEach
  void closeAll() {
    for (AutoCloseable each : open) {
      try {
        each.close();
      } catch (Exception e) { // its connection was cut, and it has just noticed
        System.out.println("while closing a client: " + e);
      }
    }
  }

  /** A client that is not connected. */
  MqttPeer peer(TestedClient client) throws Exception {
    return keep(client.peer(broker));
  }

  /** A client that is not connected, to be connected through a cable. */
  MqttPeer peer(TestedClient client, Cable cable) throws Exception {
    return keep(client.peer(cable.address()));
  }

  /** A client with a clean session. */
  MqttPeer connected(TestedClient client, String name) throws Exception {
    MqttPeer peer = peer(client);
    peer.connect(Login.clean(id(name)));
    return peer;
  }

  Cable cable() throws Exception {
    return keep(Cable.to(broker));
  }

  Cable tappedCable() throws Exception {
    return keep(Cable.tapped(broker));
  }

  /** A Client Identifier that no other test uses. */
  String id(String name) {
    return name + "-" + base.substring(base.length() - 12);
  }

  /** Ends a persistent session of a client that is connected. */
  void forget(TestedClient client, String name, MqttPeer connected) throws Exception {
    connected.disconnect();
    connected(client, name);
  }

  /** Reads up to and including the message "end". */
  static List<String> texts(MqttPeer peer) throws InterruptedException {
    List<String> texts = new ArrayList<>();
    do {
      texts.add(peer.next().text());
    } while (!texts.get(texts.size() - 1).equals("end"));
    return texts;
  }

  private <T extends AutoCloseable> T keep(T each) {
    open.add(0, each);
    return each;
  }
}
