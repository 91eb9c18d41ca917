package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.Durability.Level;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.SessionStore.Completion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Group commit. One thread takes all that arrived while the last write ran, up to {@link
 * #MAX_BYTES} or {@link #MAX_OPERATIONS}, writes it as one batch, and syncs if one of the commits
 * wants that; then it tells all completions in order. No timer: an idle broker waits for one sync.
 * Callers never block and share no lock; what bounds the queue is their own windows, {@link
 * #pendingBytes} shows it, and {@link #isStrained} has those wait who otherwise do not.
 *
 * <p>Commits that do not ask for a sync, see {@link Durability}: there is one queue for all, so
 * order is kept and each sync covers all before it. Those that may wait stay in it and do not wake
 * the thread, until something comes that may not, a batch is full, or the first of them is due.
 * What was written and not synced is synced when {@link Unsynced} says.
 *
 * <p>A batch that cannot be written fails all its commits; a commit that cannot be turned into
 * records fails alone. Each completion is told exactly once, since whoever tells it first takes it
 * out of its {@link Commit}: also on close, when the thread and the closer may both try.
 */
final class Committer implements AutoCloseable {
  static final long MAX_BYTES = 1 << 20;
  static final int MAX_OPERATIONS = 10_000;
  static final long STRAIN_BYTES = 4 * MAX_BYTES;
  static final long CLOSE_MILLIS = 300;

  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  /** Adds the records of a commit to a draft. On the committer's thread. */
  @FunctionalInterface
  interface Work {
    void addTo(Draft draft) throws IOException;
  }

  private sealed interface Item extends CommitQueue.Item {
    void fail(Throwable failure);
  }

  private final KvEngine engine;
  private final Work beforeWrite;
  private final Thread thread;
  private final CommitQueue<Item> queue;
  private final AtomicLong pendingBytes = new AtomicLong();
  private final Unsynced unsynced = new Unsynced(); // committer's thread only

  private volatile boolean closed;
  private volatile boolean ended;
  private volatile long closeDeadlineNanos;
  // written by the committer's thread, read by the closer when that thread is stuck
  private volatile List<Commit> inFlight = List.of();
  private volatile @Nullable Item next; // taken from the queue, did not fit in the last batch
  private volatile boolean failing; // written by the committer's thread
  private volatile @Nullable Throwable unexplained; // the last write failed, the engine is well
  private final CommitFigures figures = new CommitFigures(System.nanoTime());

  /**
   * A committer that begins with {@link #start}.
   *
   * @param beforeWrite adds to every batch when its commits are in
   */
  Committer(KvEngine engine, String threadName, Work beforeWrite) {
    this.engine = engine;
    this.beforeWrite = beforeWrite;
    thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
    queue = new CommitQueue<>(thread, this::mustWork);
  }

  void start() {
    thread.start();
  }

  /** As below; completes when it is synced. */
  void commit(Work work, Weight weight, Completion completion) {
    commit(work, weight, Durability.SYNC, completion);
  }

  /** Commits in the order of the calls of one thread. Never blocks. */
  void commit(Work work, Weight weight, Durability durability, Completion completion) {
    pendingBytes.addAndGet(weight.bytes());
    submit(new Commit(work, weight, durability, completion));
  }

  /** Completes once all before it is given to the engine, synced or not. Never blocks. */
  void whenWritten(Completion completion) {
    commit(draft -> {}, Weight.NONE, Durability.WRITTEN, completion);
  }

  /** Has the next batch written soon, for what {@code beforeWrite} adds. Never blocks. */
  void wake() {
    whenWritten(failure -> {});
  }

  /**
   * Runs an action on the committer's thread between two batches and waits for it.
   *
   * @throws IOException as the action does, or if this committer is closed
   */
  <T> T exclusively(Callable<T> action) throws IOException {
    Task<T> task = new Task<>(action);
    submit(task);
    try {
      return task.result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the store", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
  }

  /** Whether the last write or sync has failed, or several batches wait. Any thread. */
  boolean isStrained() {
    return failing || pendingBytes.get() > STRAIN_BYTES;
  }

  /** Bytes of commits that were given and have not completed. */
  long pendingBytes() {
    return pendingBytes.get();
  }

  /** How long the oldest commit that was given and is not done has waited; 0 if there is none. */
  double oldestPendingSeconds() {
    boolean waits = !queue.isResting() && (pendingBytes.get() > 0 || !inFlight.isEmpty());
    return waits ? figures.waitedSeconds(System.nanoTime()) : 0;
  }

  /**
   * Why the last write failed, if it did and the engine did not know why: it is not the engine then
   * that tells when that is over, but the next write.
   */
  @Nullable Throwable unexplainedFailure() {
    return unexplained;
  }

  boolean isClosed() {
    return closed;
  }

  CommitFigures figures() {
    return figures;
  }

  /**
   * Writes what is queued, for at most {@link #CLOSE_MILLIS}, and fails the rest. The thread is
   * never interrupted: that would close the file channels of an engine.
   */
  @Override
  public void close() {
    closeDeadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
    closed = true;
    LockSupport.unpark(thread);
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("the engine did not finish a write in {} ms; its commits fail", CLOSE_MILLIS);
    }
    ended = true;
    failAll();
  }

  private void submit(Item item) {
    if (closed) {
      item.fail(closedFailure());
      return;
    }
    queue.add(item);
    if (ended) { // closed since the check above, and nobody may look at the queue again
      failAll();
    } else {
      queue.wake();
    }
  }

  private void run() {
    try {
      while (!ended) {
        long now = System.nanoTime();
        long syncNanos = unsynced.remainingNanos(now);
        if (!queue.mustWork() && Math.min(syncNanos, queue.remainingNanos(now)) > 0) {
          queue.rest(syncNanos, () -> figures.woke(System.nanoTime()));
          continue;
        }
        Item item = take();
        if (item != null) {
          work(item);
        } else if (closed) {
          break;
        } else {
          sync();
        }
      }
      if (!ended) {
        sync();
      }
    } finally {
      closed = true;
      ended = true;
      failAll();
    }
  }

  private void work(Item item) {
    if (closed && System.nanoTime() - closeDeadlineNanos > 0) {
      item.fail(closedFailure());
    } else if (item instanceof Task<?> task) {
      task.run();
    } else if (item instanceof Commit commit) {
      write(collect(commit));
    }
  }

  private @Nullable Item take() {
    Item item = next;
    next = null;
    return item != null ? item : queue.poll();
  }

  /** Whether there is work besides what is urgent in the queue. Any thread. */
  private boolean mustWork() {
    return next != null || closed || pendingBytes.get() >= MAX_BYTES;
  }

  private List<Commit> collect(Commit first) {
    List<Commit> batch = new ArrayList<>();
    batch.add(first);
    long bytes = first.weight.bytes();
    long operations = first.weight.operations();
    while (true) {
      Item item = queue.poll();
      if (item instanceof Commit commit) {
        bytes += commit.weight.bytes();
        operations += commit.weight.operations();
        if (bytes <= MAX_BYTES && operations <= MAX_OPERATIONS) {
          batch.add(commit);
          continue;
        }
      }
      next = item;
      return batch;
    }
  }

  private void write(List<Commit> batch) {
    inFlight = batch;
    figures.began(System.nanoTime(), pendingBytes.get());
    List<@Nullable Throwable> failures = new ArrayList<>(batch.size());
    Draft draft = new Draft(engine);
    for (Commit commit : batch) {
      failures.add(tryAdd(commit.work, draft));
    }
    Throwable failure = tryWrite(draft, batch);
    for (int i = 0; i < batch.size(); i++) {
      Throwable own = failures.get(i);
      batch.get(i).complete(own != null ? own : failure);
      figures.done(batch.get(i).weight.bytes());
    }
    inFlight = List.of();
  }

  private static @Nullable Throwable tryAdd(Work work, Draft draft) {
    int mark = draft.mark();
    try {
      work.addTo(draft);
      return null;
    } catch (Throwable e) { // edge: one commit must not take the others or the thread along
      draft.rollback(mark);
      return e;
    }
  }

  private @Nullable Throwable tryWrite(Draft draft, List<Commit> batch) {
    try {
      beforeWrite.addTo(draft);
      List<KvEngine.Write> writes = draft.writes();
      if (ended) { // the closer did not wait any longer; the engine may be gone
        throw closedFailure();
      }
      boolean sync = unsynced.isDue(System.nanoTime()) || wantsSync(batch);
      if (!writes.isEmpty() || (sync && unsynced.isAny())) {
        write(writes, sync);
        if (!sync) {
          batch.forEach(commit -> unsynced.add(commit.durability, commit.givenNanos));
        }
      }
      return null;
    } catch (Throwable e) { // edge: the engine is somebody else's code
      draft.rollback(0);
      failed(e);
      return e;
    }
  }

  private static boolean wantsSync(List<Commit> batch) {
    for (int i = 0; i < batch.size(); i++) {
      if (batch.get(i).durability.isSync()) {
        return true;
      }
    }
    return false;
  }

  /** Syncs what is not. */
  private void sync() {
    if (unsynced.isAny()) {
      try {
        write(List.of(), true);
      } catch (Throwable e) { // edge: the engine is somebody else's code
        failed(e);
      }
    }
  }

  private void write(List<KvEngine.Write> writes, boolean sync) throws IOException {
    long began = System.nanoTime();
    engine.write(writes, sync);
    if (sync) {
      figures.synced(System.nanoTime() - began);
      unsynced.clear();
    }
    if (!writes.isEmpty()) {
      figures.written(writes.size());
    }
    told(null);
  }

  private void failed(Throwable failure) {
    figures.failed();
    unsynced.postpone(System.nanoTime());
    told(failure);
  }

  /** Says once that writing began to fail, and once that it is over. */
  private void told(@Nullable Throwable failure) {
    if (failure != null && !failing) {
      LOG.error("the store cannot write; nothing is acknowledged until it can", failure);
    } else if (failure == null && failing) {
      LOG.info("the store writes again");
    }
    failing = failure != null;
    unexplained = failure != null && engine.failure() == null ? failure : null;
  }

  /** Fails what nobody will work on any more; safe to be called by several threads. */
  private void failAll() {
    inFlight.forEach(commit -> commit.fail(closedFailure()));
    Item carried = next;
    if (carried != null) {
      carried.fail(closedFailure());
    }
    for (Item item = queue.poll(); item != null; item = queue.poll()) {
      item.fail(closedFailure());
    }
  }

  private static IOException closedFailure() {
    return new IOException("the store is closed");
  }

  /** Commits that complete together with others. */
  private final class Commit implements Item {
    final Work work;
    final Weight weight;
    final Durability durability;
    final long givenNanos;
    private final AtomicReference<@Nullable Completion> completion;

    Commit(Work work, Weight weight, Durability durability, Completion completion) {
      this.work = work;
      this.weight = weight;
      this.durability = durability;
      this.givenNanos = durability.isSync() ? 0 : System.nanoTime();
      this.completion = new AtomicReference<>(completion);
    }

    @Override
    public boolean isUrgent() {
      return durability.level() != Level.MEMORY;
    }

    @Override
    public long remainingNanos(long now) {
      return isUrgent() ? 0 : Unsynced.remainingNanos(durability, givenNanos, now);
    }

    void complete(@Nullable Throwable failure) {
      Completion waiting = completion.getAndSet(null);
      if (waiting == null) {
        return;
      }
      pendingBytes.addAndGet(-weight.bytes());
      try {
        waiting.completed(failure);
      } catch (RuntimeException | Error e) { // edge: a caller's code
        LOG.error("{} failed on the end of a commit", waiting.getClass().getName(), e);
      }
    }

    @Override
    public void fail(Throwable failure) {
      complete(failure);
    }
  }

  /** An action that somebody waits for. */
  private static final class Task<T> implements Item {
    private final Callable<T> action;
    final CompletableFuture<T> result = new CompletableFuture<>();

    Task(Callable<T> action) {
      this.action = action;
    }

    void run() {
      try {
        result.complete(action.call());
      } catch (Throwable e) { // edge: the waiting thread gets it
        result.completeExceptionally(e);
      }
    }

    @Override
    public boolean isUrgent() {
      return true;
    }

    @Override
    public long remainingNanos(long now) {
      return 0;
    }

    @Override
    public void fail(Throwable failure) {
      result.completeExceptionally(failure);
    }
  }
}
