package io.fluxmqtt.itests.blackbox.live;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * One key under test in a broker that runs: a key of the listener at a listener of its own, any
 * other at the default listener. What was changed is undone at the end.
 */
final class Bench implements AutoCloseable {
  static final String LISTENER = "io.fluxmqtt.listener";
  private static final String UNDONE = "undone";

  private final BrokerProcess process;
  private final Attribute attribute;
  private final String file;
  private final BrokerAddress address;
  private final List<String> before; // lines of the file, to be put back
  private final List<RawClient> clients = new ArrayList<>();

  private Bench(BrokerProcess process, Attribute attribute, String file, BrokerAddress address)
      throws IOException {
    this.process = process;
    this.attribute = attribute;
    this.file = file;
    this.address = address;
    this.before = new ArrayList<>(Files.exists(path()) ? Files.readAllLines(path()) : List.of());
    before.removeIf(line -> line.startsWith(UNDONE));
  }

  /** With further lines in the same file. */
  static Bench open(BrokerProcess process, Attribute attribute, List<String> given)
      throws Exception {
    Bench bench;
    if (attribute.pid().equals(LISTENER)) {
      int port = BrokerProcess.freePort();
      String file = LISTENER + "-" + attribute.key() + ".cfg";
      bench = new Bench(process, attribute, file, BrokerAddress.loopback(port));
      bench.edit("port = " + port + "\nconnectTimeoutSeconds = 60\n");
    } else {
      String file = attribute.pid() + ".cfg";
      bench = new Bench(process, attribute, file, process.address());
    }
    for (String line : given) {
      String[] parts = line.split(" = ", 2);
      process.set(bench.file, parts[0], parts.length > 1 ? parts[1] : "");
    }
    return bench;
  }

  BrokerProcess process() {
    return process;
  }

  BrokerAddress address() {
    return address;
  }

  String key() {
    return attribute.key();
  }

  /** Changes the key. */
  void set(Object value) throws IOException {
    process.set(file, attribute.key(), value);
  }

  /** Changes another key of the same file. */
  void setOther(String key, Object value) throws IOException {
    process.set(file, key, value);
  }

  /** A connection on which nothing was said yet. */
  RawClient open() throws IOException {
    return open(address);
  }

  RawClient open(BrokerAddress at) throws IOException {
    RawClient client = RawClient.open(at);
    clients.add(client);
    return client;
  }

  /** A client of 5.0 that was accepted. */
  RawClient connected() throws IOException {
    return connected(v5());
  }

  RawClient connected(ConnectPacket connect) throws IOException {
    RawClient client = RawClient.connected(address, connect);
    clients.add(client);
    return client;
  }

  static ConnectPacket v5() {
    return ConnectPacket.v5(unique());
  }

  /** Eight letters that nobody else has. */
  static String unique() {
    return UUID.randomUUID().toString().substring(0, 8);
  }

  private java.nio.file.Path path() {
    return process.etc().resolve(file);
  }

  private void edit(String text) throws IOException {
    process.write(file, text);
  }

  @Override
  public void close() throws Exception {
    for (RawClient client : clients) {
      client.close();
    }
    if (before.isEmpty()) {
      Files.delete(path());
      return;
    }
    String mark = UNDONE + unique(); // a key that nobody knows is named in the log, once it is read
    int lines = process.mark();
    edit(String.join("\n", before) + "\n" + mark + " = 1\n");
    process.awaitLine(mark, lines, Proof.READ_LIMIT);
  }
}
