package io.fluxmqtt.itests.blackbox.live;

import static io.fluxmqtt.itests.blackbox.live.Liveness.HOT;
import static io.fluxmqtt.itests.blackbox.live.Liveness.MOVES_LISTENER;
import static io.fluxmqtt.itests.blackbox.live.Liveness.NEW_CONNECTIONS;
import static io.fluxmqtt.itests.blackbox.live.Liveness.REOPENS_SOCKET;
import static io.fluxmqtt.itests.blackbox.live.Sights.answerTo;
import static io.fluxmqtt.itests.blackbox.live.Sights.connAckText;
import static io.fluxmqtt.itests.blackbox.live.Sights.subscribe;
import static io.fluxmqtt.itests.blackbox.live.Sights.told;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a change of each key of {@code io.fluxmqtt.listener} does. */
final class ListenerProofs {
  private static final int REQUEST_RESPONSE_INFORMATION = 0x19;
  private static final int RESPONSE_INFORMATION = 0x1A;
  private static final int SERVER_REFERENCE = 0x1C;
  private static final byte[] UTF8_PAYLOAD = Wire.property(0x01, Wire.bytes(1));
  private static final byte[] USER_PROPERTY = Wire.userProperty("k", "v");

  private ListenerProofs() {}

  static Map<String, Proof> all() {
    Map<String, Proof> all = new HashMap<>(limits());
    all.putAll(switches());
    all.putAll(KindProofs.all());
    all.putAll(TlsProofs.all());
    all.put("host", Proof.of(MOVES_LISTENER, ListenerProofs::host));
    all.put("port", Proof.of(MOVES_LISTENER, ListenerProofs::port));
    all.put("backlog", Proof.of(REOPENS_SOCKET, ListenerProofs::backlog));
    all.put("connectTimeoutSeconds", Proof.of(NEW_CONNECTIONS, ListenerProofs::connectTimeout));
    all.put("redirect", Proof.of(HOT, ListenerProofs::redirect).given("serverReference = b:1"));
    all.put(
        "serverReference",
        Proof.of(HOT, ListenerProofs::serverReference).given("redirect = server-moved"));
    all.put(
        "authenticators",
        Proof.seen(
            NEW_CONNECTIONS,
            "nobody",
            Bench::open,
            answerTo(Bench.v5()),
            "CONNACK 00",
            "CONNACK 87"));
    all.put(
        "allowAnonymousRemote",
        Proof.of(NEW_CONNECTIONS, ListenerProofs::allowAnonymousRemote).given("host = 0.0.0.0"));
    return all;
  }

  private static Map<String, Proof> limits() {
    byte[] many = Wire.publish("t", 1, 1, "x".repeat(100));
    byte[] deep = Wire.publish("1/2/3/4", 1, 1, "x");
    byte[] rich = Wire.publish("t", 1, 1, "x", USER_PROPERTY);
    return Map.ofEntries(
        Map.entry(
            "connectionsMax",
            Proof.seen(
                NEW_CONNECTIONS, 1, Bench::open, answerTo(Bench.v5()), "CONNACK 00", "closed")),
        seen("packetMaxBytes", 64, many, "PUBACK 10", "DISCONNECT 95"),
        Map.entry(
            "clientIdMaxBytes",
            Proof.seen(
                NEW_CONNECTIONS,
                23,
                Bench::open,
                answerTo(io.fluxmqtt.itests.kit.ConnectPacket.v5("i".repeat(24))),
                "CONNACK 00",
                "CONNACK 85")),
        seen("topicMaxBytes", 6, deep, "PUBACK 10", "PUBACK 90"),
        seen("topicMaxLevels", 3, deep, "PUBACK 10", "PUBACK 90"),
        seen("filtersPerPacketMax", 1, subscribe("a", "b"), "SUBACK 00 00", "DISCONNECT 97"),
        seen("userPropertiesMax", 0, rich, "PUBACK 10", "DISCONNECT 97"),
        seen("userPropertiesMaxBytes", 1, rich, "PUBACK 10", "DISCONNECT 97"),
        Map.entry(
            "receiveMaximumExceeded",
            Proof.seen(NEW_CONNECTIONS, "warn", Sights.unreleased(1_001), "DISCONNECT 93", "all")));
  }

  private static Map<String, Proof> switches() {
    byte[] identified =
        Wire.subscribe(1, "t", 0, Wire.property(Wire.SUBSCRIPTION_IDENTIFIER, Wire.bytes(1)));
    byte[] retained = Wire.publish(3, "live/retained", 1, new byte[0]);
    byte[] qos1 = Wire.publish("t", 1, 1, "x");
    byte[] noUtf8 = Wire.publish(2, "t", 1, Wire.bytes(0xFF), UTF8_PAYLOAD);
    return Map.ofEntries(
        seen("wildcardSubscriptions", false, subscribe("#"), "SUBACK 00", "DISCONNECT a2"),
        seen("sharedSubscriptions", false, subscribe("$share/g/a"), "SUBACK 00", "DISCONNECT 9e"),
        seen("subscriptionIdentifiers", false, identified, "SUBACK 00", "DISCONNECT a1"),
        seen("retain", false, retained, "PUBACK 10", "DISCONNECT 9a"),
        seen("maximumQos", 0, qos1, "PUBACK 10", "DISCONNECT 9b"),
        seen("payloadFormatCheck", true, noUtf8, "PUBACK 10", "PUBACK 99"),
        Map.entry(
            "reasonStrings",
            Proof.seen(
                NEW_CONNECTIONS, "unless-declined", ListenerProofs::denial, "bare", "explained")),
        Map.entry(
            "responseInformation",
            Proof.seen(
                NEW_CONNECTIONS,
                "answers",
                Bench::open,
                connAckText(
                    Bench.v5().with(REQUEST_RESPONSE_INFORMATION, Wire.bytes(1)),
                    RESPONSE_INFORMATION),
                "none",
                "answers")));
  }

