package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
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

  /** Adds a Retained Message to the batch. */
  void putRetained(StoredMessage message) {
    open.retained.add(completion -> retained.put(message, completion));
  }

  /** Adds the removal of a Retained Message to the batch. */
  void removeRetained(String topic) {
    open.retained.add(completion -> retained.remove(topic, completion));
  }

  /** Whether the batch holds no change, so that nothing needs to wait. */
  boolean isEmpty() {
    return open.changes.isEmpty() && open.retained.isEmpty();
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
    batch.parts = batch.retained.size() + (batch.changes.isEmpty() ? 0 : 1);
    SessionStore.Completion completion =
        failure -> worker.execute(() -> batch.partCompleted(failure));
    if (!batch.changes.isEmpty()) {
      sessions.commit(
          batch.changes,
          failure -> {
            batch.ordered.forEach(action -> action.accept(failure));
            completion.completed(failure);
          });
    }
    batch.retained.forEach(part -> part.accept(completion));
  }

  private static final class Batch {
    final List<SessionChange> changes = new ArrayList<>();
    final List<Consumer<SessionStore.Completion>> retained = new ArrayList<>();
    final List<Consumer<@Nullable Throwable>> ordered = new ArrayList<>();
    final List<Consumer<@Nullable Throwable>> actions = new ArrayList<>();
    int parts;
    @Nullable Throwable failure;

    void partCompleted(@Nullable Throwable partFailure) {
      failure = failure == null ? partFailure : failure;
      if (--parts == 0) {
        actions.forEach(action -> action.accept(failure));
      }
    }
  }
}
