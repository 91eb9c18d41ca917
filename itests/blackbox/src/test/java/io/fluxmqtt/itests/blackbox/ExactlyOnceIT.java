package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * QoS 2 in both directions while the connections are cut 1,000 times, each after a random packet.
 * The seed is printed; {@code -Dexactly.once.seed} repeats a run.
 */
@ExtendWith(SharedBroker.class)
class ExactlyOnceIT {
  private static final int CUTS_PER_SIDE = 500;
  private static final int WINDOW = 8;
  private static final int BACKLOG = 100;
  private static final int MAX_PACKETS_BETWEEN_CUTS = 12;
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String TOPIC = "exactly/once/" + UUID.randomUUID();

  @Test
  void nothingIsLostOrRepeatedWhenConnectionsAreCut(BrokerAddress broker) throws Exception {
    long seed = Long.getLong("exactly.once.seed", System.nanoTime());
    System.out.println("ExactlyOnceIT seed " + seed);
    Subscriber subscriber = new Subscriber(broker, new Random(~seed));
    Publisher publisher = new Publisher(broker, new Random(seed), subscriber);
    subscriber.subscribe();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> publishing = threads.submit(publisher::run);
      Future<?> receiving = threads.submit(subscriber::run);
      await(publishing);
      subscriber.published(publisher.sent);
      await(receiving);
    } finally {
      subscriber.published(0);
      publisher.end.set(true);
      threads.shutdown();
    }

