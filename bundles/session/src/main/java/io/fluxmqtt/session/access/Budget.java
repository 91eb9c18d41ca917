package io.fluxmqtt.session.access;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** At most so many a second. Any thread; to ask in vain writes nothing that others read. */
public final class Budget {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final int COUNT_BITS = 16;
  private static final long COUNT = (1L << COUNT_BITS) - 1;

  private final int perSecond;
  private final AtomicLong taken = new AtomicLong(Long.MIN_VALUE); // the second, and how many in it

  /**
   * A full one.
   *
   * @param perSecond 1 to 65,535
   */
  public Budget(int perSecond) {
    this.perSecond = perSecond;
  }

  /** Takes one, if there is one left. */
  public boolean take(long nowNanos) {
    long second = Math.floorDiv(nowNanos, SECOND);
    while (true) {
      long before = taken.get();
      boolean isSame = before >> COUNT_BITS == second;
      if (isSame && (before & COUNT) >= perSecond) {
        return false;
      }
      long after = isSame ? before + 1 : (second << COUNT_BITS) + 1;
      if (taken.compareAndSet(before, after)) {
        return true;
      }
    }
  }
}
