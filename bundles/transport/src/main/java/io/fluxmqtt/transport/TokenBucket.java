package io.fluxmqtt.transport;

import java.util.concurrent.TimeUnit;

/**
 * Has as many tokens as a second brings, and is filled evenly; told as the time at which it would
 * be full again. More may be taken than is there, and is then owed. Owned by one loop.
 */
final class TokenBucket {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private long fullAt;

  /**
   * A full one.
   *
   * @param perSecond 0 for one that never ends
   */
  TokenBucket(int perSecond, long nowNanos) {
    this.perSecond = perSecond;
    this.fullAt = nowNanos;
  }

  void take(int tokens, long nowNanos) {
    if (perSecond > 0) {
      fullAt += Math.max(0, nowNanos - fullAt) + nanosOf(tokens);
    }
  }

  /** How long until so many tokens are there, at most those of a second; 0 if they are. */
  long nanosUntil(int tokens, long nowNanos) {
    return perSecond == 0 ? 0 : Math.max(0, fullAt - nowNanos - SECOND + nanosOf(tokens));
  }

  private long nanosOf(int tokens) {
    return tokens * SECOND / perSecond;
  }
}
