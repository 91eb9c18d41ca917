package io.fluxmqtt.store;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A client of a store whose sessions come and go, with all that sessions have. */
final class Traffic implements Runnable, AutoCloseable {
  private static final int SESSIONS = 12;
  private static final int UNDER_WAY = 200;

  /** A session and what it has been sent, or is to be. */
  private record Present(long number, Deque<Long> waiting, Deque<Long> sent) {}

  private final Store store;
  private final Random random;
  private final List<Present> sessions = new ArrayList<>();
  private final Semaphore windows = new Semaphore(UNDER_WAY);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Thread thread = new Thread(this, "traffic");
  private volatile boolean ended;

  private Traffic(Store store, long seed) {
    this.store = store;
    random = new Random(seed);
  }

  static Traffic start(Store store, long seed) {
    Traffic traffic = new Traffic(store, seed);
    traffic.thread.start();
    return traffic;
  }

  @Override
  public void run() {
    try {
      while (!ended && failure.get() == null) {
        turn();
      }
      windows.acquire(UNDER_WAY);
    } catch (InterruptedException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void turn() throws InterruptedException {
    int what = random.nextInt(100);
    if (sessions.size() < SESSIONS || what < 3) {
      add();
    } else if (what < 6) {
      commit(List.of(new SessionChange.RemoveSession(sessions.remove(0).number)));
    } else if (what < 60) {
      append();
    } else if (what < 95) {
      move(sessions.get(random.nextInt(sessions.size())));
    } else {
      retain();
    }
  }

  private void add() throws InterruptedException {
    long number = store.sessions().newSessionNumber();
    sessions.add(new Present(number, new ArrayDeque<>(), new ArrayDeque<>()));
    String filter = "a/" + random.nextInt(5);
    commit(
        List.of(
            new SessionChange.PutSession(session(number)),
            new SessionChange.PutSubscription(number, subscription(filter)),
            new SessionChange.PutRelease(number, 1),
            new SessionChange.PutIncoming(number, 2)));
  }

  private void append() throws InterruptedException {
    long id = store.sessions().newMessageId();
    Receivers receivers = new Receivers(0);
    for (Present session : sessions) {
      if (random.nextInt(3) == 0) {
        receivers.add(session.number, QoS.AT_LEAST_ONCE, false, List.of());
        session.waiting.add(id);
      }
    }
    commit(List.of(new SessionChange.Append(message("a/b", id, null), receivers)));
  }

  /** Sends something, or ends a delivery, in order or not. */
  private void move(Present session) throws InterruptedException {
    boolean sends = random.nextBoolean();
    Deque<Long> from = sends || session.sent.isEmpty() ? session.waiting : session.sent;
    Long id = random.nextInt(4) == 0 ? from.pollLast() : from.pollFirst();
    if (id == null) {
      return;
    }
    if (sends) {
      session.sent.add(id);
      commit(List.of(new SessionChange.PutDelivery(session.number, delivery(id))));
    } else {
      commit(List.of(new SessionChange.RemoveDelivery(session.number, id)));
    }
  }

  private void retain() throws InterruptedException {
    String topic = "r/" + random.nextInt(300);
    Long expiry = random.nextBoolean() ? Long.valueOf(random.nextInt(1_000)) : null;
    windows.acquire();
    if (random.nextInt(4) == 0) {
      store.retained().remove(topic, this::done);
    } else {
      store.retained().put(message(topic, store.sessions().newMessageId(), expiry), this::done);
    }
    if (random.nextInt(10) == 0) {
      store.retained().removeExpired(random.nextInt(1_000));
    }
  }

  private void commit(List<SessionChange> changes) throws InterruptedException {
    windows.acquire();
    store.sessions().commit(changes, this::done);
  }

  private void done(@Nullable Throwable failed) {
    if (failed != null) {
      failure.compareAndSet(null, failed);
    }
    windows.release();
  }

  /** Ends it and waits for what is under way. */
  @Override
  public void close() throws InterruptedException {
    ended = true;
    thread.join();
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError(failed);
    }
  }

  static StoredSession session(long number) {
    return new StoredSession(number, "c" + number, Principal.user("u"), 60, 1L, null, 0);
  }

  static StoredSubscription subscription(String filter) {
    return new StoredSubscription(
        new TopicFilter(null, filter), QoS.AT_LEAST_ONCE, false, false, 0, 0);
  }

  static StoredDelivery delivery(long id) {
    return new StoredDelivery(id, QoS.AT_LEAST_ONCE, false, List.of(), 7);
  }

  static StoredMessage message(String topic, long id, @Nullable Long expiresAtMillis) {
    Message message = Message.of(topic, Payload.ofUtf8("payload " + id), QoS.AT_LEAST_ONCE, false);
    return new StoredMessage(id, message, "p", expiresAtMillis);
  }
}
