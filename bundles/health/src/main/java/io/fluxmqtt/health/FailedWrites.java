package io.fluxmqtt.health;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Whether a counter of failures has grown of late. Any thread. */
final class FailedWrites {
  /** How long a failure counts. */
  static final Duration LATELY = Duration.ofSeconds(3);

  private final LongSupplier nanos;

  // guarded by this
  private boolean seen;
  private long last;
  private long recent;
  private long grownNanos;

  FailedWrites(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * The counter as it is now. The first value says nothing, as does a smaller one: a new store.
   *
   * @param explained whether it is known why: then it is over when the cause is
   */
  synchronized void count(long total, boolean explained) {
    long grown = seen && !explained ? total - last : 0;
    seen = true;
    last = total;
    if (grown > 0) {
      recent = recent() + grown;
      grownNanos = nanos.getAsLong();
    }
  }

  /** How many there were since it began to grow without a pause; 0 after a pause. */
  synchronized long recent() {
    return recent > 0 && nanos.getAsLong() - grownNanos < LATELY.toNanos() ? recent : 0;
  }
}
