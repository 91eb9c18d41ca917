package io.fluxmqtt.transport;

/** Lets one log line pass in a while. Any thread. */
final class RateLimit {
  private final long intervalNanos;
  private long nextNanos;
  private boolean used;

  RateLimit(long intervalNanos) {
    this.intervalNanos = intervalNanos;
  }

  /** Whether a line may be written now, given {@link System#nanoTime}. */
  synchronized boolean permits(long nowNanos) {
    if (used && nowNanos - nextNanos < 0) {
      return false;
    }
    used = true;
    nextNanos = nowNanos + intervalNanos;
    return true;
  }
}
