package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Numbers that rise and are never handed out twice, on this start or a later one. A mark in the
 * engine is never below what was handed out: it is moved on by a block before half a block is used
 * up, and by every batch that would carry a number too near to it, in that same batch. A start
 * begins above the mark. Handing out never blocks; only if the disk stands still while half a block
 * is used up are numbers handed out that the mark does not cover, and no record with such a number
 * can be on the disk.
 */
final class NumberSequence {
  private final byte[] key;
  private final long block;
  private final Runnable wake;
  private final AtomicLong last;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile long mark; // written by the committer's thread

  /**
   * A sequence whose first mark is still to be written, see {@link #firstMark}.
   *
   * @param recorded the mark of the last start, 0 for none
   * @param wake has a batch written soon
   */
  NumberSequence(String name, long recorded, long block, Runnable wake) {
    this.key = Keys.meta(name);
    this.block = block;
    this.wake = wake;
    this.last = new AtomicLong(recorded);
    this.mark = recorded + block;
  }

  /** To be written before the first number is handed out. */
  KvEngine.Write firstMark() {
    return new KvEngine.Write(key, Records.number(mark));
  }

  long next() {
    long number = last.incrementAndGet();
    if (number > mark - block / 2 && asked.compareAndSet(false, true)) {
      wake.run();
    }
    return number;
  }

  /** Moves the mark on, if it is time. On the committer's thread, as the last of a batch. */
  void reserve(Draft draft) {
    long old = mark;
    long handedOut = last.get();
    asked.set(false);
    if (handedOut <= old - block / 2) {
      return;
    }
    long moved = handedOut + block;
    draft.put(key, Records.number(moved));
    draft.onRollback(() -> mark = old);
    mark = moved;
  }
}
