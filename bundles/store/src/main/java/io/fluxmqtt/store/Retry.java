package io.fluxmqtt.store;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does again later what has failed: after a second, then after twice as long each time, up to half
 * a minute. Its thread is there while something is due. Any thread.
 */
final class Retry implements AutoCloseable {
  static final long FIRST_MILLIS = 1_000;
  static final long LONGEST_MILLIS = 30_000;

  private final ScheduledThreadPoolExecutor executor;
  private long delayMillis = FIRST_MILLIS; // guarded by this

  Retry(String threadName) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            });
    executor.setKeepAliveTime(1, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Runs a task later, and nothing else that was to be run. */
  synchronized void later(Runnable task) {
    executor.getQueue().clear();
    try {
      executor.schedule(task, delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      return; // closed meanwhile
    }
    delayMillis = nextMillis(delayMillis);
  }

  static long nextMillis(long delayMillis) {
    return Math.min(2 * delayMillis, LONGEST_MILLIS);
  }

  /** Runs nothing of what was to be run, and begins with a second again. */
  synchronized void reset() {
    executor.getQueue().clear();
    delayMillis = FIRST_MILLIS;
  }

  /** Begins nothing any more. What runs is not interrupted: that would close an engine's files. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
