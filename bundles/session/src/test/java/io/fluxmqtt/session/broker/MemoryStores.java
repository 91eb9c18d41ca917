package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Stores that note what they are given and complete at once, or when the test says so. Any thread.
 */
final class MemoryStores implements SessionStore, RetainedStore {
  private static final int STEPS = 1_000;

  private final List<SessionChange> changes = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final List<Durability> asked = new ArrayList<>();
  private boolean strained;
  private final Queue<Completion> waiting = new ArrayDeque<>();
  private final NavigableMap<String, StoredMessage> retained = new ConcurrentSkipListMap<>();
  private @Nullable Queue<Runnable> searching; // null while they are answered at once
  private @Nullable IOException unreadable;
  private int sliceMax = Integer.MAX_VALUE;
  private int searches;
  private Consumer<Visitor> kept = visitor -> {};
  private final Queue<Runnable> reads = new ArrayDeque<>();
  private final Map<Long, SessionChange.Append> appended = new HashMap<>();
  private final Set<Long> missing = new HashSet<>();
  private boolean held;
  private boolean readsHeld;
  private @Nullable IOException readFailure;
  private @Nullable Throwable failure;
  private long usable = Long.MAX_VALUE;
  private long pending;
  private LongSupplier clock = () -> 0;
  private long lastSession;
  private long lastMessage;

  /** Sets the time by which all expires. */
  void clock(LongSupplier millis) {
    clock = millis;
  }

  @Override
  public long nowMillis() {
    return clock.getAsLong();
  }

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

  /** How durable what was given since the last look is to be. */
  synchronized List<Durability> asked() {
    List<Durability> since = List.copyOf(asked);
    asked.clear();
    return since;
  }

  @Override
  public synchronized boolean isStrained() {
    return strained;
  }

  /** From now on it cannot keep up, or can again. */
  synchronized void strain(boolean isSo) {
    strained = isSo;
  }

  synchronized void failWith(@Nullable Throwable cause) {
    failure = cause;
  }

  /** From now on no read is answered until {@link #answerReads}. */
  synchronized void holdReads() {
    readsHeld = true;
  }

  /** Answers what is asked, also from now on; returns how many reads had been waiting. */
  int answerReads() {
    List<Runnable> due;
    synchronized (this) {
      readsHeld = false;
      due = List.copyOf(reads);
      reads.clear();
    }
    due.forEach(Runnable::run);
    return due.size();
  }

  synchronized void failReadsWith(@Nullable IOException cause) {
    readFailure = cause;
  }

  /** From now on a message is not found. */
  synchronized void lose(long messageId) {
    missing.add(messageId);
  }

  synchronized void find(long messageId) {
    missing.remove(messageId);
  }

  @Override
  public void read(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    synchronized (this) {
      if (readsHeld) {
        reads.add(() -> answer(number, messageIds, maxBytes, answer));
        return;
      }
    }
    answer(number, messageIds, maxBytes, answer);
  }

  private void answer(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    IOException cause;
    synchronized (this) {
      cause = readFailure;
    }
    if (cause != null) {
      answer.read(new QueueSlice(List.of(), 0), cause);
      return;
    }
    List<Queued> found = new ArrayList<>();
    long bytes = 0;
    int looked = 0;
    while (looked < messageIds.length && (looked == 0 || bytes < maxBytes)) {
      Queued queued = queued(number, messageIds[looked++]);
      if (queued != null) {
        found.add(queued);
        bytes += queued.message().message().payload().length();
      }
    }
    answer.read(new QueueSlice(found, looked), null);
  }

  private synchronized @Nullable Queued queued(long number, long messageId) {
    SessionChange.Append append = missing.contains(messageId) ? null : appended.get(messageId);
    for (int i = 0; append != null && i < append.receivers().size(); i++) {
      if (append.receivers().number(i) == number) {
        return new Queued(append.receivers().delivery(i, messageId), append.message());
      }
    }
    return null;
  }

