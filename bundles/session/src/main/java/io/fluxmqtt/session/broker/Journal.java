package io.fluxmqtt.session.broker;

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
 * for it: an acknowledgement leaves only when its changes are as durable as configured. Owned by
 * its worker's loop.
 */
final class Journal {
  private final Worker worker;
  private final SessionStore sessions;
  private final RetainedStore retained;
  private Batch open = new Batch();

  Journal(Worker worker, SessionStore sessions, RetainedStore retained) {
    this.worker = worker;
    this.sessions = sessions;
    this.retained = retained;
  }

  /** Adds a change to the batch. */
  void record(SessionChange change) {
    open.changes.add(change);
  }

  /**
   * Adds a Retained Message to the batch. The store has it at once, so that whoever subscribes from
   * now on finds it.
   *
   * @param settled runs when the store is done with it, before all else, on a thread of the store
   */
  void putRetained(StoredMessage message, Runnable settled) {
    Batch batch = open;
    batch.partBegins();
    retained.put(
        message,
        failure -> {
          settled.run();
          partCompleted(batch, failure);
        });
  }

  /** Adds the removal of a Retained Message to the batch, as above. */
  void removeRetained(String topic) {
    Batch batch = open;
    batch.partBegins();
    retained.remove(topic, failure -> partCompleted(batch, failure));
  }

  /** Whether the batch holds no change, so that nothing needs to wait. */
  boolean isEmpty() {
    return open.changes.isEmpty() && !open.hasRetained;
  }

  /**
   * Runs an action on the loop once all that was recorded so far is safe, at once if nothing was;
   * its argument is what went wrong, or null.
   */
  void whenSafe(Consumer<@Nullable Throwable> action) {
    if (isEmpty()) {
      action.accept(null);
    } else {
      open.actions.add(action);
    }
  }

  /**
   * Runs an action on a thread of the store once all session changes recorded so far are safe, at
   * least one. Of all journals together, actions run in the order in which their batches were
   * committed; they must not block.
   */
  void inStoreOrder(Consumer<@Nullable Throwable> action) {
    open.ordered.add(action);
  }

  /** Hands the batch to the store and opens a new one. Never blocks. */
  void commit() {
    if (isEmpty()) {
      return;
    }
    Batch batch = open;
    open = new Batch();
    if (!batch.changes.isEmpty()) {
      batch.parts.incrementAndGet();
      sessions.commit(
          batch.changes,
          failure -> {
            batch.ordered.forEach(action -> action.accept(failure));
            partCompleted(batch, failure);
          });
    }
    partCompleted(batch, null);
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
    boolean hasRetained;
    volatile @Nullable Throwable failure;

    void partBegins() {
      hasRetained = true;
      parts.incrementAndGet();
    }
  }
}
