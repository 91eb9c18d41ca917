package io.fluxmqtt.auth.jaas;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A few threads with a bounded queue for logins, which block, and a deadline for each. Threads
 * start when there is work and end when there is none. One that is stuck past the deadline is
 * interrupted; if that does not help it is lost until its login module returns, and once all are
 * lost every client is refused when its time is over.
 *
 * <p>Every answer completes: with the work's result, with what the caller says when time is over,
 * with {@link ReasonCode#SERVER_BUSY} when the queue is full, or exceptionally when the workers
 * close. All methods from any thread.
 */
final class LoginWorkers implements AutoCloseable {
  /** The bounds: all can be changed. */
  record Bounds(int threads, int queueMax, long timeoutMillis) {}

  private static final Authentication BUSY = new Authentication.Rejected(ReasonCode.SERVER_BUSY);
  private static final long IDLE_SECONDS = 10;
  private static final long CLOSE_SECONDS = 2;

  private final ThreadPoolExecutor executor;
  private final ScheduledThreadPoolExecutor clock;
  private final Set<Job> pending = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger(); // running and queued
  private volatile Bounds bounds;

  LoginWorkers(String name, Bounds bounds) {
    this.bounds = bounds;
    // The queue's bound is that of the open jobs, which can be changed.
    executor =
        new ThreadPoolExecutor(
            bounds.threads,
            bounds.threads,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            threads(name + "-login-"));
    executor.allowCoreThreadTimeOut(true);
    clock = new ScheduledThreadPoolExecutor(1, threads(name + "-deadline-"));
    clock.setRemoveOnCancelPolicy(true);
    clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    clock.allowCoreThreadTimeOut(true);
  }

  private static ThreadFactory threads(String prefix) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, prefix + number.incrementAndGet());
      thread.setDaemon(true);
      thread.setContextClassLoader(LoginWorkers.class.getClassLoader()); // not the caller's
      return thread;
    };
  }

  /** Changes the bounds for what comes from now on. */
  synchronized void resize(Bounds now) {
    if (now.threads > executor.getMaximumPoolSize()) { // never core over maximum, in between either
      executor.setMaximumPoolSize(now.threads);
      executor.setCorePoolSize(now.threads);
    } else {
      executor.setCorePoolSize(now.threads);
      executor.setMaximumPoolSize(now.threads);
    }
    bounds = now;
  }

  /**
   * Does some work on a worker's thread. A caller that cancels the answer saves the work.
   *
   * @param overdue what the answer is when time is over; called at most once
   */
  CompletionStage<Authentication> submit(
      Supplier<Authentication> work, Supplier<Authentication> overdue) {
    Bounds now = bounds;
    if (open.incrementAndGet() > now.threads + now.queueMax) {
      open.decrementAndGet();
      return CompletableFuture.completedStage(BUSY);
    }
    Job job = new Job(work, overdue);
    pending.add(job);
    try {
      job.deadline = clock.schedule(job::expire, now.timeoutMillis, TimeUnit.MILLISECONDS);
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
    clock.shutdownNow();
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
    private final Supplier<Authentication> overdue;
    private volatile @Nullable ScheduledFuture<?> deadline;
    private @Nullable Thread runner; // guarded by this

    Job(Supplier<Authentication> work, Supplier<Authentication> overdue) {
      this.work = work;
      this.overdue = overdue;
    }

    @Override
    public void run() {
      begin();
      try {
        if (!answer.isDone()) {
          answer.complete(work.get());
        }
      } catch (RuntimeException | Error e) { // an answer must come, whatever happens
        answer.completeExceptionally(e);
      } finally {
        end();
        leave();
      }
    }

    private synchronized void begin() {
      runner = Thread.currentThread();
    }

    private synchronized void end() {
      runner = null;
    }

    /** Time is over. Whoever waits in the queue keeps its place there, so that it is counted. */
    void expire() {
      if (answer.isDone()) {
        return;
      }
      try {
        answer.complete(overdue.get());
      } catch (RuntimeException | Error e) {
        answer.completeExceptionally(e);
      }
      interrupt();
    }

    private synchronized void interrupt() {
      if (runner != null) {
        runner.interrupt(); // the pool clears it before the thread's next job
      }
    }

    void fail() {
      answer.completeExceptionally(new IllegalStateException("the authenticator has left"));
      leave();
    }

    private void leave() {
      ScheduledFuture<?> waiting = deadline;
      if (waiting != null) {
        waiting.cancel(false);
      }
      if (pending.remove(this)) {
        open.decrementAndGet();
      }
    }
  }
}
