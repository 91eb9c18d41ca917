package io.fluxmqtt.session.broker;

import java.util.concurrent.atomic.LongAdder;

/**
 * How much of the heap the queues of all sessions take, about. Beyond a bound each keeps little in
 * memory and leaves the rest to the store. Any thread.
 */
final class QueueMemory {
  private static final int LEAST_BYTES = 4 << 20;
  private static final int PART_OF_HEAP = 16;
  private static final int STEP_BYTES = 2_048;

  private final LongAdder told = new LongAdder();
  private final long bound;

  QueueMemory() {
    this(Math.max(LEAST_BYTES, Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
  }

  QueueMemory(long bound) {
    this.bound = bound;
  }

  /** About what is in use. */
  long bytes() {
    return told.sum();
  }

  boolean isUsed() {
    return told.sum() >= bound;
  }

  Share share() {
    return new Share();
  }

  /** What one session takes. Owned by its loop. */
  final class Share {
    private long bytes;
    private long lastTold;

    long bytes() {
      return bytes;
    }

    /** Adds to it, or takes from it what is negative; others are told of larger steps only. */
    void add(long more) {
      bytes += more;
      if (Math.abs(bytes - lastTold) >= STEP_BYTES || bytes == 0) {
        told.add(bytes - lastTold);
        lastTold = bytes;
      }
    }
  }
}