  private static Map.Entry<String, Proof> seen(
      String key, Object value, byte[] packet, String before, String after) {
    return Map.entry(key, Proof.seen(NEW_CONNECTIONS, value, answerTo(packet), before, after));
  }

  /** Whether a client that has not asked is told why it may not publish. */
  private static String denial(RawClient client) throws IOException {
    client.send(Wire.publish("$denied", 1, 1, "x"));
    return client.expect(Wire.PUBACK).all(Wire.REASON_STRING).isEmpty() ? "bare" : "explained";
  }

  private static void host(Bench bench) throws Exception {
    awaitServed(bench, bench.address());
    RawClient old = bench.connected();
    bench.set("127.0.0.2");
    awaitServed(bench, new BrokerAddress("127.0.0.2", bench.address().port()));
    awaitGone(bench);
    old.ping();
  }

  private static void port(Bench bench) throws Exception {
    awaitServed(bench, bench.address());
    RawClient old = bench.connected();
    int port = BrokerProcess.freePort();
    bench.set(port);
    awaitServed(bench, BrokerAddress.loopback(port));
    awaitGone(bench);
    old.ping();
  }

  private static void backlog(Bench bench) throws Exception {
    Tool.skipUnless(Files.exists(Path.of("/proc/net/tcp")), "this system has no /proc/net/tcp");
    awaitServed(bench, bench.address());
    RawClient old = bench.connected();
    String before = socket(bench.address().port());
    assertTrue(!before.isEmpty(), "no server socket was found");
    bench.set(64);
    Await.until(
        "another server socket",
        () -> {
          String now = socket(bench.address().port());
          return !now.isEmpty() && !now.equals(before);
        });
    old.ping();
    awaitServed(bench, bench.address());
  }

  /** The inode of the server socket at a port, as the kernel has it; empty if there is none. */
  private static String socket(int port) throws IOException {
    String local = ":%04X".formatted(port).toUpperCase(Locale.ROOT);
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] columns = line.trim().split("\\s+");
        if (columns[1].endsWith(local) && columns[3].equals("0A")) { // LISTEN
          return columns[9];
        }
      }
    }
    return "";
  }

  private static void connectTimeout(Bench bench) throws Exception {
    awaitServed(bench, bench.address());
    RawClient old = bench.open();
    bench.set(1);
    Await.until(
        "a new connection that says nothing is closed",
        () -> {
          try (RawClient fresh = bench.open()) {
            return isClosedWithin(fresh, 3_000);
          }
        });
    assertEquals(0, old.connect(Bench.v5()).reason());
  }

  private static boolean isClosedWithin(RawClient client, int millis) throws IOException {
    try {
      throw new AssertionError(client.receive(java.time.Duration.ofMillis(millis)).toString());
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.io.EOFException | java.net.SocketException e) {
      return true;
    }
  }

  private static void redirect(Bench bench) throws Exception {
    awaitServed(bench, bench.address());
    RawClient old = bench.connected();
    old.ping();
    bench.set("use-another-server");
    assertEquals("DISCONNECT 9c", told(old.receive()));
    old.expectClosed();
    Proof.awaitSight("after", bench, Bench::open, answerTo(Bench.v5()), "CONNACK 9c");
    bench.set("none");
    Proof.awaitSight("again", bench, Bench::open, answerTo(Bench.v5()), "CONNACK 00");
  }

  private static void serverReference(Bench bench) throws Exception {
    Proof.Sight reference = connAckText(Bench.v5(), SERVER_REFERENCE);
    Proof.awaitSight("before", bench, Bench::open, reference, "none");
    bench.set("a.example.org b.example.org:1");
    String after = "a.example.org b.example.org:1";
    Proof.awaitSight("after", bench, Bench::open, reference, after);
  }

  private static void allowAnonymousRemote(Bench bench) throws Exception {
    bench.process().awaitLine("allowAnonymousRemote=true in", Proof.READ_LIMIT);
    bench.set(true);
    awaitServed(bench, bench.address());
    RawClient old = bench.connected();
    int mark = bench.process().mark();
    bench.set(false);
    bench.process().awaitLine("listener allowAnonymousRemote", mark, Proof.READ_LIMIT);
    Proof.awaitSight("after", bench, Bench::open, answerTo(Bench.v5()), "CONNACK 87");
    old.ping();
  }

  static void awaitServed(Bench bench, BrokerAddress at) throws Exception {
    Await.until(
        at + " answers",
        () -> {
          try (RawClient client = bench.open(at)) {
            return client.connect(Bench.v5()).reason() == 0;
          } catch (IOException e) {
            return false;
          }
        });
  }

  /** Nobody can connect where the listener was. */
  private static void awaitGone(Bench bench) throws Exception {
    Await.until(
        bench.address() + " is closed",
        () -> {
          try (RawClient client = bench.open()) {
            client.connect(Bench.v5());
            return false;
          } catch (IOException e) {
            return true;
          }
        });
  }
}
