package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * How many questions are under way, and how many wait for that: both bounded, those that wait by
 * their bytes too. Every answer completes, at the latest when its time is over, which counts from
 * the beginning, or when this closes. Any thread; never blocks.
 */
final class Calls implements AutoCloseable {
  /** How many bytes the questions that wait may hold. */
  static final long WAITING_BYTES_MAX = 8L << 20;

  static final Authentication BUSY = new Authentication.Rejected(ReasonCode.SERVER_BUSY);
  static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);

  /**
   * The bounds.
   *
   * @param timeoutMillis from the client's question to the answer, waiting included
   */
  record Bounds(int timeoutMillis, int concurrentMax, int queueMax) {}

  private final Executor executor;
  private final ScheduledExecutorService clock;

  private Bounds bounds; // guarded by this, as are the next four
  private final Set<Call> running = new LinkedHashSet<>();
  private final Set<Call> waiting = new LinkedHashSet<>(); // in order
  private long waitingBytes;
  private boolean closed;

  Calls(Executor executor, ScheduledExecutorService clock, Bounds bounds) {
    this.executor = executor;
    this.clock = clock;
    this.bounds = bounds;
  }

  /** Changes the bounds for what comes from now on. */
  synchronized void change(Bounds others) {
    bounds = others;
  }

  /** Asks a service, now or as soon as it is this one's turn. */
  CompletionStage<Authentication> submit(WebService service, Question question) {
    Call call = new Call(this, service, question);
    boolean starts;
    int timeoutMillis;
    synchronized (this) {
      timeoutMillis = bounds.timeoutMillis;
      starts = !closed && running.size() < bounds.concurrentMax;
      if (closed) {
        call.fail();
        return call.answer();
      } else if (starts) {
        running.add(call);
      } else if (waiting.size() < bounds.queueMax
          && waitingBytes + question.size() <= WAITING_BYTES_MAX) {
        waiting.add(call);
        waitingBytes += question.size();
      } else {
        return java.util.concurrent.CompletableFuture.completedStage(BUSY);
      }
    }
    try {
      call.limit(clock, timeoutMillis);
      if (starts) {
        executor.execute(call);
      }
    } catch (RejectedExecutionException e) { // closed in between
      call.fail();
    }
    return call.answer();
  }

  /** A call is over; the next one's turn has come. */
  void leave(Call call) {
    @Nullable Call next = null;
    synchronized (this) {
      if (waiting.remove(call)) {
        waitingBytes -= call.question().size();
      }
      running.remove(call);
      if (!closed && running.size() < bounds.concurrentMax && !waiting.isEmpty()) {
        next = waiting.iterator().next();
        waiting.remove(next);
        waitingBytes -= next.question().size();
        running.add(next);
      }
    }
    if (next != null) {
      try {
        executor.execute(next);
      } catch (RejectedExecutionException e) { // closed in between
        next.fail();
      }
    }
  }

  /** Completes every pending answer exceptionally. */
  @Override
  public void close() {
    Set<Call> pending;
    synchronized (this) {
      closed = true;
      pending = new LinkedHashSet<>(running);
      pending.addAll(waiting);
    }
    pending.forEach(Call::fail);
  }
}
