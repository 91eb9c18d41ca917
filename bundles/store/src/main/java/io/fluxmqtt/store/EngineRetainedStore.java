package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionStore.Completion;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retained Messages on an engine. Changes go through the committer. A search reads the engine, on
 * the reader's thread unless that is known not to wait; while changes are under way it first lets
 * the committer come past them, as a commit that changes nothing, so that it sees them.
 *
 * <p>Beside each message that expires there is a key that begins with the time, so that expiry
 * costs by what expires.
 */
final class EngineRetainedStore implements RetainedStore {
  private static final Logger LOG = LoggerFactory.getLogger(EngineRetainedStore.class);

  private static final byte[] NOTHING = {};

  /** What expires in one batch at most. */
  private static final int SWEPT_AT_ONCE = 1_000;

  private final KvEngine engine;
  private final Committer committer;
  private final StoreReader reader;
  private final LongAdder damaged;
  private final RetainedUse use; // committer's thread
  private final AtomicInteger underWay = new AtomicInteger(); // puts and removals
  private final AtomicBoolean sweeping = new AtomicBoolean();
  private final AtomicLong count; // of what has completed, as are the bytes
  private final AtomicLong bytes;

  EngineRetainedStore(
      KvEngine engine,
      Committer committer,
      StoreReader reader,
      LongAdder damaged,
      RetainedUse use) {
    this.engine = engine;
    this.committer = committer;
    this.reader = reader;
    this.damaged = damaged;
    this.use = use;
    count = new AtomicLong(use.count());
    bytes = new AtomicLong(use.bytes());
  }

  @Override
  public void put(StoredMessage message, Durability durability, Completion completion) {
    Weight weight = Weight.of(message.message());
    try {
      byte[] key = Keys.retained(message.message().topic());
      Change change = new Change(key, Records.message(message), message.expiresAtMillis());
      commit(change, weight, durability, completion);
    } catch (IllegalArgumentException e) {
      fail(e, weight, durability, completion);
    }
  }

  @Override
  public void remove(String topic, Durability durability, Completion completion) {
    Weight weight = Weight.ofRemoval();
    try {
      commit(new Change(Keys.retained(topic), null, null), weight, durability, completion);
    } catch (IllegalArgumentException e) {
      fail(e, weight, durability, completion);
    }
  }

  /** Tells in its turn that a change cannot be kept unaltered. */
  private void fail(
      IllegalArgumentException failure,
      Weight weight,
      Durability durability,
      Completion completion) {
    committer.commit(
        draft -> {
          throw failure;
        },
        weight,
        durability,
        completion);
  }

  private void commit(Change change, Weight weight, Durability durability, Completion completion) {
    underWay.incrementAndGet();
    committer.commit(
        change,
        weight,
        durability,
        failure -> {
          if (failure == null) {
            change.count();
          }
          underWay.decrementAndGet();
          completion.completed(failure);
        });
  }

  @Override
  public void removeExpired(long nowMillis) {
    if (!sweeping.getAndSet(true)) {
      sweep(nowMillis);
    }
  }

  private void sweep(long nowMillis) {
    Sweep sweep = new Sweep(nowMillis);
    committer.commit(
        sweep,
        Weight.NONE,
        failure -> {
          if (failure == null) {
            sweep.count();
          }
          if (failure == null && sweep.seen == SWEPT_AT_ONCE) {
            sweep(nowMillis);
          } else {
            sweeping.set(false);
          }
        });
  }

  @Override
  public void find(String filter, byte @Nullable [] from, int limit, Answer answer) {
    RetainedSearch search = new RetainedSearch(TopicWalk.of(filter), from, limit);
    if (underWay.get() > 0) {
      committer.whenWritten(failure -> reader.execute(() -> answer(search, answer)));
    } else if (engine.isOnHeap()) {
      answer(search, answer);
    } else {
      reader.execute(() -> answer(search, answer));
    }
  }

  private void answer(RetainedSearch search, Answer answer) {
    Slice slice = Slice.END;
    IOException failure = null;
    try {
      if (reader.isClosed()) {
        throw new IOException("the store is closed");
      }
      slice = search.run(engine);
      setAside(search);
    } catch (IOException e) {
      failure = e;
    } catch (RuntimeException e) { // edge: the engine is somebody else's code
      failure = new IOException(e);
    }
    try {
      answer.found(slice, failure);
    } catch (RuntimeException e) { // edge: a caller's code
      LOG.error("{} failed on what was found", answer.getClass().getName(), e);
    }
  }

