package io.fluxmqtt.store;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread on which the engine is read for those who must not wait for it. It is there while
 * there is something to read. Tasks are short and bounded, so none waits long for the others; who
 * gives them has one at a time.
 */
final class StoreReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreReader.class);
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;
  private volatile boolean closed;

  StoreReader(String threadName) {
    executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, threadName);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /** Runs a task, on the caller's thread if this is closed; it asks {@link #isClosed} then. */
  void execute(Runnable task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  /** Whether the engine must not be read any more. */
  boolean isClosed() {
    return closed;
  }

  /** From now on no read begins; those that are waited for fail. */
  void shut() {
    closed = true;
  }

  /** Shuts, and waits for the read that is under way, so that the engine may go. */
  @Override
  public void close() {
    shut();
    executor.shutdown();
    try {
      if (!executor.awaitTermination(Committer.CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.warn("the engine did not finish a read in {} ms", Committer.CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
