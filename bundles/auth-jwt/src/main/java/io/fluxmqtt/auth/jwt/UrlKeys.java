package io.fluxmqtt.auth.jwt;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that a web service publishes, asked for at the start, every so often, and when a token
 * names a key that is not known: key rotation. However many tokens do, one question is on its way,
 * and none follows another sooner than the cool-down. A failure leaves the keys of the last good
 * answer; it is logged once.
 */
final class UrlKeys implements KeySource {
  private static final Logger LOG = LoggerFactory.getLogger(UrlKeys.class);
  private static final int OK = 200;

  /**
   * How to ask.
   *
   * @param refresh how often without a cause
   * @param coolDown the shortest time from one question to the next
   * @param timeout how long one may take, with all of the answer
   */
  record Terms(URI url, Duration refresh, Duration coolDown, Duration timeout) {}

  private final String pid;
  private final Terms terms;
  private final HttpClient client;
  private final ScheduledExecutorService timer;
  private final LongSupplier nanoTime;
  private @Nullable CompletableFuture<Void> asking; // guarded by this, as are the next four
  private long asked; // when, by the monotonic clock
  private @Nullable ScheduledFuture<?> next;
  private @Nullable String complaint; // the one last logged
  private boolean closed;
  private volatile @Nullable KeySet keys;

  /**
   * Asks for the first time.
   *
   * @param executor runs what the HTTP client has to do; outlives this
   * @param nanoTime a monotonic clock
   */
  UrlKeys(
      String pid,
      Terms terms,
      Executor executor,
      ScheduledExecutorService timer,
      LongSupplier nanoTime) {
    this.pid = pid;
    this.terms = terms;
    this.timer = timer;
    this.nanoTime = nanoTime;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // the URL is whom we trust
            .connectTimeout(terms.timeout)
            .executor(executor)
            .build();
    this.asked = nanoTime.getAsLong() - terms.coolDown.toNanos();
    refresh();
  }

  @Override
  public Optional<KeySet> keys() {
    return Optional.ofNullable(keys);
  }

  @Override
  public CompletionStage<Void> refresh() {
    CompletableFuture<Void> question;
    synchronized (this) {
      if (asking != null) {
        return asking;
      }
      long now = nanoTime.getAsLong();
      if (closed || now - asked < terms.coolDown.toNanos()) {
        return CompletableFuture.completedStage(null);
      }
      asked = now;
      question = new CompletableFuture<>();
      asking = question;
    }
    ask(question);
    return question;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel(false);
    }
  }

  private void ask(CompletableFuture<Void> question) {
    HttpRequest request =
        HttpRequest.newBuilder(terms.url)
            .timeout(terms.timeout)
            .header("Accept", "application/jwk-set+json, application/json")
            .build();
    CompletableFuture<HttpResponse<byte[]>> exchange =
        client.sendAsync(request, head -> new BoundedBody(KeySet.BYTES_MAX));
    exchange
        .copy()
        .orTimeout(terms.timeout.toMillis(), TimeUnit.MILLISECONDS) // its own is for the head
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                exchange.cancel(true);
              }
              try {
                answered(response, failure);
              } finally {
                ended(question, failure != null);
              }
            });
  }

  private void answered(@Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
    if (failure != null || response == null) {
      complain(reason(failure));
    } else if (response.statusCode() != OK) {
      complain("it answers with status " + response.statusCode());
    } else {
      try {
        take(KeySet.ofJwks(response.body(), false));
      } catch (RuntimeException e) {
        complain(String.valueOf(e.getMessage()));
      }
    }
  }

  private synchronized void take(KeySet read) {
    KeySet old = keys;
    keys = read;
    complaint = null;
    if (old == null || !names(old).equals(names(read))) {
      LOG.info("{}: {} keys at {}", pid, read.keys().size(), terms.url);
      if (!read.complaints().isEmpty()) {
        LOG.warn("{}: {}: left out: {}", pid, terms.url, read.complaints());
      }
    }
  }

  private static Object names(KeySet set) {
    return set.keys().stream().map(key -> String.valueOf(key.id())).sorted().toList();
  }

  private void ended(CompletableFuture<Void> question, boolean failed) {
    synchronized (this) {
      asking = null;
      if (next != null) {
        next.cancel(false);
      }
      boolean again = failed || complaint != null;
      Duration wait =
          again && terms.coolDown.compareTo(terms.refresh) < 0 ? terms.coolDown : terms.refresh;
      if (!closed) {
        try {
          next = timer.schedule(this::refresh, wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
          LOG.debug("{}: nobody asks {} again", pid, terms.url, e); // the bundle stops
        }
      }
    }
    question.complete(null);
  }

  private synchronized void complain(String reason) {
    if (reason.equals(complaint) || closed) {
      return;
    }
    complaint = reason;
    if (keys == null) {
      LOG.error("{}: {}: {}; until this is mended its keys prove no token", pid, terms.url, reason);
    } else {
      LOG.warn("{}: {}: {}; the keys that it gave before stay in force", pid, terms.url, reason);
    }
  }

  private static String reason(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof java.util.concurrent.TimeoutException
        || cause instanceof java.net.http.HttpTimeoutException) {
      return "it does not answer in time";
    }
    if (cause instanceof java.net.ConnectException) {
      return "nobody answers there";
    }
    return cause instanceof IOException && cause.getMessage() != null
        ? cause.getMessage()
        : String.valueOf(cause);
  }
}
