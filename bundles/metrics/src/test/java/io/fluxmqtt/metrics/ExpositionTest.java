package io.fluxmqtt.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.itests.kit.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExpositionTest {
  private final AtomicReference<StoreAdmin> store =
      new AtomicReference<>(Figures.admin(() -> Figures.store(null)));
  private final Exposition exposition =
      new Exposition(
          new BrokerCollector(Figures.statistics(), "1.2.3"), new StoreCollector(store::get));

  @Test
  void allFiguresOfTheBrokerHaveTheirName() {
    assertEquals(
        List.of(
            "mqtt_acknowledged_unsynced_total{durability=\"interval\",} 23.0",
            "mqtt_build_info{version=\"1.2.3\",} 1.0",
            "mqtt_connections 1.0",
            "mqtt_connections_refused_total{reason=\"banned\",} 10.0",
            "mqtt_messages_dropped_total{reason=\"expired\",} 9.0",
            "mqtt_messages_dropped_total{reason=\"queue_full\",} 8.0",
            "mqtt_messages_received_total 6.0",
            "mqtt_messages_sent_total 7.0",
            "mqtt_queued_bytes 31.0",
            "mqtt_queued_messages 30.0",
            "mqtt_retained_bytes 5.0",
            "mqtt_retained_messages 4.0",
            "mqtt_sessions 2.0",
            "mqtt_subscriptions 3.0"),
        samples().stream().filter(line -> !line.startsWith("mqtt_store_")).toList());
  }

  @Test
  void allFiguresOfTheStoreHaveTheirName() {
    assertEquals(
        List.of(
            "mqtt_store_batch_records_bucket{le=\"+Inf\",} 5.0",
            "mqtt_store_batch_records_bucket{le=\"1.0\",} 5.0",
            "mqtt_store_batch_records_bucket{le=\"10.0\",} 5.0",
            "mqtt_store_batch_records_count 5.0",
            "mqtt_store_batch_records_sum 5.0",
            "mqtt_store_disk_bytes 17.0",
            "mqtt_store_durable 1.0",
            "mqtt_store_failed_writes_total 22.0",
            "mqtt_store_given_bytes_total 19.0",
            "mqtt_store_info{engine=\"rocksdb\",} 1.0",
            "mqtt_store_pending_bytes 20.0",
            "mqtt_store_quarantined_entries 15.0",
            "mqtt_store_queued_messages 12.0",
            "mqtt_store_retained_bytes 14.0",
            "mqtt_store_retained_messages 13.0",
            "mqtt_store_sessions 11.0",
            "mqtt_store_set_aside_files 16.0",
            "mqtt_store_sync_age_seconds 21.5",
            "mqtt_store_sync_seconds_bucket{le=\"+Inf\",} 6.0",
            "mqtt_store_sync_seconds_bucket{le=\"0.001\",} 3.0",
            "mqtt_store_sync_seconds_bucket{le=\"0.01\",} 5.0",
            "mqtt_store_sync_seconds_count 6.0",
            "mqtt_store_sync_seconds_sum 0.25",
            "mqtt_store_writable 1.0",
            "mqtt_store_written_bytes_total 18.0"),
        samples().stream().filter(line -> line.startsWith("mqtt_store_")).toList());
  }

  @Test
  void storeThatCannotWriteSaysSo() {
    store.set(Figures.admin(() -> Figures.store("the disk is full")));
    assertTrue(samples().contains("mqtt_store_writable 0.0"), this::text);
    assertFalse(text().contains("disk is full"), "no text of the store is a label");
  }

  @Test
  void withoutStoreTheBrokersFiguresAreThere() {
    store.set(null);
    assertFalse(text().contains("mqtt_store_"), this::text);
    assertTrue(samples().contains("mqtt_connections 1.0"), this::text);
  }

  @Test
  void storeThatFailsCostsOnlyItsOwnFigures() {
    AtomicReference<StoreInfo> info = new AtomicReference<>();
    store.set(
        Figures.admin(
            () -> {
              if (info.get() == null) {
                throw new IllegalStateException("closed");
              }
              return info.get();
            }));
    assertFalse(text().contains("mqtt_store_"), this::text);
    assertTrue(samples().contains("mqtt_connections 1.0"), this::text);

    info.set(Figures.store(null));
    assertTrue(samples().contains("mqtt_store_sessions 11.0"), this::text);
  }

  @Test
  void jvmAndProcessAreShown() {
    for (String name :
        List.of(
            "process_cpu_seconds_total ",
            "process_open_fds ",
            "jvm_memory_bytes_used{",
            "jvm_buffer_pool_used_bytes{",
            "jvm_gc_collection_seconds_count{",
            "jvm_threads_current ",
            "jvm_info{")) {
      assertTrue(text().contains("\n" + name), name);
    }
  }

  @Test
  void whoAsksForOpenMetricsGetsIt() {
    Exposition.Page page = exposition.page("application/openmetrics-text; version=1.0.0");
    assertEquals("application/openmetrics-text; version=1.0.0; charset=utf-8", page.contentType());
    assertTrue(new String(page.body(), UTF_8).endsWith("# EOF\n"));

    assertEquals("text/plain; version=0.0.4; charset=utf-8", exposition.page(null).contentType());
  }

  @Test
  void promtoolHasNothingToSay(@TempDir Path folder) throws Exception {
    String promtool = Tool.require("promtool", "prometheus");
    Path file = Files.write(folder.resolve("metrics"), exposition.page(null).body());
    Tool.Result checked =
        Tool.run(
            Duration.ofSeconds(30), "sh", "-c", "'" + promtool + "' check metrics <'" + file + "'");
    assertEquals(new Tool.Result(0, ""), checked);
  }

  private List<String> samples() {
    return Arrays.stream(text().split("\n"))
        .filter(line -> line.startsWith("mqtt_"))
        .sorted()
        .toList();
  }

  private String text() {
    return new String(exposition.page(null).body(), UTF_8);
  }
}
