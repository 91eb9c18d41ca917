package io.fluxmqtt.auth.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** What tests need: a web service that holds back, configurations, clients. */
final class Given implements AutoCloseable {
  /** One request as the service saw it. */
  record Asked(String method, String query, Map<String, List<String>> headers, String body) {}

  final List<Asked> asked = new ArrayList<>(); // guarded by itself
  final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch released = new CountDownLatch(1);
  volatile int status = 204;
  volatile String body = "";
  volatile boolean silent;
  volatile int cutNext; // how many connections to end without an answer

  Given() throws IOException {
    this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  Given(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    synchronized (asked) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              String.valueOf(exchange.getRequestURI().getRawQuery()),
              new HashMap<>(exchange.getRequestHeaders()),
              text));
    }
    if (cutNext > 0) {
      cutNext--;
      throw new IOException("cut");
    }
    if (silent) {
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  int count() {
    synchronized (asked) {
      return asked.size();
    }
  }

  Asked last() {
    synchronized (asked) {
      return asked.get(asked.size() - 1);
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/auth";
  }

  Options options(Object... pairs) {
    Map<String, Object> properties = new HashMap<>(Map.of("url", url()));
    for (int i = 0; i < pairs.length; i += 2) {
      properties.put((String) pairs[i], pairs[i + 1]);
    }
    return options(properties);
  }

  static Options options(Map<String, Object> properties) {
    Settings settings = new Settings("pid", properties, HttpAuthenticatorComponent.Config.class);
    return Options.read(settings, Path.of("etc"));
  }

  Desk desk(Object... pairs) {
    return new Desk("pid", "test", options(pairs));
  }

  static Credentials client(@Nullable String user, @Nullable String password) {
    return client(user, password == null ? null : Payload.ofUtf8(password));
  }

  static Credentials client(@Nullable String user, @Nullable Payload password) {
    return new Credentials(
        "id", user, password, "lan", new InetSocketAddress("10.0.0.1", 7), List.of());
  }

  static CompletableFuture<Authentication> ask(Desk desk, String user) {
    return desk.authenticator().authenticate(client(user, "pass")).toCompletableFuture();
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
