package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that a web service knows, whatever becomes of the service. */
class HttpAuthIT {
  private static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
  private static final int NOT_AUTHORIZED = 0x87;
  private static final int SERVER_UNAVAILABLE = 0x88;
  private static final String FILE = "io.fluxmqtt.auth.http-default.cfg";
  private static final String SECRET = "planted-secret-of-the-broker";

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<String> asked = new ArrayList<>(); // guarded by itself
  private BrokerProcess process;
  private BrokerAddress broker;
  private HttpServer service;

  @BeforeEach
  void start() throws Exception {
    serve(0);
    process = BrokerProcess.prepare("http-auth");
    process.load("jackson-core", "io.fluxmqtt.auth.http");
    process.set("io.fluxmqtt.access.cfg", "authenticators", "http, anonymous");
    process.set("io.fluxmqtt.access.cfg", "authorizers", "acl");
    process.write(
        "io.fluxmqtt.acl-default.cfg",
        "rule.ping = allow both topic=alive\nrule.own = allow both topic=own/%u\n");
    process.write(
        FILE,
        "url = http://127.0.0.1:"
            + service.getAddress().getPort()
            + "/auth\n"
            + ".token = "
            + SECRET
            + "\ntimeoutMillis = 1000\npauseMillis = 50\n");
    process.start();
    broker = process.address();
    Await.until("the service is asked", () -> login("good") == 0);
  }

  @AfterEach
  void stop() throws Exception {
    released.countDown();
    service.stop(0);
    threads.shutdownNow();
    if (process != null) {
      process.close();
    }
  }

  /** A service on a port, or any if it is 0; what it does is decided by the user's name. */
  private void serve(int port) throws IOException {
    service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    service.setExecutor(threads);
    service.createContext(
        "/auth",
        exchange -> {
          String question =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          synchronized (asked) {
            asked.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + question);
          }
          String user = question.replaceAll("(?s).*\"username\":\"([^\"]*)\".*", "$1");
          byte[] answer =
              switch (user) {
                case "good" ->
                    "{\"result\":\"allow\",\"groups\":[\"ops\"]}".getBytes(StandardCharsets.UTF_8);
                case "denied" -> "{\"result\":\"deny\"}".getBytes(StandardCharsets.UTF_8);
                case "garbled" -> "<html>".getBytes(StandardCharsets.UTF_8);
                case "huge" -> new byte[50 << 20];
                default -> new byte[0];
              };
          int status =
              switch (user) {
                case "forbidden" -> 403;
                case "unknown" -> 404;
                case "broken" -> 500;
                default -> 200;
              };
          if (user.equals("thrown")) {
            throw new IllegalStateException("on purpose");
          }
          if (user.equals("deadlocked")) {
            await(released);
          }
          exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    service.start();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void serviceDecidesAndWhatFailsRefuses() throws Exception {
    assertEquals(BAD_USER_NAME_OR_PASSWORD, login("denied"));
    assertEquals(NOT_AUTHORIZED, login("forbidden"));
    assertTrue(login("unknown") >= 0x80, "anonymous takes nobody who shows a password");
    for (String user : List.of("garbled", "broken", "thrown", "huge")) {
      assertEquals(SERVER_UNAVAILABLE, login(user), user);
      assertEquals(0, login("good"), "after " + user);
    }
    try (RawClient client = RawClient.connected(broker, connect("good", "c"))) {
      assertEquals(0x10, client.publish("own/good", "x"));
      assertEquals(NOT_AUTHORIZED, client.publish("other", "x"));
    }
    synchronized (asked) {
      String first = asked.get(0);
      assertTrue(first.startsWith("Bearer " + SECRET + " {"), first);
      assertTrue(
          first.contains("\"password\":\"p=&\\\"\"") && first.contains("\"listener\":"), first);
    }
    process.set(FILE, ".headers", SECRET);
    process.awaitLine(".headers=(not shown)", Duration.ofSeconds(10));
    assertFalse(process.log().contains(SECRET), "the secret is in the log");
  }

  @Test
  void deadlockedServiceHurtsNobodyElseAndIsTriedAgain() throws Exception {
    List<RawClient> stuck = new ArrayList<>();
    try (RawClient other = RawClient.connected(broker, connect("good", "other"))) {
      for (int i = 0; i < 40; i++) { // more than may be under way
        RawClient client = RawClient.open(broker);
        client.send(connect("deadlocked", "stuck-" + i).toBytes());
        stuck.add(client);
      }
      long begin = System.nanoTime();
      for (int i = 0; i < 20; i++) {
        assertEquals(0x10, other.publish("alive", "x"));
      }
      try (RawClient guest = RawClient.connected(broker, ConnectPacket.v5("guest"))) {
        guest.ping();
      }
      assertTrue(System.nanoTime() - begin < 20_000_000_000L);
      for (RawClient client : stuck) {
        client.expectRefused(SERVER_UNAVAILABLE);
      }
      Await.until("it is asked again", () -> login("good") == 0);
    } finally {
      for (RawClient client : stuck) {
        client.close();
      }
    }
  }

  @Test
  void serviceMayBeRestartedAndMoved() throws Exception {
    int port = service.getAddress().getPort();
    try (RawClient stays = RawClient.connected(broker, connect("good", "stays"))) {
      service.stop(0);
      for (int i = 0; i < 8; i++) { // more than make it count as failed
        assertEquals(SERVER_UNAVAILABLE, login("good"));
      }
      serve(port);
      Await.until("it answers again", () -> login("good") == 0);

      service.stop(0);
      serve(0);
      process.set(FILE, "url", "http://127.0.0.1:" + service.getAddress().getPort() + "/auth");
      Await.until("it is found elsewhere", () -> login("good") == 0);
      stays.ping();
    }
  }

  @Test
  void answersAreRememberedAsLongAsConfigured() throws Exception {
    process.set(FILE, "cacheSeconds", 3_600);
    Await.until(
        "an answer is remembered",
        () -> {
          login("good");
          int before = count();
          return login("good") == 0 && count() == before;
        });
    service.stop(0);
    assertEquals(0, login("good"));
    int mark = process.mark();
    process.set(FILE, "cacheSeconds", "long");
    process.awaitLine("cacheSeconds=long", mark, Duration.ofSeconds(10));
    assertEquals(0, login("good"), "a bad value forgets nothing");
    process.set(FILE, "cacheSeconds", 7_200);
    Await.until("a change forgets all", () -> login("good") == SERVER_UNAVAILABLE);
  }

  private int count() {
    synchronized (asked) {
      return asked.size();
    }
  }

  private static ConnectPacket connect(String user, String id) {
    return ConnectPacket.v5(id).login(user, "p=&\"");
  }

  private int login(String user) throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      return client.connect(connect(user, "login")).reason();
    }
  }
}
