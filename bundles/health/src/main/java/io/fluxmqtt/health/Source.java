package io.fluxmqtt.health;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the same question again and again on a thread that may get stuck, and keeps the last answer.
 * So nobody who wants to know how things are waits for a disk that hangs: that it does not answer
 * is what there is to know. Any thread.
 */
final class Source<T> {
  /** What is asked. May block, may fail. */
  @FunctionalInterface
  interface Question<T> {
    /** The answer; null if there is nobody to ask. */
    @Nullable T ask() throws Exception;
  }

  /**
   * What is known.
   *
   * @param value the last answer, or null if there was none, nobody to ask, or a failure
   * @param failure why there is no answer, or null
   * @param silent how long the question that is open has waited, zero if none is
   */
  record Answer<T>(@Nullable T value, @Nullable Exception failure, Duration silent) {}

  private final Question<? extends T> question;
  private final Executor threads;
  private final LongSupplier nanos;

  // guarded by this
  private @Nullable T value;
  private @Nullable Exception failure;
  private boolean open;
  private long askedNanos;

  /**
   * A source that was not asked yet.
   *
   * @param threads run the question; one of them is taken for as long as it waits
   */
  Source(Question<? extends T> question, Executor threads, LongSupplier nanos) {
    this.question = question;
    this.threads = threads;
    this.nanos = nanos;
  }

  /** Asks, unless the last question is still open. Never blocks. */
  void ask() {
    synchronized (this) {
      if (open) {
        return;
      }
      open = true;
      askedNanos = nanos.getAsLong();
    }
    try {
      threads.execute(this::run);
    } catch (RejectedExecutionException e) { // closed, or all threads are stuck: asked next time
      answered(null, e);
    }
  }

  private void run() {
    try {
      answered(question.ask(), null);
    } catch (Exception e) { // edge: somebody else's service
      answered(null, e);
    } catch (Error e) { // such as a class that is gone with its bundle
      answered(null, new IllegalStateException(e));
    }
  }

  private synchronized void answered(@Nullable T newValue, @Nullable Exception newFailure) {
    value = newValue;
    failure = newFailure;
    open = false;
  }

  /** What is known now. Never blocks. */
  synchronized Answer<T> answer() {
    Duration silent = open ? Duration.ofNanos(nanos.getAsLong() - askedNanos) : Duration.ZERO;
    return new Answer<>(value, failure, silent);
  }
}
