package io.fluxmqtt.store.rocksdb;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs a task when enough was written and then nothing for a while, on a thread of its own that is
 * there only meanwhile. The methods never block and may be called by any thread.
 */
final class Idling implements AutoCloseable {
  private static final long KEEP_THREAD_SECONDS = 10;

  private final long enoughBytes;
  private final long quietMillis;
  private final Runnable task;
  private final ScheduledThreadPoolExecutor executor;

  private long bytes; // since the task ran; guarded by this
  private long writes; // guarded by this
  private boolean planned; // guarded by this

  Idling(long enoughBytes, long quietMillis, Runnable task) {
    this.enoughBytes = enoughBytes;
    this.quietMillis = quietMillis;
    this.task = task;
    executor = new ScheduledThreadPoolExecutor(1, Idling::thread);
    executor.setKeepAliveTime(KEEP_THREAD_SECONDS, TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "flux-mqtt-rocksdb-idle");
    thread.setDaemon(true);
    return thread;
  }

  /** Counts a write. */
  synchronized void wrote(long length) {
    bytes += length;
    writes++;
    if (!planned && bytes >= enoughBytes) {
      plan();
    }
  }

  private synchronized void plan() {
    long seen = writes;
    try {
      executor.schedule(() -> runIfQuiet(seen), quietMillis, TimeUnit.MILLISECONDS);
      planned = true;
    } catch (RejectedExecutionException e) {
      // closed
    }
  }

  private void runIfQuiet(long seen) {
    synchronized (this) {
      if (writes != seen) {
        plan();
        return;
      }
      bytes = 0;
      planned = false;
    }
    task.run();
  }

  /** Begins nothing any more; what runs goes on. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
