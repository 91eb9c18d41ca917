package io.fluxmqtt.session.access;

import java.util.Optional;

/**
 * How a plug-in has answered of late: whether it fails one call after another, or takes long again
 * and again. What nobody asks any more is forgotten after a while. Any thread; an answer in good
 * time after another costs a volatile read.
 */
final class PluginPulse {
  /** So many failures in a row are no accident. */
  static final int FAILURES_MIN = 3;

  /** So many slow answers, each soon after another, are none either. */
  static final int SLOW_MIN = 3;

  /** A slow authorizer holds up all clients of its loop, or one call after another. */
  static final long SLOW_DECISION_NANOS = 100_000_000L;

  /** Passwords take long to check, by intention. */
  static final long SLOW_AUTHENTICATION_NANOS = 3_000_000_000L;

  /** How long it counts. */
  static final long LATELY_NANOS = 30_000_000_000L;

  // guarded by this
  private long failedAt;
  private int slow;
  private long slowAt;
  private long slowest;

  private volatile int failures; // written with the lock held

  /** A call has been answered. */
  void answered(long now, long start, long slowNanos) {
    if (failures != 0) {
      recovered();
    }
    if (now - start > slowNanos) {
      slowed(now, now - start);
    }
  }

  /** A call has failed. */
  synchronized void failed(long now) {
    failures = now - failedAt < LATELY_NANOS ? failures + 1 : 1;
    failedAt = now;
  }

  /** Whether it fails, and how. */
  synchronized Optional<String> failing(long now) {
    return failures >= FAILURES_MIN && now - failedAt < LATELY_NANOS
        ? Optional.of("its last %d calls failed".formatted(failures))
        : Optional.empty();
  }

  /** Whether it is slow, and how. */
  synchronized Optional<String> slow(long now) {
    return slow >= SLOW_MIN && now - slowAt < LATELY_NANOS
        ? Optional.of("%d of its last calls took up to %d ms".formatted(slow, slowest / 1_000_000L))
        : Optional.empty();
  }

  private synchronized void recovered() {
    failures = 0;
  }

  private synchronized void slowed(long now, long took) {
    boolean again = slow > 0 && now - slowAt < LATELY_NANOS;
    slow = again ? slow + 1 : 1;
    slowest = again ? Math.max(slowest, took) : took;
    slowAt = now;
  }
}