  synchronized <C extends SessionChange> List<C> changes(Class<C> type) {
    return changes.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** What was called, in order: {@code commit}, {@code put}. */
  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  @Override
  public synchronized void commit(
      List<SessionChange> batch, Durability durability, Completion completion) {
    calls.add("commit");
    asked.add(durability);
    changes.addAll(batch);
    for (SessionChange change : batch) {
      if (change instanceof SessionChange.Append append) {
        appended.put(append.message().id(), append);
      }
    }
    complete(completion);
  }

  @Override
  public void put(StoredMessage message, Durability durability, Completion completion) {
    synchronized (this) {
      calls.add("put");
      asked.add(durability);
    }
    complete(
        thrown -> {
          if (thrown == null) {
            retained.put(message.message().topic(), message);
          }
          completion.completed(thrown);
        });
  }

  @Override
  public void remove(String topic, Durability durability, Completion completion) {
    synchronized (this) {
      asked.add(durability);
    }
    complete(
        thrown -> {
          if (thrown == null) {
            retained.remove(topic);
          }
          completion.completed(thrown);
        });
  }

  @Override
  public void removeExpired(long nowMillis) {
    retained
        .values()
        .removeIf(m -> m.expiresAtMillis() != null && m.expiresAtMillis() <= nowMillis);
  }

  @Override
  public synchronized void find(String filter, byte @Nullable [] from, int limit, Answer answer) {
    searches++;
    if (searching != null) {
      searching.add(() -> answer(filter, from, limit, answer));
    } else if (held) { // after what is under way
      waiting.add(thrown -> answer(filter, from, limit, answer));
    } else {
      answer(filter, from, limit, answer);
    }
  }

  private void answer(String filter, byte @Nullable [] from, int limit, Answer answer) {
    if (unreadable != null) {
      answer.found(Slice.END, unreadable);
      return;
    }
    List<StoredMessage> found = new ArrayList<>();
    String next = null;
    int looked = 0;
    String start = from == null ? "" : new String(from, StandardCharsets.UTF_8);
    for (Map.Entry<String, StoredMessage> entry : retained.tailMap(start, true).entrySet()) {
      if (found.size() == Math.min(limit, sliceMax) || looked++ == STEPS) {
        next = entry.getKey();
        break;
      }
      if (TopicFilter.matches(filter, entry.getKey())) {
        found.add(entry.getValue());
      }
    }
    byte[] position = next == null ? null : next.getBytes(StandardCharsets.UTF_8);
    answer.found(new Slice(found, position), null);
  }

  /** From now on searches wait for {@link #search}. */
  void holdSearches() {
    searching = new ArrayDeque<>();
  }

  /** Answers the searches that wait, but none that come of that; returns how many. */
  int search() {
    Queue<Runnable> due = searching;
    searching = new ArrayDeque<>();
    due.forEach(Runnable::run);
    return due.size();
  }

  /** Searches find so many messages at most. */
  void sliceMax(int messages) {
    sliceMax = messages;
  }

  void failSearchesWith(@Nullable IOException cause) {
    unreadable = cause;
  }

  /** How often something was looked for. */
  int searches() {
    return searches;
  }

  @Override
  public byte[] after(String topic) {
    return (topic + '\u0001').getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public long count() {
    return retained.size();
  }

  @Override
  public long bytes() {
    return retained.values().stream().mapToLong(m -> m.message().payload().length()).sum();
  }

  @Override
  public synchronized boolean isEmpty() {
    return retained.isEmpty() && waiting.isEmpty();
  }

  @Override
  public boolean isOnHeap() {
    return true;
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

  /** What is said to be free. */
  synchronized void usable(long bytes) {
    usable = bytes;
  }

  /** What is said to be under way. */
  synchronized void pending(long bytes) {
    pending = bytes;
  }

  @Override
  public synchronized long usableBytes() {
    return usable;
  }

  @Override
  public synchronized long pendingBytes() {
    return pending;
  }

  @Override
  public synchronized long newSessionNumber() {
    return ++lastSession;
  }

  @Override
  public synchronized long newMessageId() {
    return ++lastMessage;
  }
}
