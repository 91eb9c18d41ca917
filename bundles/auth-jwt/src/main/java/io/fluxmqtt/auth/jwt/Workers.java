package io.fluxmqtt.auth.jwt;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A few threads with a bounded queue, since a signature takes too long for an event loop. Threads
 * start when there is work and end when there is none. All methods from any thread.
 */
final class Workers implements AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  Workers(String name, int threads, int queueMax) {
    AtomicInteger number = new AtomicInteger();
    BlockingQueue<Runnable> queue =
        queueMax == 0 ? new SynchronousQueue<>() : new ArrayBlockingQueue<>(queueMax);
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            queue,
            work -> {
              Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Does some work on a worker's thread.
   *
   * @param busy the answer if nobody is free and the queue is full, or the workers have closed
   */
  <T> CompletionStage<T> submit(Supplier<T> work, T busy) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      executor.execute(
          () -> {
            try {
              answer.complete(work.get());
            } catch (RuntimeException | Error e) { // an answer must come, whatever happens
              answer.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.complete(busy);
    }
    return answer;
  }

  /** Takes nothing more; what was taken is done. */
  @Override
  public void close() {
    executor.shutdown();
  }
}