  private void setAside(RetainedSearch search) {
    List<RetainedSearch.Damaged> found = search.damaged();
    if (!found.isEmpty()) {
      LOG.warn(
          "damaged retained messages are set aside: {}, the first for: {}",
          found.size(),
          found.get(0).reason());
    }
    for (RetainedSearch.Damaged one : found) {
      SetAside change = new SetAside(one.key(), one.value());
      committer.commit(
          change,
          Weight.ofRemoval(),
          failure -> {
            if (failure == null) {
              change.count();
            }
          });
    }
  }

  @Override
  public byte[] after(String topic) {
    byte[] key = Keys.retained(topic);
    return Arrays.copyOf(key, key.length + 1); // nothing lies between them
  }

  @Override
  public long count() {
    return count.get();
  }

  @Override
  public long bytes() {
    return bytes.get();
  }

  @Override
  public boolean isEmpty() {
    return underWay.get() == 0 && count.get() == 0;
  }

  @Override
  public boolean isOnHeap() {
    return engine.isOnHeap();
  }

  /** What is counted, as it is between two batches. Waits for that. */
  RetainedUse.Snapshot use() throws IOException {
    return committer.exclusively(use::snapshot);
  }

  /** Adds how many messages there are to a batch that changes it. On the committer's thread. */
  void note(Draft draft) {
    use.note(draft);
  }

  /** A commit that knows by how much it changes the counts. */
  private abstract class Counted implements Committer.Work {
    private int moreCount;
    private long moreBytes;

    /** Replaces, adds or removes what is under a key. On the committer's thread. */
    final void change(Draft draft, byte[] key, byte @Nullable [] old, byte @Nullable [] record) {
      if (old != null) {
        Long expiry = Records.expiresAtMillis(old);
        if (expiry != null) {
          draft.remove(Keys.expiry(expiry, key));
        }
      }
      if (record != null) {
        draft.put(key, record);
      } else if (old != null) { // clearing what is not there costs no write
        draft.remove(key);
      }
      int more = (record == null ? 0 : 1) - (old == null ? 0 : 1);
      long length = (record == null ? 0 : record.length) - (long) (old == null ? 0 : old.length);
      length += (long) more * key.length;
      use.add(draft, more, length);
      moreCount += more;
      moreBytes += length;
    }

    /** The commit has succeeded. */
    void count() {
      count.addAndGet(moreCount);
      bytes.addAndGet(moreBytes);
    }
  }

  private final class Change extends Counted {
    private final byte[] key;
    private final byte @Nullable [] record;
    private final @Nullable Long expiresAtMillis;

    Change(byte[] key, byte @Nullable [] record, @Nullable Long expiresAtMillis) {
      this.key = key;
      this.record = record;
      this.expiresAtMillis = expiresAtMillis;
    }

    @Override
    public void addTo(Draft draft) throws IOException {
      change(draft, key, draft.get(key), record);
      if (expiresAtMillis != null) {
        draft.put(Keys.expiry(expiresAtMillis, key), NOTHING);
      }
    }
  }

  /** Removes what has expired, as many as one batch takes. */
  private final class Sweep extends Counted {
    private final long nowMillis;
    private int seen;

    Sweep(long nowMillis) {
      this.nowMillis = nowMillis;
    }

    @Override
    public void addTo(Draft draft) throws IOException {
      byte[][] due = new byte[SWEPT_AT_ONCE][];
      engine.seek(
          Table.EXPIRY.texts().from(),
          Keys.expiryAfter(nowMillis),
          (key, value) -> {
            due[seen++] = key;
            return seen == SWEPT_AT_ONCE ? null : key;
          });
      for (int i = 0; i < seen; i++) {
        draft.remove(due[i]);
        removeIfStillDue(draft, due[i]);
      }
    }

    private void removeIfStillDue(Draft draft, byte[] expiry) throws IOException {
      byte[] key;
      try {
        key = Keys.ofExpiry(expiry);
      } catch (DamagedRecordException e) { // it leads nowhere
        return;
      }
      byte[] record = draft.get(key);
      Long expiresAt = record == null ? null : Records.expiresAtMillis(record);
      if (expiresAt != null && expiresAt == Keys.expiryMillis(expiry)) {
        change(draft, key, record, null);
      }
    }
  }

  /** Moves a damaged record into the quarantine, unless it was replaced meanwhile. */
  private final class SetAside extends Counted {
    private final byte[] key;
    private final byte[] value;
    private boolean done;

    SetAside(byte[] key, byte[] value) {
      this.key = key;
      this.value = value;
    }

    @Override
    public void addTo(Draft draft) throws IOException {
      byte[] present = draft.get(key);
      done = Arrays.equals(value, present);
      if (done) {
        draft.put(Keys.quarantined(key), value);
        change(draft, key, present, null);
      }
    }

    @Override
    void count() {
      super.count();
      if (done) {
        damaged.increment();
      }
    }
  }
}
