package io.fluxmqtt.auth.file;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A few threads with a bounded queue for work that takes too long for an event loop. Threads start
 * when there is work and end when there is none.
 *
 * <p>Every answer completes: with the work's result, with {@link ReasonCode#SERVER_BUSY} when the
 * queue is full, or exceptionally when the workers close. All methods from any thread.
 */
final class HashWorkers implements AutoCloseable {
  private static final Authentication BUSY = new Authentication.Rejected(ReasonCode.SERVER_BUSY);
  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_SECONDS = 2;

  private final ThreadPoolExecutor executor;
  private final Set<Job> pending = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger(); // running and queued
  private volatile int openMax;

  HashWorkers(String name, int threads, int queueMax) {
    AtomicInteger number = new AtomicInteger();
    // The queue's bound is openMax, which can be changed.
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, name + "-hash-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    openMax = threads + queueMax;
  }

  /** Changes the bounds for what comes from now on. */
  synchronized void resize(int threads, int queueMax) {
    if (threads > executor.getMaximumPoolSize()) { // never core over maximum, in between either
      executor.setMaximumPoolSize(threads);
      executor.setCorePoolSize(threads);
    } else {
      executor.setCorePoolSize(threads);
      executor.setMaximumPoolSize(threads);
    }
    openMax = threads + queueMax;
  }

  /** Does some work on a worker's thread. A caller that cancels the answer saves the work. */
  CompletionStage<Authentication> submit(Supplier<Authentication> work) {
    if (open.incrementAndGet() > openMax) {
      open.decrementAndGet();
      return CompletableFuture.completedStage(BUSY);
    }
    Job job = new Job(work);
    pending.add(job);
    try {
      executor.execute(job);
    } catch (RejectedExecutionException e) { // closed
      job.fail();
    }
    return job.answer;
  }

  /** Ends the threads and completes every pending answer exceptionally. */
  @Override
  public void close() {
    executor.shutdown(); // first, so that nothing joins pending unnoticed
    pending.forEach(Job::fail);
    executor.shutdownNow();
    try {
      executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One piece of work and its answer. */
  private final class Job implements Runnable {
    final CompletableFuture<Authentication> answer = new CompletableFuture<>();
    private final Supplier<Authentication> work;

    Job(Supplier<Authentication> work) {
      this.work = work;
    }

    @Override
    public void run() {
      try {
        if (!answer.isDone()) {
          answer.complete(work.get());
        }
      } catch (RuntimeException | Error e) { // an answer must come, whatever happens
        answer.completeExceptionally(e);
      } finally {
        leave();
      }
    }

    void fail() {
      answer.completeExceptionally(new IllegalStateException("the authenticator has left"));
      leave();
    }

    private void leave() {
      if (pending.remove(this)) {
        open.decrementAndGet();
      }
    }
  }
}
