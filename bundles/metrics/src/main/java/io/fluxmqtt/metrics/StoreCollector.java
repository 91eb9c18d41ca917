package io.fluxmqtt.metrics;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreInfo;
import io.prometheus.client.Collector;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metrics of the store; none while there is no store or it cannot tell. Any thread. */
final class StoreCollector extends Collector {
  private static final Logger LOG = LoggerFactory.getLogger(StoreCollector.class);

  private final Supplier<@Nullable StoreAdmin> store;
  private volatile boolean failed;

  /**
   * @param store the store as of now, or null
   */
  StoreCollector(Supplier<@Nullable StoreAdmin> store) {
    this.store = store;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    StoreAdmin now = store.get();
    StoreInfo info = now == null ? null : info(now);
    if (info == null) {
      return List.of();
    }
    Families families = new Families();
    state(families, info);
    contents(families, info);
    disk(families, info);
    return families.list();
  }

  /** One that fails must not cost the others their metrics. */
  private @Nullable StoreInfo info(StoreAdmin now) {
    try {
      StoreInfo info = now.info();
      failed = false;
      return info;
    } catch (RuntimeException e) {
      if (!failed) {
        failed = true;
        LOG.warn("The store cannot be measured, its metrics are left out: {}", e.toString());
      }
      return null;
    }
  }

  private static void state(Families families, StoreInfo info) {
    families
        .info("mqtt_store_info", "The engine that is in use.", "engine", info.engine())
        .gauge(
            "mqtt_store_durable",
            "Whether what is acknowledged outlives the process.",
            info.durable())
        .gauge("mqtt_store_writable", "Whether anything can be written.", info.problem() == null)
        .counter(
            "mqtt_store_failed_writes_total",
            "Batches that could not be written.",
            info.failedWrites())
        .gauge(
            "mqtt_store_quarantined_entries",
            "Damaged entries that are set aside.",
            info.quarantined())
        .gauge(
            "mqtt_store_set_aside_files",
            "Damaged files, or parts of them, that are set aside.",
            info.setAside());
  }

  private static void contents(Families families, StoreInfo info) {
    families
        .gauge("mqtt_store_sessions", "Sessions that are kept.", info.sessions())
        .gauge(
            "mqtt_store_queued_messages",
            "Messages that wait for a session or its acknowledgement, each once.",
            info.queuedMessages())
        .gauge(
            "mqtt_store_retained_messages",
            "Retained messages that are kept.",
            info.retainedMessages())
        .gauge(
            "mqtt_store_retained_bytes",
            "Topics and payloads of retained messages that are kept.",
            info.retainedBytes());
  }

  private static void disk(Families families, StoreInfo info) {
    families
        .gauge("mqtt_store_disk_bytes", "What the engine's files take.", info.bytesOnDisk())
        .counter(
            "mqtt_store_written_bytes_total",
            "Given to the disk, logs and rewriting included: the wear of flash.",
            info.bytesWritten())
        .counter(
            "mqtt_store_given_bytes_total",
            "Keys and values that the engine was given to write.",
            info.bytesGiven())
        .gauge(
            "mqtt_store_pending_bytes", "Given to the store, not yet written.", info.pendingBytes())
        .gauge(
            "mqtt_store_sync_age_seconds",
            "How long the oldest of what is pending has waited.",
            info.oldestPendingSeconds())
        .histogram("mqtt_store_sync_seconds", "Time to write and sync a batch.", info.syncSeconds())
        .histogram("mqtt_store_batch_records", "Records in a batch.", info.batchSize());
  }
}
