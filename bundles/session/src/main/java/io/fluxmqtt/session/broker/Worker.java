package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.session.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the session manager keeps for one event loop: the sessions that have mail, the connections
 * that have something to flush, and the changes that are to be committed.
 *
 * <p>Other threads call {@link #wake} and {@link #execute}; all else happens on the loop. However
 * many sessions of a loop get mail, one task is on its way to it.
 */
final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final int SESSIONS_PER_TURN = 1024;

  private final Broker broker;
  private final EventLoop loop;
  private final Journal journal;
  private final ConcurrentLinkedQueue<Session> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final List<ClientConnection> dirty = new ArrayList<>(); // owned by the loop
  private final Circulars circulars;
  private final List<Worker> woken = new ArrayList<>(); // by this one; owned by the loop
  private final Fanout fanout; // owned by the loop
  private final RouteCache<Session> routes; // owned by the loop
  private final DurabilityCache durabilities = new DurabilityCache(); // owned by the loop
  private final Deadlines deadlines; // owned by the loop
  private final Judging judging; // owned by the loop
  private int connections; // owned by the loop

  Worker(EventLoop loop, Broker broker) {
    this.broker = broker;
    this.loop = loop;
    this.fanout = new Fanout(broker.access());
    this.circulars = new Circulars(this, broker);
    this.routes = new RouteCache<>(broker.tree());
    this.journal =
        new Journal(this, broker.sessionStore(), broker.retainedStore(), broker.counters());
    this.deadlines = new Deadlines(this, broker::nanoTime);
    this.judging = new Judging(this, broker);
  }

  EventLoop loop() {
    return loop;
  }

  Journal journal() {
    return journal;
  }

  /** What is posted to it, which only the house is. */
  Circulars circulars() {
    return circulars;
  }

  Fanout fanout() {
    return fanout;
  }

  RouteCache<Session> routes() {
    return routes;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  Judging judging() {
    return judging;
  }

  /**
   * How safe a message that comes now is to be before it is acknowledged. While the store cannot
   * keep up, or cannot write, all are treated alike: who publishes must see it. On the loop.
   */
  Durability durability(String topic) {
    DurabilityRules rules = broker.settings().durability();
    if (rules.isEmpty()) {
      return Durability.SYNC;
    }
    Durability wanted = durabilities.find(rules, topic);
    return wanted.isSync() || broker.sessionStore().isStrained() ? Durability.SYNC : wanted;
  }

  int connectionOpened() {
    return ++connections;
  }

  int connectionClosed() {
    return --connections;
  }

  /** A session of this loop has mail, and the caller holds its token. Any thread. */
  void wake(Session session) {
    ready.add(session);
    schedule();
  }

  /**
   * A session has mail from this loop, and the caller holds its token. The loop of its owner is
   * told with the next {@link #flush}, so that it finds the mail of a whole read at once: told of
   * the first, it would take them one by one, each with a wake and a write of its own. On the loop.
   */
  void wakeAtFlush(Session session, Worker owner) {
    owner.ready.add(session);
    wakeAtFlush(owner);
  }

  /** Posts a circular from this loop to another, which is told with the next flush. On the loop. */
  void post(Circular circular, Worker house) {
    house.circulars.post(circular);
    wakeAtFlush(house);
  }

  private void wakeAtFlush(Worker other) {
    if (!other.scheduled.get() && !woken.contains(other)) {
      woken.add(other);
    }
  }

  /** Runs a task on the loop and flushes what it sent. Any thread. */
  void execute(Runnable task) {
    loop.execute(() -> run(task));
  }

  /** Runs a task on the loop later and flushes what it sent. Any thread. */
  EventLoop.Timer schedule(Runnable task, long delayNanos) {
    return loop.schedule(() -> run(task), delayNanos, TimeUnit.NANOSECONDS);
  }

  /** A connection has pending output. On the loop. */
  void dirty(ClientConnection connection) {
    dirty.add(connection);
  }

  /** Commits changes and writes out what connections have pending. On the loop. */
  void flush() {
    journal.commit();
    wakeOthers(); // first, so that they are at work while this one writes
    for (int i = 0; i < dirty.size(); i++) { // flushing may close, and closing may add
      dirty.get(i).flushNow();
    }
    dirty.clear();
    wakeOthers(); // whom a connection that was closed meanwhile has left something
  }

  private void wakeOthers() {
    for (int i = 0; i < woken.size(); i++) {
      woken.get(i).schedule();
    }
    woken.clear();
  }

  private void schedule() {
    if (!scheduled.getAndSet(true)) {
      loop.execute(this::turn);
    }
  }

  private void turn() {
    scheduled.set(false);
    circulars.deliver();
    Session session = null;
    for (int i = 0; i < SESSIONS_PER_TURN && (session = ready.poll()) != null; i++) {
      try {
        session.drain(this);
      } catch (RuntimeException e) {
        LOG.error("Session {} failed while it took its mail", Printable.of(session.clientId()), e);
      }
    }
    flush();
    if (session != null && !ready.isEmpty()) {
      schedule();
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.error("A task of the session manager failed", e);
    }
    flush();
  }
}
