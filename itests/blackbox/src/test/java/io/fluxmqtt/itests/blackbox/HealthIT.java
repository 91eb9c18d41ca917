package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Door;
import io.fluxmqtt.itests.kit.RawClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Health over HTTP and in the log, on plain Felix: red when something fails, and green again. */
class HealthIT {
  private static final String ACCESS = "io.fluxmqtt.access.cfg";
  private static final String SESSION = "io.fluxmqtt.session.cfg";
  private static final String ENGINE = "io.fluxmqtt.store.rocksdb";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static BrokerProcess broker;
  private static Door door;
  private static HealthPage health;

  @BeforeAll
  static void start() throws Exception {
    int doorPort = BrokerProcess.freePort();
    broker =
        BrokerProcess.prepare("health", Map.of("JAVA_OPTS", "-Xmx256m " + Door.option(doorPort)));
    Door.hang(broker);
    health = new HealthPage(BrokerProcess.freePort());
    broker.set("org.apache.felix.http.cfg", "org.osgi.service.http.port", health.port());
    broker.set("io.fluxmqtt.health.cfg", "diskFreeWarnBytes", 0); // whatever this disk has
    broker.set("io.fluxmqtt.health.cfg", "diskFreeRedBytes", 0);
    broker.set(ACCESS, "policyGraceMillis", 0);
    broker.load(
        "org.apache.felix.http.servlet-api",
        "org.apache.felix.http.jetty",
        "org.apache.felix.eventadmin",
        "org.apache.felix.healthcheck.api",
        "org.apache.felix.healthcheck.core",
        "io.fluxmqtt.health");
    broker.start();
    door = Door.open(broker, doorPort);
    health.awaitPage(LIMIT);
  }

  @AfterAll
  static void stop() throws Exception {
    door.close();
    broker.close();
  }

  @Test
  void brokerWithoutItsStoreIsRedUntilItIsBack() throws Exception {
    awaitGreen();
    int mark = broker.mark();
    door.uninstall(ENGINE);
    awaitStatus(503, "/health");
    awaitStatus(503, "/health/readiness");
    awaitStatus(200, "/health/liveness");
    awaitText("MQTT store", "TEMPORARILY_UNAVAILABLE");
    broker.awaitLine(
        "health: MQTT store is TEMPORARILY_UNAVAILABLE: there is no store", mark, LIMIT);
    broker.awaitLine("health: MQTT store is CRITICAL: there has been no store for", mark, LIMIT);

    door.install(ENGINE);
    awaitGreen();
    broker.awaitLine("health: MQTT store is OK again", mark, LIMIT);
    broker.awaitLine("health: MQTT broker is OK again", mark, LIMIT);
  }

  @Test
  void listenerThatCannotBindIsRedUntilItCan() throws Exception {
    awaitGreen();
    int mark = broker.mark();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      broker.write("io.fluxmqtt.listener-second.cfg", "port = " + taken.getLocalPort() + "\n");
      awaitStatus(503, "/health/readiness");
      awaitText("MQTT broker", "listener second");
      broker.awaitLine("health: MQTT broker is CRITICAL: listener second", mark, LIMIT);
    }
    awaitGreen();
    broker.awaitLine("health: MQTT broker is OK again", mark, LIMIT); // later than the page
    Files.delete(broker.etc().resolve("io.fluxmqtt.listener-second.cfg"));
  }

  @Test
  void missingAuthenticatorIsRedUntilItIsNotAskedFor() throws Exception {
    awaitGreen();
    String before = Files.readString(broker.etc().resolve(ACCESS));
    int mark = broker.mark();
    broker.set(ACCESS, "authenticators", "ghost, anonymous");
    awaitStatus(503, "/health");
    awaitText("MQTT broker", "authenticator ghost is missing");
    broker.awaitLine("health: MQTT broker is CRITICAL: authenticator ghost", mark, LIMIT);
    broker.write(ACCESS, before);
    awaitGreen();
    broker.awaitLine("health: MQTT broker is OK again", mark, LIMIT);
  }

  @Test
  void valueThatIsNotUsedIsAWarningAndClientsAreServed() throws Exception {
    awaitGreen();
    String before = Files.readString(broker.etc().resolve(SESSION));
    broker.set(SESSION, "queueMaxBytes", "many");
    Await.until("health warns", LIMIT, () -> "WARN".equals(health.get("/health").body().trim()));
    awaitStatus(200, "/health");
    awaitText("MQTT configuration", "queueMaxBytes=many");
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("served"))) {
      client.ping();
    }
    broker.write(SESSION, before);
    awaitGreen();
  }

  private static void awaitGreen() throws Exception {
    Await.until("health is green", LIMIT, () -> "OK".equals(health.get("/health").body().trim()));
    awaitStatus(200, "/health");
  }

  private static void awaitStatus(int status, String path) throws Exception {
    Await.until(path + " is " + status, LIMIT, () -> health.get(path).statusCode() == status);
  }

  /** What a check says in a line of its own. */
  private static void awaitText(String check, String part) throws Exception {
    String[] last = new String[1];
    try {
      Await.until(
          part,
          LIMIT,
          () -> {
            last[0] = health.get("/health.json").body();
            int from = last[0].indexOf("\"name\":\"" + check + "\"");
            int to = last[0].indexOf("\"name\":", from + 1);
            return from >= 0
                && last[0].substring(from, to < 0 ? last[0].length() : to).contains(part);
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + last[0], e);
    }
  }
}
