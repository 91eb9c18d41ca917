package io.fluxmqtt.itests.conformance.options;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.UUID;

/** A broker with a listener for each option under test, and what tests do at one of them. */
final class ListenerBroker implements AutoCloseable {
  private final BrokerProcess process;

  private ListenerBroker(BrokerProcess process) {
    this.process = process;
  }

  /** With its default listener only, not started yet. */
  static ListenerBroker prepare(String name) throws IOException {
    return new ListenerBroker(BrokerProcess.prepare(name));
  }

  /** On a process that is not started yet. */
  static ListenerBroker of(BrokerProcess process) {
    return new ListenerBroker(process);
  }

  /** Adds a listener with some settings, a line each. */
  ListenerBroker listener(String name, String... settings) throws IOException {
    String lines = String.join("\n", settings);
    process.write(file(name), "port = " + BrokerProcess.freePort() + "\n" + lines + "\n");
    return this;
  }

  /** Changes {@code io.fluxmqtt.session.cfg}. */
  ListenerBroker session(String key, Object value) throws IOException {
    process.set("io.fluxmqtt.session.cfg", key, value);
    return this;
  }

  ListenerBroker start() throws Exception {
    process.start();
    return this;
  }

  BrokerProcess process() {
    return process;
  }

  static String file(String listener) {
    return "io.fluxmqtt.listener-" + listener + ".cfg";
  }

  /** A connection on which nothing was said yet. */
  RawClient open(String listener) throws IOException {
    return RawClient.open(process.address(listener));
  }

  /** A client of 5.0 that was accepted. */
  RawClient v5(String listener) throws IOException {
    return RawClient.connected(process.address(listener), ConnectPacket.v5(unique()));
  }

  /** A client of 3.1.1 that was accepted. */
  RawClient v311(String listener) throws IOException {
    return RawClient.connected(process.address(listener), ConnectPacket.v311(unique()));
  }

  /** A client of 5.0, or of 3.1.1, that was accepted. */
  RawClient connected(int version, String listener) throws IOException {
    return version == 5 ? v5(listener) : v311(listener);
  }

  /** A Client Identifier that nobody else has, of 8 bytes. */
  static String unique() {
    return UUID.randomUUID().toString().substring(0, 8);
  }

  /** The code with which a CONNECT is refused; the broker has closed then. */
  int refusal(String listener, ConnectPacket connect) throws IOException {
    try (RawClient client = open(listener)) {
      RawPacket connAck = client.connect(connect);
      client.expectClosed();
      return connAck.reason();
    }
  }

  /** The broker closes without a word: all that 3.1.1 can say. */
  static void expectClosedSilently(RawClient client) throws IOException {
    RawPacket packet;
    try {
      packet = client.receive();
    } catch (EOFException | SocketException e) {
      return;
    }
    throw new AssertionError("still open, and got a " + packet);
  }

  /** Publishes in 3.1.1 at QoS 1, which is acknowledged. */
  static void publish311(RawClient client, String topic, String payload) throws IOException {
    int id = client.nextPacketId();
    client.send(Wire.publish311(2, topic, id, payload));
    assertEquals(id, client.expect(Wire.PUBACK).packetId());
  }

  /** The broker has had no need to write a stack trace. */
  void expectNoTrouble() {
    for (String line : process.log().split("\n")) {
      if (line.contains("StackOverflow")
          || line.contains("OutOfMemory")
          || line.contains(" ERROR ")) {
        throw new AssertionError(line);
      }
    }
  }

  @Override
  public void close() throws Exception {
    process.close();
  }
}
