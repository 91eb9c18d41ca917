package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.EventLoop;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.SessionManager;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.access.Verdict;
import io.fluxmqtt.session.routing.SubscriptionTree;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** The session manager: holds its parts together and takes connections. */
public final class Broker implements SessionManager {
  private static final Duration LONGEST_WAIT = Duration.ofDays(100 * 365); // fits nanoseconds
  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long CUT_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LOOP_ENDED_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final AccessControl access;
  private final SessionStore sessionStore;
  private final RetainedStore retainedStore;
  private final LongSupplier nanoTime;
  private final LongSupplier wallMillis;
  private final Counters counters = new Counters();
  private final EventDispatcher events = new EventDispatcher();
  private final LongAdder queuedBytes = new LongAdder();
  private final QueueMemory queueMemory = new QueueMemory();
  private final QueueTotals queueTotals = new QueueTotals(this);
  private final SubscriptionTree<Session> tree = new SubscriptionTree<>();
  private final Router router = new Router(this);
  private final Sessions sessions = new Sessions(this);
  private final Retained retained;
  private final Refusals refusals = new Refusals(this);
  private final Epochs epochs = new Epochs(this);
  private final Questions questions = new Questions();
  private final Map<EventLoop, Worker> workers = new ConcurrentHashMap<>();
  private final Worker house;
  private volatile BrokerSettings settings;
  private volatile QueuePolicies queuePolicies;
  private final OverflowLog overflowLog;
  private final AtomicBoolean cutting = new AtomicBoolean(); // will be, soon
  private volatile Runnable stopListening = () -> {};

  /**
   * A session manager that has not started yet.
   *
   * @param houseLoop the loop of sessions without a connection; the caller ends it, after the
   *     connections are gone
   * @param nanoTime a monotonic clock in nanoseconds
   * @param wallMillis the wall clock in milliseconds since the epoch, for what is shown
   */
  public Broker(
      AccessControl access,
      SessionStore sessionStore,
      RetainedStore retainedStore,
      BrokerSettings settings,
      EventLoop houseLoop,
      LongSupplier nanoTime,
      LongSupplier wallMillis) {
    this.access = access;
    this.sessionStore = sessionStore;
    this.retainedStore = retainedStore;
    this.settings = settings;
    this.queuePolicies = QueuePolicies.of(settings);
    this.nanoTime = nanoTime;
    this.wallMillis = wallMillis;
    this.overflowLog = new OverflowLog(this);
    this.retained = new Retained(this, retainedStore);
    this.house = new Worker(houseLoop, this);
  }

  /** Takes over what the store kept. Blocks for I/O; before any connection. */
  public void start() throws IOException {
    new Recovery(this).run();
    house.schedule(this::sweep, SWEEP_NANOS);
    stopListening = access.onChange(epochs::changed);
  }

  /** Ends what it does by itself; the connections are gone already. */
  public void stop() {
    stopListening.run();
    events.close();
  }

  /** Where to tell what happens, and where to listen. Any thread. */
  public EventDispatcher events() {
    return events;
  }

  /** Puts new limits in force, for sessions that are there too. Any thread. */
  public void configure(BrokerSettings newSettings) {
    settings = newSettings;
    queuePolicies = QueuePolicies.of(newSettings);
    refusals.limit(newSettings.refusalsMax());
    if (!cutting.getAndSet(true)) {
      house.schedule(this::cutQueues, CUT_NANOS);
    }
  }

  /**
   * Brings queues down to limits that are lower now; later, as several files may change at once.
   */
  private void cutQueues() {
    cutting.set(false);
    for (Session session : sessions.all()) {
      session.command(session.outbox()::cut);
    }
  }

  @Override
  public ConnectionHandler connected(Connection connection) {
    return new ClientConnection(this, worker(connection.loop()), connection);
  }

  /** What is kept for an event loop of a transport. */
  Worker worker(EventLoop loop) {
    return workers.computeIfAbsent(loop, added -> new Worker(added, this));
  }

  /** A connection of this worker has closed. On its loop. */
  void connectionClosed(Worker worker) {
    if (worker.connectionClosed() == 0) {
      workers.remove(worker.loop(), worker); // so that the loops of a transport that ended go too
      worker.execute(worker.deadlines()::rest); // once the connection has taken back its own
    }
  }

  @Override
  public Optional<String> refusal(ListenerProfile profile) {
    return access.refusal(profile);
  }

  @Override
  public String accessNote(ListenerProfile profile) {
    return access.note(profile);
  }

  /**
   * Publishes a Will, if its client may still publish there. On the worker's loop.
   *
   * @param done runs there once the journal holds all of it; if the policy is away, that is later
   */
  void publishWill(Worker worker, Client client, Message message, Runnable done) {
    Verdict now =
        access.decide(
            client,
            publishing(message),
            later -> worker.execute(() -> willDecided(worker, client, message, later, done)));
    if (now != null) {
      willDecided(worker, client, message, now, done);
    }
  }

  private void willDecided(
      Worker worker, Client client, Message message, Verdict verdict, Runnable done) {
    if (verdict != Verdict.ALLOWED) {
      refusals.will(client, publishing(message), verdict);
    }
    switch (verdict) {
      case ALLOWED -> {
        Durability durability = worker.durability(message.topic());
        Publication publication =
            Publication.received(message, client.clientId(), durability, this);
        if (message.retain()) {
          retainWill(worker, publication, done);
          return;
        }
        router.route(worker, publication, null);
      }
      case DENIED -> counters.dropped(Counters.Drop.NOT_AUTHORIZED);
      case UNAVAILABLE -> counters.dropped(Counters.Drop.POLICY_UNAVAILABLE);
    }
    done.run();
  }

