package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.spi.auth.Authentication;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One question from its beginning to its answer. It is settled once, by whatever comes first: the
 * service's answer, its failure, the end of the time, or a caller that has given up. Any thread.
 */
final class Call implements Runnable {
  private final Calls calls;
  private final WebService service;
  private final Question question;
  private final CompletableFuture<Authentication> answer = new CompletableFuture<>();

  // All guarded by this.
  private boolean settled;
  private boolean repeated;
  private Breaker.Pass pass = Breaker.Pass.NONE;
  private @Nullable Future<?> alarm;
  private @Nullable CompletableFuture<?> exchange;

  Call(Calls calls, WebService service, Question question) {
    this.calls = calls;
    this.service = service;
    this.question = question;
    answer.whenComplete((result, failure) -> settle(null, null)); // the caller may cancel it
  }

  Question question() {
    return question;
  }

  CompletableFuture<Authentication> answer() {
    return answer;
  }

  /** Ends it after some time. */
  void limit(ScheduledExecutorService clock, int millis) {
    Future<?> set =
        clock.schedule(
            () -> settle(Calls.UNAVAILABLE, "it did not answer within " + millis + " ms"),
            millis,
            TimeUnit.MILLISECONDS);
    synchronized (this) {
      alarm = set;
      if (settled) {
        set.cancel(false);
      }
    }
  }

  /** Puts the question. */
  @Override
  public void run() {
    synchronized (this) {
      if (settled) {
        return;
      }
      pass = service.breaker().enter();
    }
    if (pass == Breaker.Pass.NONE) {
      settle(Calls.UNAVAILABLE, null);
    } else {
      ask();
    }
  }

  private void ask() {
    try {
      CompletableFuture<HttpResponse<byte[]>> begun = service.ask(question);
      boolean late;
      synchronized (this) {
        exchange = begun;
        late = settled;
      }
      if (late) {
        begun.cancel(true);
      }
      begun.whenComplete(this::answered);
    } catch (RuntimeException | Error e) { // an answer must come, whatever happens
      settle(Calls.UNAVAILABLE, "it cannot be asked: " + e);
    }
  }

  private void answered(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
    try {
      if (response == null) {
        failed(failure instanceof CompletionException ? failure.getCause() : failure);
      } else {
        settle(service.understand(question, response), null);
      }
    } catch (AnswerReader.BadAnswerException e) {
      settle(Calls.UNAVAILABLE, e.getMessage());
    } catch (RuntimeException | Error e) { // as above
      settle(Calls.UNAVAILABLE, "its answer cannot be read: " + e);
    }
  }

  private void failed(@Nullable Throwable cause) {
    if (mayRepeat(cause)) {
      ask();
    } else {
      settle(Calls.UNAVAILABLE, describe(cause));
    }
  }

  /**
   * A connection that was kept may have ended just as it was used again, which says nothing of the
   * service: once more, then.
   */
  private synchronized boolean mayRepeat(@Nullable Throwable cause) {
    boolean may =
        !settled
            && !repeated
            && cause instanceof IOException
            && !(cause instanceof ConnectException)
            && !(cause instanceof SSLException)
            && !(cause instanceof BoundedBody.TooLongException);
    repeated |= may;
    return may;
  }

  private static String describe(@Nullable Throwable cause) {
    if (cause instanceof BoundedBody.TooLongException) {
      return cause.getMessage();
    }
    return cause instanceof ConnectException && cause.getMessage() == null
        ? "it cannot be reached"
        : String.valueOf(cause);
  }

  /** Nobody will answer: the authenticator leaves. */
  void fail() {
    answer.completeExceptionally(new IllegalStateException("the authenticator has left"));
    settle(null, null);
  }

  /**
   * Ends it, unless it has ended.
   *
   * @param result what to answer; null if that has been done
   * @param complaint what the service did wrong, if it did
   */
  private void settle(@Nullable Authentication result, @Nullable String complaint) {
    CompletableFuture<?> open;
    synchronized (this) {
      if (settled) {
        return;
      }
      settled = true;
      open = exchange;
      if (alarm != null) {
        alarm.cancel(false);
      }
      tell(result, complaint);
    }
    if (open != null) {
      open.cancel(true); // does nothing if it is over
    }
    calls.leave(this);
    if (result != null) {
      answer.complete(result);
    }
  }

  /** Tells how it ended to the breaker, if it let this pass. */
  private void tell(@Nullable Authentication result, @Nullable String complaint) {
    if (pass == Breaker.Pass.NONE) {
      return;
    }
    if (complaint != null) {
      service.breaker().failed(pass, complaint);
    } else if (result != null) {
      service.breaker().succeeded();
    } else {
      service.breaker().abandoned(pass);
    }
  }
}
