package io.fluxmqtt.itests.kit;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition, with a deadline. */
public final class Await {
  private static final long PAUSE_MILLIS = 5;

  private Await() {}

  /**
   * Returns once this much time has gone by: for what the standard counts in seconds. What a test
   * asserts afterwards must hold however much later it comes.
   */
  public static void passed(Duration time) throws Exception {
    long end = System.nanoTime() + time.toNanos();
    until("time goes by", time.plusSeconds(60), () -> System.nanoTime() >= end);
  }

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
