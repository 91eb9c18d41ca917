package io.fluxmqtt.itests.kit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Clients of all kinds that ask a broker what an {@code acl_file} of mosquitto lets them do, and
 * such files by chance. One of them, {@code root}, may do all.
 */
public final class AclClients implements AutoCloseable {
  /** A client; the user name is null if it is anonymous. */
  public record Name(String id, String user) {
    /** Whether a name reaches into other levels, which mosquitto lets it and we do not. */
    public boolean isBroad() {
      return (id + user).indexOf('/') >= 0 || id.startsWith("$");
    }
  }

  public static final String PASSWORD = "secret";
  public static final Name ROOT = new Name("rooted", "root");
  public static final List<Name> NAMES =
      List.of(
          new Name("c1", null),
          new Name("c2", "ann"),
          new Name("dev-1", "bob"),
          new Name("c2x", "carol"),
          new Name("w+ild", "ann"),
          new Name("c6", "a#b"),
          new Name("+", null),
          new Name("f/g", "d/e"),
          new Name("$x", "ann b"));
  public static final List<String> TOPICS =
      List.of(
          "a",
          "b",
          "/a",
          "a/",
          "a//b",
          "a/a",
          "a/b",
          "a/b/a",
          "a/c1",
          "a/c2",
          "a/ann",
          "a/ann/b",
          "a/bob/c2",
          "a/dev-1",
          "c2",
          "c2/a",
          "ann/a",
          "dev-1/a",
          "x-c2",
          "x-ann/a",
          "a/%c",
          "a b",
          "a/f/g",
          "a/d/e",
          "$x",
          "$x/a",
          "$x/c2");

  private static final List<String> LEVELS = List.of("a", "a", "b", "", "+", "ann", "c2", "a b");
  private static final List<String> PERSONAL = List.of("%c", "%u", "x-%c", "x-%u", "%c%u");

  private static final int NOT_AUTHORIZED = 0x87;

  private final BrokerAddress broker;
  private final Map<Name, RawClient> clients = new LinkedHashMap<>();
  private int round;

  /** Connects all of them. */
  public AclClients(BrokerAddress broker) throws IOException {
    this.broker = broker;
    connect(ROOT);
    for (Name name : NAMES) {
      connect(name);
    }
  }

  private void connect(Name name) throws IOException {
    ConnectPacket connect = ConnectPacket.v5(name.id());
    clients.put(
        name,
        RawClient.connected(
            broker, name.user() == null ? connect : connect.login(name.user(), PASSWORD)));
  }

  /** A file by chance; it lets {@link #ROOT} publish to a topic of this number. */
  public static String file(Random random, int number) {
    StringBuilder file = new StringBuilder();
    int lines = 1 + random.nextInt(12);
    for (int i = 0; i < lines; i++) {
      int kind = random.nextInt(10);
      if (kind < 2) {
        file.append("user ").append(of(random, List.of("ann", "bob", "a#b", "ghost", "ann b")));
      } else if (kind == 2) {
        file.append(of(random, List.of("", "# topic #", "  ", "#")));
      } else {
        boolean pattern = kind > 6;
        String access = of(random, List.of("read", "write", "readwrite", "deny", "deny", ""));
        String topic = topic(random, pattern);
        file.append(pattern ? "pattern " : "topic ");
        file.append(access.isEmpty() && topic.indexOf(' ') >= 0 ? "readwrite" : access);
        file.append(' ').append(topic);
      }
      file.append(random.nextInt(4) == 0 ? " \r\n" : "\n");
    }
    return file.append("user root\ntopic #\ntopic $x/#\ntopic write ")
        .append(probe(number))
        .append('\n')
        .toString();
  }

