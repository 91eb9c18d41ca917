package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.Histogram;

/**
 * What a committer has done, and since when its oldest commit waits. Counted by its thread alone,
 * once for each batch, and read by any: a commit costs nothing.
 *
 * <p>No commit carries a time. Commits are done in the order in which they were given, and counted
 * by bytes: when a batch begins, the time and all bytes given up to then are noted; once so many
 * bytes are done, all that still waits was given after that time. So the age that is told is never
 * too small, and too large by no more than two batches.
 */
final class CommitFigures {
  private static final double SECOND = 1e9;
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;

  private final Tally sync =
      new Tally(
          SECOND,
          200 * MICRO,
          500 * MICRO,
          MILLI,
          2 * MILLI,
          5 * MILLI,
          10 * MILLI,
          20 * MILLI,
          50 * MILLI,
          100 * MILLI,
          200 * MILLI,
          500 * MILLI,
          1_000 * MILLI,
          2_000 * MILLI,
          5_000 * MILLI);
  private final Tally records =
      new Tally(1, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000);

  // written by the committer's thread
  private volatile long failed;
  private volatile long waitingSince; // nothing that waits was given before
  private long doneBytes;
  private long notedNanos; // when a batch began
  private long notedBytes; // all that was given up to then

  CommitFigures(long nowNanos) {
    waitingSince = nowNanos;
    notedNanos = nowNanos;
  }

  /** There is something to do again; all that was given before is done. */
  void woke(long nowNanos) {
    waitingSince = nowNanos;
    notedNanos = nowNanos;
    notedBytes = doneBytes;
  }

  /**
   * A batch begins.
   *
   * @param pendingBytes of what was given and is not done, this batch included
   */
  void began(long nowNanos, long pendingBytes) {
    if (doneBytes - notedBytes >= 0) {
      waitingSince = notedNanos;
      notedNanos = nowNanos;
      notedBytes = doneBytes + pendingBytes;
    }
  }

  /** A batch was written. */
  void written(int recordsOfIt) {
    records.add(recordsOfIt);
  }

  /** All that was written is synced. */
  void synced(long nanos) {
    sync.add(nanos);
  }

  /** A batch could not be written. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  void failed() {
    failed++;
  }

  /** Commits of so many bytes are done, well or not. */
  void done(long bytes) {
    doneBytes += bytes;
  }

  /** How long the oldest commit has waited, if one does. */
  double waitedSeconds(long nowNanos) {
    return Math.max(0, nowNanos - waitingSince) / SECOND;
  }

  long failedWrites() {
    return failed;
  }

  Histogram syncSeconds() {
    return sync.histogram();
  }

  Histogram batchSize() {
    return records.histogram();
  }
}
