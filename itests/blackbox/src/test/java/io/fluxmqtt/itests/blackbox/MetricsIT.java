package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What lies in {@code optional/} is switched on and off in a broker that runs. */
class MetricsIT {
  private static final String HTTP = "org.apache.felix.http.cfg";
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private BrokerProcess broker;
  private MetricsPage page;

  @BeforeEach
  void start() throws Exception {
    broker = BrokerProcess.prepare("metrics");
    int port = BrokerProcess.freePort();
    broker.set(HTTP, "org.osgi.service.http.port", port);
    page = new MetricsPage(port);
    broker.start();
  }

  @AfterEach
  void stop() throws Exception {
    broker.close();
  }

  @Test
  void metricsComeAndGoWhileClientsStayConnected() throws Exception {
    try (RawClient subscriber = RawClient.connected(broker.address(), ConnectPacket.v5("sub"));
        RawClient publisher = RawClient.connected(broker.address(), ConnectPacket.v311("pub"))) {
      subscriber.subscribe("a/#", 1);
      try (RawClient other = RawClient.connected(broker.address(), ConnectPacket.v5("other"))) {
        other.publishRetained("a/b", "kept");
        subscriber.take("kept");
        other.publish("nobody/asks", "x");
        other.disconnect();
      }
      queueForOneWhoIsAway(subscriber);
      assertTrue(page.isAway(), "nothing listens before it is asked to");

      switchOn();
      assertEquals(2, page.awaitValue("mqtt_connections", 2));
      assertEquals(3, page.value("mqtt_sessions"));
      assertEquals(2, page.value("mqtt_subscriptions"));
      assertEquals(2, page.value("mqtt_queued_messages"));
      assertTrue(page.value("mqtt_queued_bytes") >= 2 * "w/one".length());
      assertEquals(1, page.value("mqtt_retained_messages"));
      assertTrue(page.value("mqtt_retained_bytes") >= "a/bkept".length());
      assertEquals(4, page.value("mqtt_messages_received_total"));
      assertEquals(1, page.value("mqtt_messages_sent_total"));
      assertEquals(1, page.value("mqtt_build_info{version=\"" + version() + "\",}"));

      subscriber.ping();
      switchOff();
      subscriber.ping();
      publisher.ping();
    }
  }

  @Test
  void whatTheStoreKeepsAndWritesIsShown() throws Exception {
    switchOn();
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("writer"))) {
      page.awaitValue("mqtt_store_writable", 1);
      double syncs = page.value("mqtt_store_sync_seconds_count");
      double written = page.value("mqtt_store_written_bytes_total");
      double given = page.value("mqtt_store_given_bytes_total");

      queueForOneWhoIsAway(client);
      client.publishRetained("a/b", "kept");

      page.awaitValue("mqtt_store_queued_messages", 2);
      assertEquals(1, page.value("mqtt_store_sessions"));
      assertEquals(1, page.value("mqtt_store_retained_messages"));
      assertTrue(page.value("mqtt_store_retained_bytes") >= "a/bkept".length());
      assertTrue(page.value("mqtt_store_sync_seconds_count") >= syncs + 3, page::sight);
      assertTrue(page.value("mqtt_store_sync_seconds_sum") > 0, page::sight);
      assertEquals(
          page.value("mqtt_store_sync_seconds_count"),
          page.value("mqtt_store_sync_seconds_bucket{le=\"+Inf\",}"));
      assertTrue(page.value("mqtt_store_batch_records_sum") >= 3, page::sight);
      assertTrue(page.value("mqtt_store_written_bytes_total") > written, page::sight);
      assertTrue(page.value("mqtt_store_given_bytes_total") > given, page::sight);
      assertTrue(page.value("mqtt_store_disk_bytes") > 0, page::sight);
      assertEquals(1, page.value("mqtt_store_durable"));
      for (String none :
          List.of(
              "pending_bytes",
              "sync_age_seconds",
              "failed_writes_total",
              "quarantined_entries",
              "set_aside_files")) {
        page.awaitValue("mqtt_store_" + none, 0);
      }
    }
  }

  @Test
  void promtoolHasNothingToSay() throws Exception {
    String promtool = Tool.require("promtool", "prometheus");
    switchOn();
    page.awaitValue("mqtt_connections", 0);
    Path file = Files.writeString(broker.folder().resolve("page"), page.text());
    Tool.Result checked =
        Tool.run(LIMIT, "sh", "-c", "'" + promtool + "' check metrics <'" + file + "'");
    assertEquals(new Tool.Result(0, ""), checked);
  }

  @Test
  void addressIsChangedWhileItRuns() throws Exception {
    switchOn();
    page.awaitValue("mqtt_connections", 0);
    MetricsPage moved = new MetricsPage(BrokerProcess.freePort());
    try (RawClient client = RawClient.connected(broker.address(), ConnectPacket.v5("stays"))) {
      broker.set(HTTP, "org.osgi.service.http.port", moved.port());
      moved.awaitValue("mqtt_connections", 1);
      client.ping();
    }
    assertTrue(page.isAway());
  }

  private void queueForOneWhoIsAway(RawClient publisher) throws Exception {
    ConnectPacket lasting = ConnectPacket.v5("away").sessionExpiry(3600);
    try (RawClient away = RawClient.connected(broker.address(), lasting)) {
      away.subscribe("w/#", 1);
      away.disconnect();
    }
    publisher.publish("w/one", "1");
    publisher.publish("w/two", "2");
  }

  private void switchOn() throws IOException {
    for (Path jar : optional()) {
      Path load = broker.load();
      Path copy = Files.copy(jar, load.resolve(jar.getFileName() + ".part"));
      Files.move(copy, load.resolve(jar.getFileName()), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private void switchOff() throws Exception {
    for (Path jar : optional()) {
      Files.delete(broker.load().resolve(jar.getFileName()));
    }
    Await.until("nothing listens any more", LIMIT, page::isAway);
  }

  private List<Path> optional() throws IOException {
    Path folder = broker.load().resolveSibling("optional");
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(
              file ->
                  file.getFileName()
                      .toString()
                      .matches("(io\\.fluxmqtt\\.metrics|org\\.apache\\.felix\\.http).*\\.jar"))
          .toList();
    }
  }

  private String version() throws IOException {
    String name = broker.bundle("io.fluxmqtt.api-").getFileName().toString();
    return name.substring("io.fluxmqtt.api-".length(), name.length() - ".jar".length());
  }
}
