package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
 * subscribers that are connected or mostly away, that share a Subscription, that take their session
 * over from themselves; messages that expire, Wills, and somebody who subscribes and unsubscribes.
 */
public final class Crew implements AutoCloseable {
  private static final double LETTERS_PER_MILLI = 2;
  private static final double RETAINED_PER_MILLI = 0.5;
  private static final long STALLED_NANOS = 15_000_000_000L;
  private static final int MOMENT_MILLIS = 50;
  private static final int PATIENCE_MILLIS = 10_000;

  /** The QoS of each publisher of {@code load}, the last of which takes itself over. */
  private static final Map<Integer, Integer> LOAD = Map.of(0, 1, 1, 1, 2, 2, 3, 2, 4, 2);

  private static final int RESTLESS = 4;
  private static final int PERISHABLE = 5;
  private static final List<Integer> MORTALS = List.of(200, 201);

  private final Findings findings;
  private final List<Publisher> publishers = new ArrayList<>();
  private final List<Keeper> keepers = new ArrayList<>();
  private final List<Mortal> mortals = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final List<Subscriber> present = new ArrayList<>();
  private final List<Subscriber> away = new ArrayList<>(); // mostly
  private final Subscriber mourner;
  private final Fickle fickle;
  private final Stock stock;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private volatile boolean killed = true;
  private List<Future<Boolean>> running = new ArrayList<>();
  private int longestQueue;

  /**
   * A crew that has not met its broker.
   *
   * @param stored how many messages lie in the store all the time
   */
  public Crew(int stored, Findings findings) {
    this.findings = findings;
    LOAD.forEach(
        (id, qos) ->
            publishers.add(new Publisher(id, qos, id % 2 == 0 ? 5 : 4, id == RESTLESS, findings)));
    Perishable perishable = new Perishable(PERISHABLE, findings);
    publishers.add(perishable);
    keepers.add(new Keeper(100, 1, 5, findings));
    keepers.add(new Keeper(101, 2, 4, findings));
    MORTALS.forEach(id -> mortals.add(new Mortal(id, findings)));
    sources.addAll(publishers);
    sources.addAll(mortals);
    present.add(reader("watcher", 5, "load/#", 2));
    present.add(reader("restless", 5, "load/#", 2).restless());
    away.add(reader("sleeper", 4, "load/+", 2));
    away.add(reader("sleeper-1", 5, "load/#", 1));
    Inbox team = new Inbox("team", LOAD, false, findings);
    present.add(new Subscriber("team-0", 5, "$share/team/load/#", 2, team, findings));
    away.add(new Subscriber("team-1", 5, "$share/team/load/#", 2, team, findings));
    away.add(
        new Freshness(
            perishable, new Inbox("freshness", Map.of(PERISHABLE, 1), false, findings), findings));
    Inbox wills =
        new Inbox("mourner", Map.of(MORTALS.get(0), 2, MORTALS.get(1), 2), false, findings);
    mourner = new Subscriber("mourner", 5, "will/#", 2, wills, findings);
    away.add(mourner);
    fickle = new Fickle("fickle", findings);
    stock = new Stock(stored, findings);
  }

  private Subscriber reader(String name, int version, String filter, int maximumQos) {
    Map<Integer, Integer> qos = new HashMap<>(LOAD);
    qos.replaceAll((id, each) -> Math.min(each, maximumQos));
    Inbox inbox = new Inbox(name, qos, true, findings);
    return new Subscriber(name, version, filter, maximumQos, inbox, findings);
  }

  private List<Subscriber> subscribers() {
    List<Subscriber> all = new ArrayList<>(present);
    all.addAll(away);
    return all;
  }

  /** Makes all sessions, and lays the stock. */
  public void introduce(BrokerAddress broker) throws IOException {
    killed = false;
    subscribers().forEach(each -> each.run(broker, () -> false, () -> false));
    stock.lay(broker);
  }

  /** Begins to publish and to receive; those that are mostly away come if {@code all}. */
  public void begin(BrokerAddress broker, boolean all) {
    killed = false;
    publishers.forEach(each -> each.allow(LETTERS_PER_MILLI));
    keepers.forEach(each -> each.allow(RETAINED_PER_MILLI));
    List<Actor> actors = new ArrayList<>(publishers);
    actors.addAll(keepers);
    actors.addAll(all ? subscribers() : present);
    actors.add(fickle);
    for (Mortal mortal : mortals) { // whoever is back before the Will's delay is over has none
      if (mourner.inbox().hasAll(mortal)) {
        actors.add(mortal);
      }
    }
    actors.forEach(each -> start(each, broker, () -> !killed));
  }

  private void start(Actor actor, BrokerAddress broker, BooleanSupplier going) {
    running.add(threads.submit(() -> actor.run(broker, going, () -> killed)));
  }

  /** The broker is gone, and that is meant; call it right after the kill. */
  public void end() {
    killed = true;
    join();
    mortals.forEach(Mortal::bury);
    for (Subscriber each : away) {
      int queue = 0;
      for (Publisher publisher : publishers) {
        queue += each.inbox().missing(publisher);
      }
      longestQueue = Math.max(longestQueue, queue);
    }
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
    start(fickle, broker, () -> false);
    join();
    for (Subscriber each : subscribers()) {
      start(each, broker, new Patience(each));
    }
    join();
    for (Subscriber each : subscribers()) {
      sources.forEach(each.inbox()::check);
    }
    mortals.forEach(each -> each.check(mourner.inbox()));
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
      if (sources.stream().allMatch(subscriber.inbox()::hasAll)) {
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
    Set<Inbox> inboxes = new HashSet<>();
    subscribers().forEach(each -> inboxes.add(each.inbox()));
    return "%d delivered, %d of them again, %d Wills, %d Subscriptions changed, longest queue %d"
        .formatted(
            inboxes.stream().mapToLong(Inbox::deliveries).sum(),
            inboxes.stream().mapToLong(Inbox::again).sum(),
            mourner.inbox().deliveries(),
            fickle.changes(),
            longestQueue);
  }

  @Override
  public void close() {
    killed = true;
    threads.shutdownNow();
  }
}
