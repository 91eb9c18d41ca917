package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The loop of sessions without a connection: one thread of the session manager's own. */
public final class HouseLoop implements EventLoop {
  private final ScheduledThreadPoolExecutor executor;
  private volatile @Nullable Thread thread;

  /** Starts the thread. */
  public HouseLoop() {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread created = new Thread(task, "flux-mqtt-house");
              created.setDaemon(true);
              thread = created;
              return created;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.prestartCoreThread();
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      // The loop has ended; its tasks are dropped, as the contract says.
    }
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public Timer schedule(Runnable task, long delay, TimeUnit unit) {
    try {
      Future<?> future = executor.schedule(task, delay, unit);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      return () -> {};
    }
  }

  /** Runs what was given already, then ends; waits for it up to a time. */
  public void close(long millis) {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(millis, TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
