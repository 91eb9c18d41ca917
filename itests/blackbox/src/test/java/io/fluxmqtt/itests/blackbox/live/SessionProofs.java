package io.fluxmqtt.itests.blackbox.live;

import static io.fluxmqtt.itests.blackbox.live.Liveness.HOT;
import static io.fluxmqtt.itests.blackbox.live.Liveness.NEW_CONNECTIONS;
import static io.fluxmqtt.itests.blackbox.live.Sights.answerTo;
import static io.fluxmqtt.itests.blackbox.live.Sights.ownMessages;
import static io.fluxmqtt.itests.blackbox.live.Sights.subscribe;
import static io.fluxmqtt.itests.blackbox.live.Sights.unreleased;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.live.Proof.Sight;
import io.fluxmqtt.itests.blackbox.live.Proof.Start;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a change of each key of {@code io.fluxmqtt.session} does. */
final class SessionProofs {
  private static final String EPOCHS =
      "itests/blackbox/src/test/java/io/fluxmqtt/itests/blackbox/EpochIT.java";
  private static final int KEEP_ALIVE_TIMEOUT = 0x8D;
  private static final int LARGE = 400_000;
  private static final int MANY = 100; // together more than the system buffers

  /** A client that lets one message be under way to it at a time. */
  private static final Start NARROW = bench -> bench.connected(Bench.v5().receiveMaximum(1));

  private SessionProofs() {}

  static Map<String, Proof> all() {
    Map<String, Proof> all = new HashMap<>(announced());
    all.putAll(queues());
    all.putAll(counts());
    all.putAll(durability());
    all.put("keepAliveMaxSeconds", Proof.of(NEW_CONNECTIONS, SessionProofs::keepAlive));
    all.put("sessionExpiryMaxSeconds", Proof.of(NEW_CONNECTIONS, SessionProofs::sessionExpiry));
    all.put("qos0QueueMaxBytes", Proof.of(HOT, SessionProofs::qos0Queue));
    all.put("logConnections", Proof.of(HOT, SessionProofs::logConnections));
    all.put(
        "sessionOwnership",
        Proof.elsewhere(
            HOT,
            "bundles/session/src/test/java/io/fluxmqtt/session/broker/OwnershipTest.java",
            "whoeverComesTakesASessionThatBelongsToNobody"));
    all.put(
        "refusalsMax",
        Proof.elsewhere(
            HOT,
            "bundles/session/src/test/java/io/fluxmqtt/session/broker/RefusalsTest.java",
            "theNewestIsFirstAndTheOldestAreForgotten"));
    all.put(
        "mailboxMaxBytes",
        Proof.elsewhere(
            HOT,
            "bundles/session/src/test/java/io/fluxmqtt/session/broker/PublishTest.java",
            "changedMailboxLimitCountsAtOnce"));
    return all;
  }

  /** A client sees of it what a power cut leaves: DurabilityIT of itests/faults. */
  private static Map<String, Proof> durability() {
    Map<String, Proof> proofs = new HashMap<>();
    for (String key : List.of("syncTopics", "intervalTopics", "memoryTopics")) {
      proofs.put(key, changedDurability("a/#/b"));
    }
    proofs.put("syncIntervalMillis", changedDurability("0"));
    return proofs;
  }

  private static Proof changedDurability(String bad) {
    return Proof.elsewhere(
        HOT,
        bad,
        "bundles/session/src/test/java/io/fluxmqtt/session/broker/DurabilityTest.java",
        "changedConfigurationCountsForTheNextPublish");
  }

  private static Map<String, Proof> announced() {
    byte[] alias5 = Wire.publish("t", 1, 1, "x", Wire.property(Wire.TOPIC_ALIAS, Wire.u16(5)));
    Start takesAliases =
        bench -> bench.connected(Bench.v5().with(Wire.TOPIC_ALIAS_MAXIMUM, Wire.u16(10)));
    return Map.of(
        "receiveMaximum",
        Proof.seen(NEW_CONNECTIONS, 2, unreleased(3), "all", "DISCONNECT 93"),
        "inFlightMax",
        Proof.seen(NEW_CONNECTIONS, 1, Sights::inFlight, "123", "1"),
        "topicAliasMaximum",
        Proof.seen(NEW_CONNECTIONS, 1, answerTo(alias5), "PUBACK 10", "DISCONNECT 94"),
        "outgoingTopicAliasMaximum",
        Proof.seen(NEW_CONNECTIONS, 0, takesAliases, SessionProofs::ownAlias, "1", "none"),
        "outgoingTopicAliasMinBytes",
        Proof.seen(NEW_CONNECTIONS, 100, takesAliases, SessionProofs::ownAlias, "1", "none"));
  }

  /** The Topic Alias of a message that a client publishes to itself. */
  private static String ownAlias(RawClient client) throws IOException {
    String topic = "alias/" + Bench.unique();
    client.send(Wire.subscribe(1, topic, 0), Wire.publish(topic, 0, 0, "x"));
    client.expect(Wire.SUBACK);
    List<Object> aliases = client.expect(Wire.PUBLISH).all(Wire.TOPIC_ALIAS);
    return aliases.isEmpty() ? "none" : String.valueOf(aliases.get(0));
  }

