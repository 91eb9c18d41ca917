package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stores that note what they are given and complete at once, or when the test says so. Any thread.
 */
final class MemoryStores implements SessionStore, RetainedStore {
  private final List<SessionChange> changes = new ArrayList<>();
  private final Queue<Completion> waiting = new ArrayDeque<>();
  private Consumer<Visitor> kept = visitor -> {};
  private boolean held;
  private @Nullable Throwable failure;
  private long lastSession;
  private long lastMessage;

  /** Sets what sessions are found at the start. */
  void keep(Consumer<Visitor> sessions) {
    kept = sessions;
  }

  /** From now on nothing completes until {@link #release}. */
  synchronized void hold() {
    held = true;
  }

  synchronized void release() {
    held = false;
    for (Completion next = waiting.poll(); next != null; next = waiting.poll()) {
      next.completed(failure);
    }
  }

  synchronized void failWith(@Nullable Throwable cause) {
    failure = cause;
  }

  synchronized <C extends SessionChange> List<C> changes(Class<C> type) {
    return changes.stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public synchronized void commit(List<SessionChange> batch, Completion completion) {
    changes.addAll(batch);
    complete(completion);
  }

  @Override
  public void put(StoredMessage message, Completion completion) {
    complete(completion);
  }

  @Override
  public void remove(String topic, Completion completion) {
    complete(completion);
  }

  private synchronized void complete(Completion completion) {
    waiting.add(completion);
    if (!held) {
      release();
    }
  }

  @Override
  public void load(Visitor visitor) throws IOException {
    kept.accept(visitor);
  }

  @Override
  public void load(Consumer<StoredMessage> visitor) throws IOException {}

  @Override
  public synchronized long newSessionNumber() {
    return ++lastSession;
  }

  @Override
  public synchronized long newMessageId() {
    return ++lastMessage;
  }
}
