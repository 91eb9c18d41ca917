package io.fluxmqtt.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UrlKeysTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it overflows, as it may
  private final AtomicInteger questions = new AtomicInteger();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private volatile int status = 200;
  private volatile byte[] body = Issuer.jwks(Issuer.RSA);
  private volatile @Nullable CountDownLatch stalling; // after the head of the answer
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    questions.incrementAndGet();
    byte[] now = body;
    if (status == 302) {
      exchange.getResponseHeaders().add("Location", "/elsewhere");
    }
    exchange.sendResponseHeaders(
        exchange.getRequestURI().getPath().equals("/elsewhere") ? 200 : status, now.length);
    try (OutputStream out = exchange.getResponseBody()) {
      CountDownLatch stall = stalling;
      if (stall != null) {
        out.write(now, 0, 1);
        out.flush();
        stall.await();
      } else {
        out.write(now);
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @AfterEach
  void stop() {
    if (stalling != null) {
      stalling.countDown();
    }
    server.stop(0);
    timer.shutdownNow();
    threads.shutdownNow();
  }

  @Test
  void keysAreAskedForAtTheStart() {
    UrlKeys keys = keys(HOUR, 10);
    keys.refresh().toCompletableFuture().join(); // of the question that is on its way
    assertEquals(List.of("rsa"), FileKeysTest.names(keys));
    assertEquals(1, questions.get());
  }

  @Test
  void oneQuestionIsOnItsWayAndNoneTooSoonAfterIt() {
    UrlKeys keys = keys(HOUR, 10);
    keys.refresh().toCompletableFuture().join();
    body = Issuer.jwks(Issuer.EC);
    assertTrue(keys.refresh().toCompletableFuture().isDone());
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(10) - 1);
    assertTrue(keys.refresh().toCompletableFuture().isDone());
    assertEquals(1, questions.get());

    nanos.addAndGet(1);
    stalling = new CountDownLatch(1);
    var first = keys.refresh();
    assertSame(first, keys.refresh());
    assertFalse(first.toCompletableFuture().isDone());
    assertEquals(List.of("rsa"), FileKeysTest.names(keys));
    stalling.countDown();
    stalling = null;
    nanos.addAndGet(HOUR.toNanos());
    first.toCompletableFuture().join();
    keys.refresh().toCompletableFuture().join();
    assertEquals(List.of("ec"), FileKeysTest.names(keys));
  }

  @Test
  void everySoOftenTheyAreAskedForWithoutACause() {
    UrlKeys keys =
        new UrlKeys("test", terms(Duration.ofMillis(20), 0, 10), threads, timer, System::nanoTime);
    while (questions.get() < 4) {
      Thread.onSpinWait();
    }
    keys.close();
  }

  @Test
  void failureLeavesTheOldKeys() {
    UrlKeys keys = keys(HOUR, 1);
    keys.refresh().toCompletableFuture().join();
    for (int bad : new int[] {500, 404, 204, 302}) {
      status = bad;
      body = bad == 204 ? new byte[0] : Issuer.jwks(Issuer.EC);
      again(keys);
      assertEquals(List.of("rsa"), FileKeysTest.names(keys), "status " + bad);
    }
    status = 200;
    for (byte[] bad :
        List.of(
            new byte[0], "{\"keys\":[]}".getBytes(), new byte[100], Issuer.jwks(Issuer.SECRET))) {
      body = bad;
      again(keys);
      assertEquals(List.of("rsa"), FileKeysTest.names(keys));
    }
    body = Issuer.jwks(Issuer.EC);
    again(keys);
    assertEquals(List.of("ec"), FileKeysTest.names(keys));
    server.stop(0);
    again(keys);
    assertEquals(List.of("ec"), FileKeysTest.names(keys));
  }

  @Test
  void hugeAnswerIsNotTaken() {
    byte[] good = Issuer.jwks(Issuer.RSA);
    body = java.util.Arrays.copyOf(good, KeySet.BYTES_MAX + 1);
    java.util.Arrays.fill(body, good.length, body.length, (byte) ' ');
    UrlKeys keys = keys(HOUR, 10);
    keys.refresh().toCompletableFuture().join();
    assertTrue(keys.keys().isEmpty());
    body = java.util.Arrays.copyOf(body, KeySet.BYTES_MAX);
    again(keys);
    assertEquals(List.of("rsa"), FileKeysTest.names(keys), "as large as it may be");
  }

  @Test
  void answerThatDoesNotEndIsGivenUp() {
    stalling = new CountDownLatch(1);
    UrlKeys keys = keys(HOUR, 1);
    keys.refresh().toCompletableFuture().join();
    assertTrue(keys.keys().isEmpty());
  }

  @Test
  void afterTheEndNobodyIsAsked() {
    UrlKeys keys = keys(HOUR, 10);
    keys.refresh().toCompletableFuture().join();
    keys.close();
    again(keys);
    assertEquals(1, questions.get());
    assertEquals(List.of("rsa"), FileKeysTest.names(keys), "for those who still ask");
  }

  private void again(UrlKeys keys) {
    nanos.addAndGet(HOUR.toNanos());
    keys.refresh().toCompletableFuture().join();
  }

  private UrlKeys keys(Duration refresh, int timeoutSeconds) {
    return new UrlKeys("test", terms(refresh, 10, timeoutSeconds), threads, timer, nanos::get);
  }

  private UrlKeys.Terms terms(Duration refresh, int coolDownSeconds, int timeoutSeconds) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/keys");
    return new UrlKeys.Terms(
        url, refresh, Duration.ofSeconds(coolDownSeconds), Duration.ofSeconds(timeoutSeconds));
  }
}
