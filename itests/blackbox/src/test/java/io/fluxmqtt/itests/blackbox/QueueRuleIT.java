package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to queues that are full, for clients and topics with rules of their own. */
class QueueRuleIT {
  private static final String STORE = "io.fluxmqtt.store.cfg";
  private static final String SESSION = "io.fluxmqtt.session.cfg";
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final long HOUR = 3_600;
  private static final int QUOTA_EXCEEDED = 0x97;
  private static final int MOST = 5;

  private int spilled; // messages that were acknowledged

  @ParameterizedTest
  @ValueSource(strings = {"rocksdb", "mvstore", "memory"})
  void eachPolicyDoesWhatItSays(String engine) throws Exception {
    try (BrokerProcess broker = BrokerProcess.prepare("policy-" + engine)) {
      broker.set(STORE, "engine", engine);
      for (String policy : List.of("drop-oldest", "drop-newest", "disconnect", "spill")) {
        rule(
            broker,
            policy,
            Map.of(
                "clients",
                policy + "-*",
                "overflow",
                policy,
                "queueMaxMessages",
                String.valueOf(MOST),
                "spillMaxBytes",
                "50000"));
      }
      broker.start();
      try (RawClient publisher = connected(broker, "publisher")) {
        oldestMakesRoom(broker, publisher);
        newestIsRefused(broker, publisher);
        clientIsDisconnected(broker, publisher);
        if (engine.equals("memory")) {
          String line = broker.awaitLine("io.fluxmqtt.queue~spill", LIMIT);
          assertTrue(line.contains("needs a store on disk"), line);
        } else {
          queueSpills(broker, publisher);
        }
      }
      if (!engine.equals("memory")) {
        broker.kill();
        broker.process().waitFor();
        broker.start();
        expect(broker, "spill-1", 0, spilled);
      }
    }
  }

  private static void oldestMakesRoom(BrokerProcess broker, RawClient publisher) throws Exception {
    leave(broker, "drop-oldest-1");
    int mark = broker.mark();
    for (int i = 0; i < 2 * MOST; i++) {
      assertEquals(0, publisher.publish("drop-oldest-1", "" + i));
    }
    broker.awaitLine("The queue of client drop-oldest-1 is full", mark, LIMIT);
    expect(broker, "drop-oldest-1", MOST, 2 * MOST);
    String line = broker.awaitLine("drop-oldest-1 has room again", mark, LIMIT);
    assertTrue(line.contains(MOST + " messages"), line);
  }

  private static void newestIsRefused(BrokerProcess broker, RawClient publisher) throws Exception {
    leave(broker, "drop-newest-1");
    for (int i = 0; i < MOST; i++) {
      assertEquals(0, publisher.publish("drop-newest-1", "" + i));
    }
    awaitRefusal(publisher, "drop-newest-1");
    expect(broker, "drop-newest-1", 0, MOST);
    Await.until("there is room again", LIMIT, () -> publisher.publish("drop-newest-1", "x") == 0);
  }

  private static void clientIsDisconnected(BrokerProcess broker, RawClient publisher)
      throws Exception {
    leave(broker, "disconnect-1");
    try (RawClient slow = RawClient.open(broker.address())) {
      slow.connect(resuming("disconnect-1").receiveMaximum(1));
      for (int i = 0; i < 2 * MOST; i++) {
        publisher.publish("disconnect-1", "" + i);
      }
      slow.expectMessage("0");
      slow.expectDisconnect(QUOTA_EXCEEDED);
      awaitRefusal(publisher, "disconnect-1");
    }
    expect(broker, "disconnect-1", 0, MOST + 1);
  }

  /** All that is acknowledged is kept, however long the queue. */
  private void queueSpills(BrokerProcess broker, RawClient publisher) throws Exception {
    leave(broker, "spill-1");
    while (publisher.publish("spill-1", "" + spilled) == 0) {
      spilled++;
    }
    assertTrue(spilled > 10 * MOST, "only " + spilled);
    assertEquals(QUOTA_EXCEEDED, publisher.publish("spill-1", "x"));
  }

  @Test
  void changedLimitsCountForTheNextMessage() throws Exception {
    try (BrokerProcess broker = BrokerProcess.prepare("queue-rules")) {
      rule(broker, "a", Map.of("clients", "a*, z", "overflow", "spill"));
      broker.set(SESSION, "spillMaxBytes", 10_000);
      broker.start();
      leave(broker, "a1");
      try (RawClient publisher = connected(broker, "publisher")) {
        int before = fill(publisher, "a1");
        broker.set(SESSION, "spillMaxBytes", 20_000);
        Await.until("more may wait", LIMIT, () -> publisher.publish("a1", "more") == 0);
        assertTrue(fill(publisher, "a1") > before / 2);

        int mark = broker.mark();
        rule(broker, "a", Map.of("clients", "a*, z", "overflow", "burn"));
        String line = broker.awaitLine("io.fluxmqtt.queue~a", mark, LIMIT);
        assertTrue(line.contains("overflow=burn") && line.contains("stays in force"), line);
        assertEquals(QUOTA_EXCEEDED, publisher.publish("a1", "still"));

        rule(broker, "a", Map.of("clients", "a*", "queueMaxMessages", "3"));
        Await.until("the oldest makes room", LIMIT, () -> publisher.publish("a1", "new") == 0);
        for (int i = 0; i < 3; i++) {
          assertEquals(0, publisher.publish("a1", "last " + i));
        }
        broker.awaitLine("The queue of client a1 was brought down to a lower limit", mark, LIMIT);
        assertEquals(List.of("last 0", "last 1", "last 2"), peek(broker, "a1"));
      }
    }
  }