  private static Access.Publish publishing(Message message) {
    return new Access.Publish(message.topic(), message.qos(), message.retain());
  }

  private void retainWill(Worker worker, Publication publication, Runnable done) {
    Retained.Room now =
        retained.room(
            publication, room -> worker.execute(() -> retainWill(worker, publication, room, done)));
    if (now != null) {
      retainWill(worker, publication, now, done);
    }
  }

  private void retainWill(
      Worker worker, Publication publication, Retained.Room room, Runnable done) {
    if (room.isThere()) {
      retained.keep(publication, room, worker.journal());
    } else {
      counters.dropped(Counters.Drop.RETAINED_FULL);
    }
    router.route(worker, publication, null);
    done.run();
  }

  private void sweep() {
    retained.sweep();
    house.schedule(this::sweep, SWEEP_NANOS);
    house.routes().forgetIfOutdated();
    for (Worker worker : workers.values()) { // one where nothing is published holds old routes
      worker.execute(worker.routes()::forgetIfOutdated);
    }
  }

  /** A publication as the store keeps it: its expiry by {@link #expiryMillis}. */
  StoredMessage toStored(Publication publication, long id) {
    Long expiresAtMillis =
        publication.expires()
            ? expiryMillis()
                + TimeUnit.NANOSECONDS.toMillis(publication.expiresAtNanos() - nanoTime())
            : null;
    return new StoredMessage(id, publication.message(), publication.publisher(), expiresAtMillis);
  }

  /** The reverse of {@link #toStored}; nothing comes back with more time than it was given. */
  Publication fromStored(StoredMessage stored) {
    Long expiresAtMillis = stored.expiresAtMillis();
    Long givenSeconds = stored.message().properties().expirySeconds();
    long expiresAtNanos = Publication.NEVER;
    if (expiresAtMillis != null) {
      long left = TimeUnit.MILLISECONDS.toNanos(expiresAtMillis - expiryMillis());
      long given = givenSeconds == null ? left : TimeUnit.SECONDS.toNanos(givenSeconds);
      expiresAtNanos = nanoTime() + Math.min(left, given);
    }
    Durability durability = settings.durability().find(stored.message().topic());
    Publication publication =
        new Publication(stored.message(), stored.publisher(), expiresAtNanos, durability);
    publication.stored(stored.id());
    return publication;
  }

  /** The time by which all that is stored expires; it does not jump with the wall clock. */
  long expiryMillis() {
    return sessionStore.nowMillis();
  }

  /** What the wall clock would have said then, were it as it is now. For what is shown. */
  Instant wallTime(long expiryMillis) {
    return Instant.ofEpochMilli(wallMillis.getAsLong() - (expiryMillis() - expiryMillis));
  }

  /** How long it is until the wall clock says so, were it not set meanwhile; 0 if it has. */
  long nanosUntil(Instant time) {
    Duration wait = Duration.between(Instant.ofEpochMilli(wallMillis.getAsLong()), time);
    if (wait.isNegative()) {
      return 0;
    }
    return wait.compareTo(LONGEST_WAIT) < 0 ? wait.toNanos() : LONGEST_WAIT.toNanos();
  }

  AccessControl access() {
    return access;
  }

  SessionStore sessionStore() {
    return sessionStore;
  }

  RetainedStore retainedStore() {
    return retainedStore;
  }

  BrokerSettings settings() {
    return settings;
  }

  Counters counters() {
    return counters;
  }

  /** What waits in all queues, in bytes. */
  LongAdder queuedBytes() {
    return queuedBytes;
  }

  /** What all queues together may hold. */
  QueueTotals queueTotals() {
    return queueTotals;
  }

  /** Whose queue has which limits now. */
  QueuePolicies queuePolicies() {
    return queuePolicies;
  }

  OverflowLog overflowLog() {
    return overflowLog;
  }

  /** What these bytes take of the heap. */
  QueueMemory queueMemory() {
    return queueMemory;
  }

  /**
   * Runs a task, on any thread, once all that any loop has recorded until now is in the store, or
   * has failed. A loop that has ended is not waited for.
   */
  void whenCommitted(Runnable task) {
    List<Worker> all = new ArrayList<>(workers.values());
    all.add(house);
    AtomicInteger left = new AtomicInteger(all.size());
    AtomicBoolean done = new AtomicBoolean();
    Runnable whenAllHave =
        () -> {
          if (!done.getAndSet(true)) {
            sessionStore.commit(List.of(), Durability.WRITTEN, failure -> task.run());
          }
        };
    for (Worker worker : all) {
      worker.execute(
          () -> {
            worker.journal().commit();
            if (left.decrementAndGet() == 0) {
              whenAllHave.run();
            }
          });
    }
    house.schedule(whenAllHave, LOOP_ENDED_NANOS);
  }

  SubscriptionTree<Session> tree() {
    return tree;
  }

  Router router() {
    return router;
  }

  Sessions sessions() {
    return sessions;
  }

  Retained retained() {
    return retained;
  }

  Refusals refusals() {
    return refusals;
  }

  /** About Subscriptions that are there already. */
  Questions questions() {
    return questions;
  }

  /** The worker of sessions without a connection. */
  Worker house() {
    return house;
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }
}
