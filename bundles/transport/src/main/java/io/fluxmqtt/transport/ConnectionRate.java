package io.fluxmqtt.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections a second may bring: evenly, or all at once, but then none until their time
 * is over. A bucket of tokens, told as the time at which it would be full again. Any thread.
 */
final class ConnectionRate {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final AtomicLong fullAt;

  ConnectionRate(long nowNanos) {
    fullAt = new AtomicLong(nowNanos);
  }

  /**
   * Takes a token, if there is one.
   *
   * @param perSecond how many a second has; 0 for no limit
   */
  boolean permits(int perSecond, long nowNanos) {
    if (perSecond == 0) {
      return true;
    }
    while (true) {
      long before = fullAt.get();
      long base = before - nowNanos > 0 ? before : nowNanos;
      long after = base + SECOND / perSecond;
      if (after - nowNanos > SECOND) {
        return false;
      }
      if (fullAt.compareAndSet(before, after)) {
        return true;
      }
    }
  }
}