  @Test
  void lessImportantTopicsLeaveRoomForOthers() throws Exception {
    try (BrokerProcess broker = BrokerProcess.prepare("queue-topics")) {
      rule(
          broker,
          "telemetry",
          Map.of("topics", "t/#", "overflow", "drop-newest", "queueMaxMessages", "3"));
      broker.set(SESSION, "queueMaxMessages", 6);
      broker.start();
      leave(broker, "s", "t/#", "alarm");
      try (RawClient publisher = connected(broker, "publisher")) {
        for (int i = 0; i < 9; i++) {
          assertEquals(0, publisher.publish("t/" + i, "" + i));
        }
        for (int i = 3; i < 6; i++) {
          assertEquals(0, publisher.publish("alarm", "" + i));
        }
      }
      expect(broker, "s", 0, 6);
    }
  }

  @Test
  void manySessionsTogetherStayWithinTheTotal() throws Exception {
    try (BrokerProcess broker = BrokerProcess.prepare("queue-total")) {
      broker.set(SESSION, "queueTotalMaxMessages", 100);
      broker.start();
      for (int i = 0; i < 40; i++) {
        leave(broker, "s" + i, "all");
      }
      try (RawClient publisher = connected(broker, "publisher")) {
        awaitRefusal(publisher, "all");
        int mark = broker.mark();
        assertEquals(QUOTA_EXCEEDED, publisher.publish("all", "x"));
        int kept = 0;
        for (int i = 0; i < 40; i++) {
          kept += peek(broker, "s" + i).size();
        }
        assertEquals(100, kept);
        assertEquals(
            List.of(), broker.lines(mark).stream().filter(l -> l.contains("ERR")).toList());
      }
    }
  }

  // --- what they have in common ---

  private static void rule(BrokerProcess broker, String name, Map<String, String> values)
      throws IOException {
    StringBuilder text = new StringBuilder();
    values.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
    broker.write("io.fluxmqtt.queue-" + name + ".cfg", text.toString());
  }

  private static RawClient connected(BrokerProcess broker, String id) throws IOException {
    return RawClient.connected(broker.address(), ConnectPacket.v5(id));
  }

  private static ConnectPacket resuming(String id) {
    return ConnectPacket.v5(id).sessionExpiry(HOUR).resume();
  }

  /** A session that is away, of a client that subscribes to its own name, or to filters. */
  private static void leave(BrokerProcess broker, String id, String... filters) throws IOException {
    try (RawClient client = RawClient.open(broker.address())) {
      client.connect(resuming(id));
      for (String filter : filters.length == 0 ? new String[] {id} : filters) {
        assertEquals(1, client.subscribe(filter, 1));
      }
      client.disconnect();
    }
  }

  /** Publishes until it is refused; returns how many were taken. */
  private static int fill(RawClient publisher, String topic) throws IOException {
    int taken = 0;
    while (publisher.publish(topic, "" + taken) == 0) {
      taken++;
    }
    return taken;
  }

  /** What is acknowledged before the queue is known to be full is dropped. */
  private static void awaitRefusal(RawClient publisher, String topic) throws Exception {
    Await.until(
        "the publisher is told", LIMIT, () -> publisher.publish(topic, "x") == QUOTA_EXCEEDED);
  }

  /** The client comes and finds the messages of these numbers, and nothing else. */
  private static void expect(BrokerProcess broker, String id, int from, int to) throws Exception {
    try (RawClient client = RawClient.open(broker.address())) {
      assertTrue(client.connect(resuming(id)).sessionPresent());
      List<String> got = new ArrayList<>();
      for (int i = from; i < to; i++) {
        RawPacket next = client.expect(Wire.PUBLISH);
        client.acknowledge(next);
        got.add(next.payloadText());
      }
      client.expectNothing();
      assertEquals(IntStream.range(from, to).mapToObj(String::valueOf).toList(), got);
      client.disconnect();
    }
  }

  /** What waits of a client, which acknowledges none of it. */
  private static List<String> peek(BrokerProcess broker, String id) throws IOException {
    List<String> found = new ArrayList<>();
    try (RawClient client = RawClient.open(broker.address())) {
      client.connect(resuming(id));
      client.send(Wire.pingReq(), Wire.pingReq());
      for (int answers = 0; answers < 2; ) {
        RawPacket next = client.receive();
        if (next.type() == Wire.PUBLISH) {
          found.add(next.payloadText());
        } else {
          answers++;
        }
      }
    }
    return found;
  }
}