  private static String topic(Random random, boolean pattern) {
    StringBuilder topic = new StringBuilder();
    int levels = random.nextInt(4);
    for (int i = 0; i < levels; i++) {
      boolean personal = random.nextInt(pattern ? 2 : 8) == 0;
      String level =
          i == 0 && random.nextInt(6) == 0 ? "$x" : of(random, personal ? PERSONAL : LEVELS);
      topic.append(i == 0 ? "" : "/").append(level);
    }
    boolean open = topic.isEmpty() || random.nextInt(3) == 0;
    return open ? (topic.isEmpty() ? "#" : topic + "/#") : topic.toString();
  }

  private static String of(Random random, List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static String probe(int number) {
    return "$probe/" + number;
  }

  /** Waits until the file of this number is in force. */
  public void awaitFile(int number) throws Exception {
    RawClient root = clients.get(ROOT);
    Await.until(
        "the file counts",
        () -> {
          send(root, probe(number), "probe");
          return takePubAck(root) != NOT_AUTHORIZED;
        });
  }

  /** The topics to which a client may publish. */
  public Set<String> writable(Name name) throws IOException {
    RawClient client = clients.get(name);
    for (String topic : TOPICS) {
      send(client, topic, "written");
    }
    Set<String> allowed = new TreeSet<>();
    for (String topic : TOPICS) {
      if (takePubAck(client) != NOT_AUTHORIZED) {
        allowed.add(topic);
      }
    }
    return allowed;
  }

  /** The topics to each of which a client may subscribe by itself. */
  public Set<String> subscribable(Name name) throws IOException {
    RawClient client = clients.get(name);
    Set<String> allowed = new TreeSet<>();
    for (String topic : TOPICS) {
      client.send(Wire.subscribe(client.nextPacketId(), topic, 0));
      if (next(client).reasons().get(0) != NOT_AUTHORIZED) {
        allowed.add(topic);
      }
    }
    return allowed;
  }

  /** Has all but root subscribe to everything: for a broker that grants that to anybody. */
  public void subscribeToAll() throws IOException {
    for (Name name : NAMES) {
      clients.get(name).subscribe("#", 0);
      clients.get(name).subscribe("$x/#", 0);
    }
  }

  /** Has root publish to all topics; which of these messages each of the others is sent. */
  public Map<Name, Set<String>> readable() throws IOException {
    String payload = "round " + ++round;
    RawClient root = clients.get(ROOT);
    for (String topic : TOPICS) {
      send(root, topic, payload);
    }
    for (int i = 0; i < TOPICS.size(); i++) {
      if (takePubAck(root) == NOT_AUTHORIZED) {
        throw new AssertionError("root may not publish to " + TOPICS.get(i));
      }
    }
    Map<Name, Set<String>> received = new LinkedHashMap<>();
    for (Name name : NAMES) {
      received.put(name, received(clients.get(name), payload));
    }
    return received;
  }

  private static Set<String> received(RawClient client, String payload) throws IOException {
    Set<String> topics = new TreeSet<>();
    client.send(Wire.pingReq());
    RawPacket packet = client.receive();
    while (packet.type() != Wire.PINGRESP) {
      if (packet.type() == Wire.PUBLISH && packet.payloadText().equals(payload)) {
        topics.add(packet.topic());
      }
      packet = client.receive();
    }
    return topics;
  }

  private static void send(RawClient client, String topic, String payload) throws IOException {
    client.send(Wire.publish(1 << 1, topic, client.nextPacketId(), payload.getBytes(UTF_8)));
  }

  private static int takePubAck(RawClient client) throws IOException {
    RawPacket packet = next(client);
    if (packet.type() != Wire.PUBACK) {
      throw new AssertionError(packet.toString());
    }
    return packet.reason();
  }

  /** The next packet that is no message of another client. */
  private static RawPacket next(RawClient client) throws IOException {
    RawPacket packet = client.receive();
    while (packet.type() == Wire.PUBLISH) {
      packet = client.receive();
    }
    return packet;
  }

  @Override
  public void close() throws IOException {
    for (RawClient client : clients.values()) {
      client.close();
    }
  }
}