  private static Map<String, Proof> queues() {
    return Map.of(
        "queueMaxMessages",
        Proof.seen(HOT, 2, NARROW, ownMessages(10), "12345", "145"),
        "queueMaxBytes",
        Proof.seen(HOT, 1_024, NARROW, ownMessages(600), "12345", "15"),
        "queueTotalMaxBytes",
        Proof.seen(HOT, 1_024, NARROW, ownMessages(600), "12345", "12"),
        "queueTotalMaxMessages",
        Proof.seen(HOT, 1, NARROW, ownMessages(10), "12345", "12"),
        "spillMaxBytes",
        Proof.elsewhere(
            HOT,
            "itests/blackbox/src/test/java/io/fluxmqtt/itests/blackbox/QueueRuleIT.java",
            "changedLimitsCountForTheNextMessage"),
        "overflow",
        Proof.seen(HOT, "drop-newest", NARROW, ownMessages(10), "145", "123")
            .given("queueMaxMessages = 2"));
  }

  private static Map<String, Proof> counts() {
    Sight retained =
        client ->
            answerTo(Wire.publish(3, "kept/" + Bench.unique(), 1, new byte[] {'x'})).of(client);
    Start old = bench -> bench.connected(ConnectPacket.v311(Bench.unique()));
    return Map.of(
        "sessionsMax",
        Proof.seen(HOT, 1, SessionProofs::beside, answerTo(Bench.v5()), "CONNACK 00", "CONNACK 97"),
        "subscriptionsPerSessionMax",
        Proof.seen(HOT, 1, answerTo(subscribe("a", "b")), "SUBACK 00 00", "SUBACK 00 97"),
        "retainedMaxMessages",
        Proof.seen(HOT, 0, retained, "PUBACK 10", "PUBACK 97"),
        "retainedMaxBytes",
        Proof.seen(HOT, 1, retained, "PUBACK 10", "PUBACK 97"),
        "disconnectDeniedPublish",
        Proof.seen(
            HOT, true, old, answerTo(Wire.publish311(2, "$denied", 1, "x")), "PUBACK 00", "closed"),
        "disconnectRevoked",
        Proof.elsewhere(HOT, EPOCHS, "whoLosesASubscriptionIsClosedIfConfigured"),
        "retainedOwnerCheck",
        Proof.elsewhere(HOT, EPOCHS, "retainedMessageIsWithheldWithItsOwnersRight"));
  }

  /** A connection beside a session that is there. */
  private static RawClient beside(Bench bench) throws IOException {
    ConnectPacket resident = ConnectPacket.v5("resident").resume().sessionExpiry(60);
    bench.connected(resident).ping();
    return bench.open();
  }

  private static void keepAlive(Bench bench) throws Exception {
    RawClient old = bench.open();
    RawPacket before = old.connect(Bench.v5());
    assertEquals(-1, before.number(Wire.SERVER_KEEP_ALIVE, -1));
    bench.set(1);
    Sight announced =
        client -> String.valueOf(client.connect(Bench.v5()).number(Wire.SERVER_KEEP_ALIVE, -1));
    Proof.awaitSight("after", bench, Bench::open, announced, "1");
    bench.connected().expectDisconnect(KEEP_ALIVE_TIMEOUT);
    old.ping(); // it has been silent for longer
  }

  private static void sessionExpiry(Bench bench) throws Exception {
    String id = Bench.unique();
    RawClient old = bench.connected(ConnectPacket.v5(id).sessionExpiry(600));
    bench.set(0);
    Sight announced =
        client ->
            String.valueOf(
                client.connect(Bench.v5().sessionExpiry(600)).number(Wire.SESSION_EXPIRY, -1));
    Proof.awaitSight("after", bench, Bench::open, announced, "0");
    old.send(Wire.disconnect());
    old.expectClosed();
    try (RawClient resumed = bench.open()) {
      assertTrue(resumed.connect(ConnectPacket.v5(id).resume()).sessionPresent());
      resumed.send(Wire.disconnect());
      resumed.expectClosed();
    }
    try (RawClient resumed = bench.open()) {
      assertFalse(resumed.connect(ConnectPacket.v5(id).resume()).sessionPresent());
    }
  }

  /** What a subscriber gets of many large messages that it takes only at the end. */
  private static void qos0Queue(Bench bench) throws Exception {
    RawClient before = bench.connected();
    flood(bench, before, "before");
    assertTrue(taken(before) < MANY, "nothing was dropped");
    RawClient old = bench.connected();
    bench.set(200_000_000);
    Proof.awaitSight(
        "after",
        bench,
        Bench::connected,
        client -> {
          flood(bench, client, Bench.unique());
          return String.valueOf(taken(client));
        },
        String.valueOf(MANY));
    flood(bench, old, "old");
    assertEquals(MANY, taken(old));
  }

  private static void flood(Bench bench, RawClient subscriber, String topic) throws IOException {
    subscriber.send(Wire.subscribe(1, topic, 1));
    subscriber.expect(Wire.SUBACK);
    try (RawClient publisher = bench.connected()) {
      String payload = "x".repeat(LARGE);
      for (int i = 0; i < MANY; i++) {
        publisher.send(Wire.publish(topic, 0, 0, payload));
      }
      assertEquals(0, publisher.publish(topic, "end"));
    }
  }

  private static int taken(RawClient subscriber) throws IOException {
    int count = 0;
    while (!subscriber.expect(Wire.PUBLISH).payloadText().equals("end")) {
      count++;
    }
    return count;
  }

  private static void logConnections(Bench bench) throws Exception {
    String id = Bench.unique();
    RawClient old = bench.connected(ConnectPacket.v5(id));
    int mark = bench.process().mark();
    bench.set(true);
    io.fluxmqtt.itests.kit.Await.until(
        "a connect is logged",
        () -> {
          String fresh = Bench.unique();
          bench.connected(ConnectPacket.v5(fresh)).close();
          return !Proof.lines(bench, mark, fresh).isEmpty();
        });
    assertEquals(List.of(), Proof.lines(bench, mark, id));
    old.send(Wire.disconnect());
    bench.process().awaitLine(id, mark, Proof.READ_LIMIT);
  }
}
