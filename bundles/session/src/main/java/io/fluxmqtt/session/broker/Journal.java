package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the changes of one batch of a loop, commits them together, and holds back what must wait
 * for it: an acknowledgement leaves only when its changes are as durable as configured. The batch
 * as a whole is as durable as the strictest of its changes; what need not be synced nobody waits
 * for. Owned by its worker's loop.
 */
final class Journal {
  private final Worker worker;
  private final SessionStore sessions;
  private final RetainedStore retained;
  private final Counters counters;
  private Batch open = new Batch();

  Journal(Worker worker, SessionStore sessions, RetainedStore retained, Counters counters) {
    this.worker = worker;
    this.sessions = sessions;
    this.retained = retained;
    this.counters = counters;
  }

  /** Adds a change to the batch that must be synced. */
  void record(SessionChange change) {
    record(change, Durability.SYNC);
  }

  /** Adds a change to the batch. */
  void record(SessionChange change, Durability durability) {
    open.changes.add(change);
    open.require(durability);
  }

  /** A message of this batch is acknowledged before it is safe; it counts as lost if that fails. */
  void promise() {
    open.promised++;
  }

  /**
   * Adds a Retained Message to the batch. The store has it at once, so that whoever subscribes from
   * now on finds it.
   *
   * @param settled runs when the store is done with it, before all else, on a thread of the store
   */
  void putRetained(StoredMessage message, Durability durability, Runnable settled) {
    SessionStore.Completion end = part(durability);
    retained.put(
        message,
        durability,
        failure -> {
          settled.run();
          end.completed(failure);
        });
  }

  /** Adds the removal of a Retained Message to the batch, as above. */
  void removeRetained(String topic, Durability durability) {
    retained.remove(topic, durability, part(durability));
  }

  /** Takes the end of what is given to the store at once. */
  private SessionStore.Completion part(Durability durability) {
    if (!durability.isSync()) {
      return failure -> countLost(1, failure);
    }
    Batch batch = open;
    batch.mustSync = true;
    batch.parts.incrementAndGet();
    return failure -> partCompleted(batch, failure);
  }

  /** Whether the batch holds no change that must be synced, so that nothing needs to wait. */
  boolean isSafe() {
    return !open.mustSync;
  }

  /**
   * Runs an action on the loop once all that was recorded so far and must be synced is safe, at
   * once if there is nothing; its argument is what went wrong, or null.
   */
  void whenSafe(Consumer<@Nullable Throwable> action) {
    if (isSafe()) {
      action.accept(null);
    } else {
      open.actions.add(action);
    }
  }

  /**
   * Runs an action on a thread of the store once all session changes recorded so far, at least one,
   * are as durable as they are to be, without waiting for others to come. Of all journals together,
   * actions run in the order in which their batches were committed; they must not block.
   */
  void inStoreOrder(Consumer<@Nullable Throwable> action) {
    open.ordered.add(action);
    open.require(Durability.WRITTEN);
  }

  /** Hands the batch to the store and opens a new one. Never blocks. */
  void commit() {
    Batch batch = open;
    Durability durability = batch.durability;
    if (durability == null && !batch.mustSync) {
      return;
    }
    open = new Batch();
    if (durability != null) {
      batch.parts.incrementAndGet();
      sessions.commit(
          batch.changes,
          durability,
          failure -> {
            batch.ordered.forEach(action -> action.accept(failure));
            countLost(batch.promised, failure);
            partCompleted(batch, failure);
          });
    }
    partCompleted(batch, null);
  }

  private void countLost(int messages, @Nullable Throwable failure) {
    for (int i = 0; failure != null && i < messages; i++) {
      counters.dropped(Counters.Drop.STORE_FAILED);
    }
  }

  /** A part of a batch has ended; after the last one, what has waited for it runs. Any thread. */
  private void partCompleted(Batch batch, @Nullable Throwable failure) {
    if (failure != null) {
      batch.failure = failure;
    }
    if (batch.parts.decrementAndGet() == 0 && !batch.actions.isEmpty()) {
      worker.execute(() -> batch.actions.forEach(action -> action.accept(batch.failure)));
    }
  }

  private static final class Batch {
    final List<SessionChange> changes = new ArrayList<>();
    final List<Consumer<@Nullable Throwable>> ordered = new ArrayList<>();
    final List<Consumer<@Nullable Throwable>> actions = new ArrayList<>();
    final AtomicInteger parts = new AtomicInteger(1); // one for what is still to be added
    @Nullable Durability durability; // of the changes; null for none
    boolean mustSync; // something, a Retained Message maybe
    int promised;
    volatile @Nullable Throwable failure;

    void require(Durability other) {
      Durability before = durability;
      durability = before == null ? other : before.and(other);
      mustSync |= other.isSync();
    }
  }
}
