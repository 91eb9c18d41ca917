package io.fluxmqtt.metrics;

import io.fluxmqtt.api.admin.BrokerStatistics;
import io.prometheus.client.Collector;
import java.util.List;

/** The metrics of the session manager. */
final class BrokerCollector extends Collector {
  private final BrokerStatistics statistics;
  private final String version;

  /**
   * @param version of the broker
   */
  BrokerCollector(BrokerStatistics statistics, String version) {
    this.statistics = statistics;
    this.version = version;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    BrokerStatistics.Snapshot now = statistics.snapshot();
    return new Families()
        .info("mqtt_build_info", "The version of the broker.", "version", version)
        .gauge("mqtt_connections", "Network connections with a session.", now.connections())
        .gauge("mqtt_sessions", "Sessions, connected or not.", now.sessions())
        .gauge("mqtt_subscriptions", "Subscriptions of all sessions.", now.subscriptions())
        .gauge("mqtt_retained_messages", "Retained messages.", now.retainedMessages())
        .gauge(
            "mqtt_retained_bytes",
            "Retained messages with their topics, as kept.",
            now.retainedBytes())
        .gauge(
            "mqtt_queued_messages",
            "Messages that wait in the queues of sessions, in each for itself.",
            now.queuedMessages())
        .gauge(
            "mqtt_queued_bytes",
            "Topics and payloads of what waits in the queues of sessions.",
            now.queuedBytes())
        .counter(
            "mqtt_messages_received_total", "PUBLISH packets from clients.", now.messagesReceived())
        .counter("mqtt_messages_sent_total", "PUBLISH packets to clients.", now.messagesSent())
        .counters(
            "mqtt_messages_dropped_total",
            "Messages that a receiver did not get, by reason.",
            "reason",
            now.dropped())
        .counters(
            "mqtt_acknowledged_unsynced_total",
            "Messages acknowledged before they were synced, by what their topic asks for.",
            "durability",
            statistics.acknowledgedUnsynced())
        .counters(
            "mqtt_connections_refused_total",
            "Connections refused, by reason code.",
            "reason",
            now.refused())
        .list();
  }
}
