package io.fluxmqtt.session.access;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The monotonic clock and the alarm of policy; tests drive it by hand. */
public interface Time {
  /** As {@link System#nanoTime()}. */
  long nanos();

  /**
   * Runs a task once, later, on a thread of its own choice; never on the caller's stack.
   *
   * @return takes the task back, without effect once it runs
   */
  Runnable after(long nanos, Runnable task);

  /** The system's clock; tasks given after the executor's end are dropped. */
  static Time of(ScheduledExecutorService timer) {
    return new Time() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public Runnable after(long nanos, Runnable task) {
        try {
          Future<?> alarm = timer.schedule(task, Math.max(0, nanos), TimeUnit.NANOSECONDS);
          return () -> alarm.cancel(false);
        } catch (RejectedExecutionException e) {
          return () -> {};
        }
      }
    };
  }
}
