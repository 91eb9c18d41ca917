package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * All clients of one broker: publishers of QoS 1 and 2, with and without RETAIN, in 3.1.1 and 5.0;
 * a subscriber that is connected and two that are mostly away.
 */
public final class Crew implements AutoCloseable {
  private static final double LETTERS_PER_MILLI = 3;
  private static final double RETAINED_PER_MILLI = 0.5;
  private static final long STALLED_NANOS = 15_000_000_000L;
  private static final int MOMENT_MILLIS = 50;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Findings findings;
  private final List<Publisher> publishers = new ArrayList<>();
  private final List<Keeper> keepers = new ArrayList<>();
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final Subscriber watcher;
  private final Stock stock;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile boolean killed = true;
  private List<Future<Boolean>> running = new ArrayList<>();

  /**
   * A crew that has not met its broker.
   *
   * @param stored how many messages lie in the store all the time
   */
  public Crew(int stored, Findings findings) {
    this.findings = findings;
    List<Integer> qos = List.of(1, 1, 2, 2);
    for (int id = 0; id < qos.size(); id++) {
      publishers.add(new Publisher(id, qos.get(id), id % 2 == 0 ? 5 : 4, findings));
    }
    keepers.add(new Keeper(100, 1, 5, findings));
    keepers.add(new Keeper(101, 2, 4, findings));
    watcher = new Subscriber("watcher", 5, "load/#", 2, qos, findings);
    subscribers.add(watcher);
    subscribers.add(new Subscriber("sleeper", 4, "load/+", 2, qos, findings));
    subscribers.add(new Subscriber("sleeper-1", 5, "load/#", 1, qos, findings));
    stock = new Stock(stored, findings);
  }

  /** Makes all sessions, and lays the stock. */
  public void introduce(BrokerAddress broker) throws IOException {
    killed = false;
    subscribers.forEach(each -> each.run(broker, () -> false, () -> false));
    stock.lay(broker);
  }

  /** Begins to publish and to receive; those that are mostly away come if {@code all}. */
  public void begin(BrokerAddress broker, boolean all) {
    killed = false;
    publishers.forEach(each -> each.allow(LETTERS_PER_MILLI));
    keepers.forEach(each -> each.allow(RETAINED_PER_MILLI));
    List<Actor> actors = new ArrayList<>(publishers);
    actors.addAll(keepers);
    actors.addAll(all ? subscribers : List.of(watcher));
    actors.forEach(each -> start(each, broker, () -> !killed));
  }

  private void start(Actor actor, BrokerAddress broker, BooleanSupplier going) {
    running.add(threads.submit(() -> actor.run(broker, going, () -> killed)));
  }

  /** The broker is gone, and that is meant; call it right after the kill. */
  public void end() {
    killed = true;
    join();
  }

  private void join() {
    for (Future<Boolean> each : running) {
      try {
        each.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    running = new ArrayList<>();
  }

  /** Everybody finishes what was begun; then each subscriber must have all, once, in order. */
  public void settle(BrokerAddress broker) {
    killed = false;
    publishers.forEach(each -> start(each, broker, () -> false));
    keepers.forEach(each -> start(each, broker, () -> false));
    join();
    for (Subscriber each : subscribers) {
      start(each, broker, new Patience(each));
    }
    join();
    for (Subscriber each : subscribers) {
      publishers.forEach(publisher -> each.inbox().check(publisher.id, publisher.sent()));
    }
  }

  /** Whether a subscriber still has to wait: it has not got all, and goes on getting something. */
  private final class Patience implements BooleanSupplier {
    private final Subscriber subscriber;
    private long deliveries = -1;
    private long since;

    Patience(Subscriber subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public boolean getAsBoolean() {
      if (publishers.stream().allMatch(each -> subscriber.inbox().hasAll(each.id, each.sent()))) {
        return false;
      }
      if (deliveries != subscriber.inbox().deliveries()) {
        deliveries = subscriber.inbox().deliveries();
        since = System.nanoTime();
      }
      return System.nanoTime() - since < STALLED_NANOS;
    }
  }

  /** Each Retained Message is what was acknowledged last, or what was sent after it. */
  public void checkRetained(BrokerAddress broker) {
    Map<String, Integer> found = new HashMap<>();
    try (Link link = new Link(broker, 5)) {
      link.send(ConnectPacket.v5("retained-checker").toBytes());
      link.send(Wire.subscribe(1, "keep/#", 1));
      link.flush();
      long deadline = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
      while (System.nanoTime() < deadline && !(hasAll(found) && isQuiet(link, found))) {
        take(link.receive(MOMENT_MILLIS), link, found);
      }
    } catch (IOException | IllegalArgumentException e) {
      findings.add(Kind.PROTOCOL, "the Retained Messages cannot be had: " + e);
      return;
    }
    for (Keeper keeper : keepers) {
      for (int topic = 0; topic < Keeper.TOPICS; topic++) {
        int number = found.getOrDefault(keeper.name(topic), Keeper.NONE);
        Set<Integer> allowed = keeper.allowed(topic);
        if (!allowed.contains(number)) {
          findings.add(
              Kind.LOST,
              "Retained Message %s is %d, and should be of %s"
                  .formatted(keeper.name(topic), number, allowed));
        }
      }
    }
  }

  private boolean hasAll(Map<String, Integer> found) {
    return keepers.stream()
        .allMatch(
            keeper -> {
              for (int topic = 0; topic < Keeper.TOPICS; topic++) {
                if (!found.containsKey(keeper.name(topic))
                    && !keeper.allowed(topic).contains(Keeper.NONE)) {
                  return false;
                }
              }
              return true;
            });
  }

  private static boolean isQuiet(Link link, Map<String, Integer> found) throws IOException {
    Optional<RawPacket> packet = link.receive(MOMENT_MILLIS);
    take(packet, link, found);
    return packet.isEmpty();
  }

  private static void take(Optional<RawPacket> packet, Link link, Map<String, Integer> found)
      throws IOException {
    if (packet.isPresent() && packet.get().type() == Wire.PUBLISH) {
      found.put(packet.get().topic(), Letter.of(packet.get().payload()).number());
      if (packet.get().qos() == 1) {
        link.send(Wire.acknowledge(Wire.PUBACK, packet.get().packetId()));
        link.flush();
      }
    }
  }

  /** The stock must still be there; this takes it out. */
  public void checkStock(BrokerAddress broker) throws IOException {
    stock.check(broker);
  }

  /** How many messages were acknowledged so far. */
  public long acknowledged() {
    return publishers.stream().mapToLong(Publisher::acknowledged).sum()
        + keepers.stream().mapToLong(Publisher::acknowledged).sum();
  }

  /** How many messages were delivered so far, and how many of these were repetitions of QoS 1. */
  public String deliveries() {
    return "%d delivered, %d of them again"
        .formatted(
            subscribers.stream().mapToLong(each -> each.inbox().deliveries()).sum(),
            subscribers.stream().mapToLong(each -> each.inbox().again()).sum());
  }

  @Override
  public void close() {
    killed = true;
    threads.shutdownNow();
  }
}
