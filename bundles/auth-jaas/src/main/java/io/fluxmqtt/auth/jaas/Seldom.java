package io.fluxmqtt.auth.jaas;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Lets something be said once a minute at most, and counts what was not said. Any thread. */
final class Seldom {
  static final long PAUSE_NANOS = 60_000_000_000L;

  private final LongSupplier nanos;
  private boolean isSaid; // guarded by this, as are the next two
  private long saidAt;
  private long unsaid;

  /**
   * Nothing was said yet.
   *
   * @param nanos a clock like {@link System#nanoTime}
   */
  Seldom(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Says it if it is time, with how often it was not said since the last time. */
  void now(LongConsumer saying) {
    long more;
    synchronized (this) {
      long now = nanos.getAsLong();
      if (isSaid && now - saidAt < PAUSE_NANOS) {
        unsaid++;
        return;
      }
      isSaid = true;
      saidAt = now;
      more = unsaid;
      unsaid = 0;
    }
    saying.accept(more);
  }
}
