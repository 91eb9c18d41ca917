package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many Retained Messages the engine holds, and how many bytes of keys and records. Each batch
 * that changes this notes it in the engine, so that no start has to look at all of them. Owned by
 * the committer's thread.
 */
final class RetainedUse {
  private static final Logger LOG = LoggerFactory.getLogger(RetainedUse.class);
  static final String COUNT = "retainedCount";
  static final String BYTES = "retainedBytes";

  private static final byte[] COUNT_KEY = Keys.meta(COUNT);
  private static final byte[] BYTES_KEY = Keys.meta(BYTES);

  /**
   * Both as they are.
   *
   * @param changes how often they have changed since the start
   */
  record Snapshot(long count, long bytes, long changes) {}

  private long count;
  private long bytes;
  private long changes;
  private boolean noted = true;

  private RetainedUse(long count, long bytes) {
    this.count = count;
    this.bytes = bytes;
  }

  /**
   * What was noted; if that is lost, or the engine has set damage aside and what was noted may
   * count messages that went with it, all messages are counted. Blocks for I/O.
   */
  static RetainedUse read(KvEngine engine) throws IOException {
    long count = noted(engine, COUNT_KEY);
    long bytes = noted(engine, BYTES_KEY);
    if (count >= 0 && bytes >= 0 && engine.statistics().setAside() == 0) {
      return new RetainedUse(count, bytes);
    }
    RetainedUse counted = new RetainedUse(0, 0);
    KeyRange all = Table.RETAINED.all();
    engine.seek(
        all.from(),
        all.to(),
        (key, value) -> {
          counted.count++;
          counted.bytes += key.length + (long) value.length;
          return key;
        });
    return counted;
  }

  private static long noted(KvEngine engine, byte[] key) throws IOException {
    byte[] record = engine.get(key);
    if (record != null) {
      try {
        return Records.number(record);
      } catch (DamagedRecordException e) {
        LOG.warn("the number of retained messages is damaged; they are counted", e);
      }
    }
    return -1;
  }

  long count() {
    return count;
  }

  long bytes() {
    return bytes;
  }

  Snapshot snapshot() {
    return new Snapshot(count, bytes, changes);
  }

  /** Adds to both as part of a commit. */
  void add(Draft draft, int moreCount, long moreBytes) {
    if (moreCount == 0 && moreBytes == 0) {
      return;
    }
    boolean before = noted;
    draft.onRollback(
        () -> {
          count -= moreCount;
          bytes -= moreBytes;
          noted = before;
        });
    count += moreCount;
    bytes += moreBytes;
    changes++;
    noted = false;
  }

  /** What to write before the first batch. */
  List<KvEngine.Write> firstMarks() {
    return List.of(
        new KvEngine.Write(COUNT_KEY, Records.number(count)),
        new KvEngine.Write(BYTES_KEY, Records.number(bytes)));
  }

  /** Notes what has changed, as the last of a batch. */
  void note(Draft draft) {
    if (!noted) {
      draft.onRollback(() -> noted = false);
      draft.put(COUNT_KEY, Records.number(count));
      draft.put(BYTES_KEY, Records.number(bytes));
      noted = true;
    }
  }
}
