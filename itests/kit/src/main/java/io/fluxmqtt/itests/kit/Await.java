package io.fluxmqtt.itests.kit;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition, with a deadline. */
public final class Await {
  private static final long PAUSE_MILLIS = 5;

  private Await() {}

  /** As {@link #until(String, Duration, Callable)}, for ten seconds. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, Duration.ofSeconds(10), condition);
  }

  /** Returns once the condition is true; fails with {@code what} if it is not within the limit. */
  public static void until(String what, Duration limit, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + limit.toMillis() + " ms: " + what);
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }
}
