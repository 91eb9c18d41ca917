package io.fluxmqtt.metrics;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The metrics of the listeners, while there is a broker. */
final class ListenerCollector extends Collector {
  private static final double MILLIS = 1e3;

  private final Supplier<@Nullable BrokerAdmin> broker;

  ListenerCollector(Supplier<@Nullable BrokerAdmin> broker) {
    this.broker = broker;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    BrokerAdmin admin = broker.get();
    return admin == null ? List.of() : families(admin.listeners());
  }

  private static List<MetricFamilySamples> families(List<ListenerInfo> listeners) {
    GaugeMetricFamily expiry =
        new GaugeMetricFamily(
            "mqtt_listener_certificate_expiry_seconds",
            "When the first certificate of a listener ends, in seconds since 1970.",
            List.of("listener"));
    CounterMetricFamily turnedAway =
        new CounterMetricFamily(
            "mqtt_listener_turned_away_total",
            "Connections closed before they could say CONNECT, by reason.",
            List.of("listener", "reason"));
    CounterMetricFamily pauses =
        new CounterMetricFamily(
            "mqtt_listener_read_pauses_total",
            "How often a client had to wait that sent faster than its listener allows.",
            List.of("listener"));
    for (ListenerInfo listener : listeners) {
      Instant expires = listener.certificateExpires();
      if (expires != null) {
        expiry.addMetric(List.of(listener.name()), expires.toEpochMilli() / MILLIS);
      }
      pauses.addMetric(List.of(listener.name()), listener.pauses());
      new TreeMap<>(listener.turnedAway())
          .forEach(
              (reason, count) -> turnedAway.addMetric(List.of(listener.name(), reason), count));
    }
    return List.of(expiry, turnedAway, pauses);
  }
}
