package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.spi.auth.Authenticator;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that one configuration needs: a few threads, the web service as it is configured now, and the
 * calls to it. It looks for changes of the file of certificates; a bad one leaves the old ones in
 * force, and before there was a good one all clients are refused.
 */
final class Desk implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Desk.class);
  private static final int THREADS = 4; // they do not wait, save for looking up a host's name
  private static final long IDLE_SECONDS = 10;
  private static final long POLL_MILLIS = 500;

  private final String pid;
  private final ThreadPoolExecutor executor;
  private final ScheduledThreadPoolExecutor clock;
  private final Calls calls;
  private final Authenticator authenticator;
  private Options options; // guarded by this, as are the next two
  private @Nullable Trust trust;
  private @Nullable String complaint; // the one last logged
  private volatile WebService service;

  Desk(String pid, String threadName, Options options) {
    this.pid = pid;
    this.options = options;
    executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // of those under way, whose number is bounded
            threads(threadName));
    executor.allowCoreThreadTimeOut(true);
    clock = new ScheduledThreadPoolExecutor(1, threads(threadName + "-clock"));
    clock.setRemoveOnCancelPolicy(true);
    calls = new Calls(executor, clock, options.bounds());
    authenticator = new HttpAuthenticator(() -> service, calls);
    readTrust();
    service = service(client());
    clock.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
  }

  Authenticator authenticator() {
    return authenticator;
  }

  /** Turns to another configuration; what was remembered is forgotten. */
  synchronized void change(Options others) {
    Options before = options;
    options = others;
    boolean sameTrust = java.util.Objects.equals(before.caFile(), others.caFile());
    if (!sameTrust) {
      trust = null;
      complaint = null;
      readTrust();
    }
    calls.change(others.bounds());
    service = service(sameTrust ? service.client() : client());
  }

  /** Completes pending answers exceptionally, and ends the threads. */
  @Override
  public void close() {
    clock.shutdownNow();
    calls.close();
    executor.shutdown();
  }

  private synchronized void poll() {
    try {
      Path file = options.caFile();
      if (file != null && (trust == null || !trust.isOf(file)) && readTrust()) {
        service = service(client());
      }
    } catch (IOException e) {
      complain(options.caFile(), e);
    } catch (RuntimeException e) { // else it would poll no more without a word
      LOG.error("{}: polling {} failed", pid, options.caFile(), e);
    }
  }

  /** Reads the certificates; whether there are others now. */
  private synchronized boolean readTrust() {
    Path file = options.caFile();
    if (file == null) {
      return false;
    }
    try {
      trust = Trust.read(file);
      complaint = null;
      LOG.info("{}: trusts the certificates in {}", pid, file);
      return true;
    } catch (IOException e) {
      complain(file, e);
      return false;
    }
  }

  private void complain(@Nullable Path file, IOException e) {
    String reason = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
    if (!String.valueOf(reason).equals(complaint)) {
      complaint = String.valueOf(reason);
      if (trust == null) {
        LOG.error("{}: {}: {}; until this is mended no client is accepted", pid, file, reason);
      } else {
        LOG.warn("{}: {}: {}; the certificates read before stay in force", pid, file, reason);
      }
    }
  }

  private synchronized HttpClient client() {
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER) // passwords go where it is configured
            .executor(executor);
    if (trust != null) {
      client.sslContext(trust.context());
    }
    return client.build();
  }

  private synchronized WebService service(HttpClient client) {
    if (options.isExposed()) {
      LOG.warn(
          "{}: url is http and leaves this machine: passwords can be read on the way; use https",
          pid);
    }
    return new WebService(
        client,
        options.target(),
        options.caFile() == null || trust != null,
        new Breaker(
            pid + ": the web service",
            options.failuresMax(),
            options.pauseMillis() * 1_000_000L,
            System::nanoTime),
        new AnswerCache(options.cacheSeconds(), options.cacheMax(), System::nanoTime),
        Clock.systemUTC());
  }

  private static ThreadFactory threads(String name) {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, name + "-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
