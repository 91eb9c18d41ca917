package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.Durability.Level;
import java.util.concurrent.TimeUnit;

/**
 * Whether something was written and not synced, and when it must be. After a failure it is due a
 * second later, again and again: the engine writes nothing until it is well, and then all that was
 * promised is synced at last. Owned by the committer's thread.
 */
final class Unsynced {
  static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private boolean any;
  private boolean limited; // whether there is a time at which it is due
  private long dueNanos;

  boolean isAny() {
    return any;
  }

  /** What was given at a time has been written without a sync. */
  void add(Durability durability, long givenNanos) {
    any = true;
    if (durability.level() == Level.INTERVAL && durability.withinMillis() != Durability.NEVER) {
      due(givenNanos + TimeUnit.MILLISECONDS.toNanos(durability.withinMillis()));
    }
  }

  /** All is synced. */
  void clear() {
    any = false;
    limited = false;
  }

  /** A write has failed: what is not synced must be tried again. */
  void postpone(long now) {
    if (any) {
      limited = true;
      dueNanos = now + RETRY_NANOS;
    }
  }

  boolean isDue(long now) {
    return remainingNanos(now) <= 0;
  }

  /** How long it may wait; without end if nothing is due. */
  long remainingNanos(long now) {
    return limited ? dueNanos - now : Long.MAX_VALUE;
  }

  /** How much is left of the time that something may wait; without end if there is no limit. */
  static long remainingNanos(Durability durability, long givenNanos, long now) {
    return durability.withinMillis() == Durability.NEVER
        ? Long.MAX_VALUE
        : givenNanos + TimeUnit.MILLISECONDS.toNanos(durability.withinMillis()) - now;
  }

  private void due(long nanos) {
    if (!limited || nanos - dueNanos < 0) {
      limited = true;
      dueNanos = nanos;
    }
  }
}
