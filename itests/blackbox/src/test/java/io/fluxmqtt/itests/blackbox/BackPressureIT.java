package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.blackbox.SlowClient.Mood;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Door;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients in a ring, each publishing to the next at full rate and slow to read, or deaf: the broker
 * never stops with them. What they may still send while nobody reads is taken; all is acknowledged;
 * order is kept; what a queue has no room for is counted; memory stays within bounds.
 */
class BackPressureIT {
  private static final String SESSION = "io.fluxmqtt.session.cfg";
  private static final long TOTAL = 6_000;
  private static final long WHILE_ONE_IS_DEAF = 1_500;
  private static final long FEW_READS = 300;

  /** Nobody moves for so long: it stands still, however busy the machine is. */
  private static final Duration STILL = Duration.ofSeconds(20);

  private static final long HEAP_MB = 64;
  private static final long MEMORY_MAX_KB = HEAP_MB << 10; // heap and direct together

  private static final Map<BrokerProcess, Integer> DOORS = new HashMap<>();
  private static BrokerProcess shipped;
  private static BrokerProcess narrow;

  private final List<SlowClient> clients = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    shipped = prepared("shipped").start();
    narrow = prepared("narrow");
    narrow.set(SESSION, "mailboxMaxBytes", 1_024); // a few messages: publishers pause all the time
    narrow.set(SESSION, "queueMaxMessages", 200);
    narrow.set(SESSION, "inFlightMax", 50);
    narrow.start();
  }

  private static BrokerProcess prepared(String name) throws Exception {
    int port = BrokerProcess.freePort();
    String options = "-Xmx%dm %s %s".formatted(HEAP_MB, BrokerMeter.JAVA_OPTION, Door.option(port));
    BrokerProcess process = BrokerProcess.prepare("pressure-" + name, Map.of("JAVA_OPTS", options));
    Door.hang(process);
    DOORS.put(process, port);
    return process;
  }

  @AfterAll
  static void stop() throws Exception {
    shipped.close();
    narrow.close();
  }

  @ParameterizedTest(name = "{0} in a ring, QoS {1}")
  @CsvSource({"1, 1", "2, 1", "3, 1", "1, 2", "2, 2", "3, 2"})
  void nothingIsLostWithinTheShippedLimits(int ring, int qos) throws Exception {
    long dropped = pass(shipped, ring, qos);
    assertEquals(0, dropped);
  }

  @ParameterizedTest(name = "{0} in a ring, QoS {1}")
  @CsvSource({"1, 1", "2, 1", "3, 1", "1, 2", "2, 2", "3, 2"})
  void whatNarrowLimitsCostIsCounted(int ring, int qos) throws Exception {
    long dropped = pass(narrow, ring, qos);
    assertTrue(ring == 1 || dropped > 0, "nobody was too slow: nothing was tried");
  }

  /** One run through all moods; how many messages the broker has dropped. */
  private long pass(BrokerProcess broker, int ring, int qos) throws Exception {
    try (Door door = Door.open(broker, DOORS.get(broker));
        Selector selector = Selector.open()) {
      long before = sum(door.drops());
      for (int i = 0; i < ring; i++) {
        String from = "ring/" + i;
        String to = "ring/" + (i + 1) % ring;
        clients.add(new SlowClient(broker.address(), selector, "client" + i, from, to, qos, TOTAL));
      }
      all(Mood.DRIBBLE);
      until(selector, () -> each(client -> client.reads() >= FEW_READS));
      for (SlowClient deaf : clients) {
        oneIsDeaf(selector, deaf);
      }
      all(Mood.DEAF);
      until(selector, () -> each(SlowClient::isStuck));
      assertMemory(broker);
      all(Mood.EAGER);
      until(selector, () -> each(SlowClient::isDone));
      long[] dropped = new long[1];
      until(
          selector,
          () -> {
            dropped[0] = sum(door.drops()) - before;
            return received() + dropped[0] == ring * TOTAL;
          });
      assertMemory(broker);
      return dropped[0];
    } finally {
      for (SlowClient client : clients) {
        client.close();
      }
    }
  }

  /** What the others publish meanwhile lies in the broker, and does not keep them from more. */
  private void oneIsDeaf(Selector selector, SlowClient deaf) throws Exception {
    all(Mood.EAGER);
    deaf.mood(Mood.DEAF);
    for (SlowClient other : clients) {
      if (other != deaf) {
        long enough = other.acknowledged() + WHILE_ONE_IS_DEAF;
        until(selector, () -> other.acknowledged() >= enough || other.isDone());
      }
    }
  }

  private void all(Mood mood) {
    clients.forEach(client -> client.mood(mood));
  }

  private boolean each(Predicate<SlowClient> condition) {
    return clients.stream().allMatch(condition);
  }

  private long received() {
    return clients.stream().mapToLong(SlowClient::received).sum();
  }

  private static long sum(Map<String, Long> drops) {
    assertTrue(Set.of("queue_full").containsAll(drops.keySet()), drops::toString);
    return drops.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Lets all go on until it is so; fails when nobody has moved for long. */
  private void until(Selector selector, Callable<Boolean> condition) throws Exception {
    long moved = System.nanoTime();
    while (!condition.call()) {
      boolean any = false;
      for (SlowClient client : clients) {
        any |= client.turn();
      }
      if (any) {
        moved = System.nanoTime();
      } else {
        selector.select(100);
        selector.selectedKeys().clear();
      }
      if (System.nanoTime() - moved > STILL.toNanos()) {
        throw new AssertionError("nobody moves any more: " + clients);
      }
    }
  }

  private static void assertMemory(BrokerProcess broker) throws Exception {
    BrokerMeter.Memory memory = new BrokerMeter(broker).memory();
    System.out.println(memory);
    assertTrue(memory.heap() + memory.direct() < MEMORY_MAX_KB, memory::toString);
  }
}
