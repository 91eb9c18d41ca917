package io.fluxmqtt.itests.kit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The connections of one test, closed when it ends, under names and topics that no other test uses.
 * A parameter of test methods: see {@link SharedBroker}.
 */
public final class Clients implements AutoCloseable {
  private final BrokerAddress broker;
  private final String unique = UUID.randomUUID().toString();
  private final List<RawClient> opened = new ArrayList<>();

  public Clients(BrokerAddress broker) {
    this.broker = broker;
  }

  /** A Topic Name of this test. */
  public String topic(String tail) {
    return "test/" + unique + "/" + tail;
  }

  /** A Client Identifier of this test. */
  public String id(String name) {
    return name + "-" + unique;
  }

  /** A CONNECT of 5.0 under a name of this test. */
  public ConnectPacket v5(String name) {
    return ConnectPacket.v5(id(name));
  }

  /** A connection on which nothing was said yet. */
  public RawClient open() throws IOException {
    RawClient client = RawClient.open(broker);
    opened.add(client);
    return client;
  }

  /** A client that was accepted, under a name of this test. */
  public RawClient connect(String name) throws IOException {
    return connect(v5(name));
  }

  /** A client that was accepted. */
  public RawClient connect(ConnectPacket packet) throws IOException {
    RawClient client = RawClient.connected(broker, packet);
    opened.add(client);
    return client;
  }

  @Override
  public void close() throws IOException {
    for (RawClient client : opened) {
      client.close();
    }
  }
}