    Set<Integer> missing = new TreeSet<>(IntStream.range(0, publisher.sent).boxed().toList());
    List<Integer> repeated = new ArrayList<>(subscriber.delivered);
    missing.forEach(repeated::remove);
    missing.removeAll(subscriber.delivered);
    assertEquals(Set.of(), missing, "lost, seed " + seed);
    assertEquals(List.of(), repeated, "repeated, seed " + seed);
    assertEquals(List.of(), outOfOrder(subscriber.delivered), "order, seed " + seed);
    assertEquals(CUTS_PER_SIDE, publisher.cuts);
    assertEquals(CUTS_PER_SIDE, subscriber.cuts);
    System.out.printf(
        "ExactlyOnceIT %d messages, %d and %d cuts%n",
        publisher.sent, publisher.cuts, subscriber.cuts);
  }

  /** Each place where a number follows a higher one, with its neighbours. */
  private static List<List<Integer>> outOfOrder(List<Integer> numbers) {
    return IntStream.range(1, numbers.size())
        .filter(i -> numbers.get(i) < numbers.get(i - 1))
        .mapToObj(i -> numbers.subList(Math.max(0, i - 4), Math.min(numbers.size(), i + 4)))
        .toList();
  }

  private static void await(Future<?> side) throws Exception {
    try {
      side.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("a side failed", e.getCause());
    }
  }

  /** A session whose connection is cut after a random number of packets, sent or received. */
  private abstract static class Side {
    final Random random;
    volatile int cuts; // written by the thread of this side
    private final BrokerAddress broker;
    private final String clientId;
    private RawClient client;
    private int untilCut;

    Side(BrokerAddress broker, String clientId, Random random) {
      this.broker = broker;
      this.clientId = clientId + TOPIC;
      this.random = random;
    }

    /** What the session owes after it was resumed. */
    abstract void resume() throws IOException;

    void connect() throws IOException {
      client = RawClient.open(broker);
      boolean present =
          client
              .connect(ConnectPacket.v5(clientId).resume().sessionExpiry(600).receiveMaximum(20))
              .sessionPresent();
      assertEquals(cuts > 0, present, "session present after " + cuts + " cuts");
      untilCut = 1 + random.nextInt(MAX_PACKETS_BETWEEN_CUTS);
      resume();
    }

    /** Cuts and connects again, as often as the packets that resuming takes ask for it. */
    void cutAndReturn() throws IOException {
      for (; ; ) {
        client.cut();
        cuts++;
        try {
          connect();
          return;
        } catch (CutException e) {
          // Cut again while the session was being resumed.
        }
      }
    }

    void send(byte[] packet) throws IOException {
      client.send(packet);
      countPacket();
    }

    RawPacket receive(Duration limit) throws IOException {
      return client.receive(limit);
    }

    void countPacket() throws CutException {
      if (wantsCuts() && --untilCut <= 0) {
        throw new CutException();
      }
    }

    boolean wantsCuts() {
      return cuts < CUTS_PER_SIDE;
    }

    void leave() throws IOException {
      client.send(Wire.disconnect());
      client.close();
    }

    /** A plain connection under this Client Identifier, for what must not be cut. */
    RawClient client() {
      return client;
    }
  }

  /** It is time to cut. */
  private static final class CutException extends IOException {}

  private static final class Publisher extends Side {
    /** By packet id: the number that was published, until PUBCOMP. */
    private final Map<Integer, Integer> unreleased = new LinkedHashMap<>();

    private final Set<Integer> released = new HashSet<>();
    private final AtomicBoolean end = new AtomicBoolean();
    private final Subscriber subscriber;
    private int nextId;
    private int sent;

    Publisher(BrokerAddress broker, Random random, Subscriber subscriber) {
      super(broker, "p", random);
      this.subscriber = subscriber;
    }

    Void run() throws IOException {
      connect();
      while (!end.get() && (wantsMore() || !unreleased.isEmpty())) {
        try {
          step();
        } catch (CutException e) {
          cutAndReturn();
        }
      }
      leave();
      return null;
    }

    /** Messages are needed until both sides were cut often enough. */
    private boolean wantsMore() {
      return wantsCuts() || subscriber.wantsCuts();
    }

    private boolean mayPublish() {
      return wantsMore() && unreleased.size() < WINDOW && random.nextBoolean();
    }

    private void step() throws IOException {
      if (mayPublish() && subscriber.hasRoom()) {
        int id = freeId();
        unreleased.put(id, sent++);
        send(Wire.publish(TOPIC, 2, id, String.valueOf(unreleased.get(id))));
      } else if (!unreleased.isEmpty()) {
        RawPacket packet = receive(Duration.ofSeconds(10));
        int id = packet.packetId();
        switch (packet.type()) {
          case Wire.PUBREC -> {
            assertTrue(packet.reason() < 0x80, packet::toString);
            released.add(id);
            countPacket();
            send(Wire.acknowledge(Wire.PUBREL, id));
          }
          case Wire.PUBCOMP -> {
            unreleased.remove(id);
            released.remove(id);
            countPacket();
          }
          default -> throw new AssertionError(packet.toString());
        }
      }
    }

    @Override
    void resume() throws IOException {
      for (Map.Entry<Integer, Integer> each : List.copyOf(unreleased.entrySet())) {
        int id = each.getKey();
        byte[] payload = String.valueOf(each.getValue()).getBytes();
        send(
            released.contains(id)
                ? Wire.acknowledge(Wire.PUBREL, id)
                : Wire.publish(0x0C, TOPIC, id, payload));
      }
    }

    private int freeId() {
      do {
        nextId = nextId % 50 + 1;
      } while (unreleased.containsKey(nextId));
      return nextId;
    }
  }

  private static final class Subscriber extends Side {
    private final List<Integer> delivered = new ArrayList<>();
    private final Set<Integer> unreleased = new HashSet<>();
    private final Semaphore room = new Semaphore(BACKLOG);
    private volatile int expected = Integer.MAX_VALUE;

    Subscriber(BrokerAddress broker, Random random) {
      super(broker, "s", random);
    }

    void subscribe() throws IOException {
      connect();
      client().subscribe(TOPIC, 2);
    }

    /** How many messages there are in all. */
    void published(int count) {
      expected = count;
    }

    Void run() throws IOException {
      while (delivered.size() < expected || !unreleased.isEmpty()) {
        try {
          step();
        } catch (CutException e) {
          cutAndReturn();
        } catch (SocketTimeoutException e) {
          // Nothing to do now; look again whether all has come.
        }
      }
      leave();
      return null;
    }

    /** Whether one more message may be published without overflowing the queue of the session. */
    boolean hasRoom() {
      try {
        return room.tryAcquire(10, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private void step() throws IOException {
      RawPacket packet;
      try {
        packet = receive(Duration.ofMillis(100));
      } catch (EOFException | SocketException e) {
        throw new AssertionError("the broker closed the connection", e);
      }
      int id = packet.packetId();
      switch (packet.type()) {
        case Wire.PUBLISH -> {
          if (unreleased.add(id)) {
            delivered.add(Integer.valueOf(packet.payloadText()));
            room.release();
          } else {
            assertTrue(packet.dup(), "an id in use comes again only with DUP");
          }
          countPacket();
          send(Wire.acknowledge(Wire.PUBREC, id));
        }
        case Wire.PUBREL -> {
          unreleased.remove(id);
          countPacket();
          send(Wire.acknowledge(Wire.PUBCOMP, id));
        }
        default -> throw new AssertionError(packet.toString());
      }
    }

    @Override
    void resume() {
      // The broker sends again what it owes.
    }
  }
}
