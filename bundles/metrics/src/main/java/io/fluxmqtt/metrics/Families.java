package io.fluxmqtt.metrics;

import io.fluxmqtt.api.admin.Histogram;
import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Metrics made of numbers that somebody else has counted. One thread. */
final class Families {
  private final List<MetricFamilySamples> families = new ArrayList<>();

  /** What is now and may fall. */
  Families gauge(String name, String help, double value) {
    families.add(new GaugeMetricFamily(name, help, value));
    return this;
  }

  /** Whether something holds: 1 or 0. */
  Families gauge(String name, String help, boolean value) {
    return gauge(name, help, value ? 1 : 0);
  }

  /** What is told by a label; its value is always 1. */
  Families info(String name, String help, String label, String value) {
    families.add(new GaugeMetricFamily(name, help, List.of(label)).addMetric(List.of(value), 1));
    return this;
  }

  /** What has been counted since a start; its name ends in {@code _total}. */
  Families counter(String name, String help, double value) {
    families.add(new CounterMetricFamily(name, help, value));
    return this;
  }

  /** As {@link #counter(String, String, double)}, for each value of a label. */
  Families counters(String name, String help, String label, Map<String, Long> values) {
    CounterMetricFamily family = new CounterMetricFamily(name, help, List.of(label));
    new TreeMap<>(values).forEach((each, value) -> family.addMetric(List.of(each), value));
    families.add(family);
    return this;
  }

  /** How often a value was how large. */
  Families histogram(String name, String help, Histogram histogram) {
    List<Sample> samples = new ArrayList<>();
    long below = 0;
    for (int i = 0; i < histogram.counts().size(); i++) {
      below += histogram.counts().get(i);
      double bound =
          i < histogram.bounds().size() ? histogram.bounds().get(i) : Double.POSITIVE_INFINITY;
      samples.add(
          new Sample(
              name + "_bucket", List.of("le"), List.of(Collector.doubleToGoString(bound)), below));
    }
    samples.add(new Sample(name + "_count", List.of(), List.of(), below));
    samples.add(new Sample(name + "_sum", List.of(), List.of(), histogram.sum()));
    families.add(new MetricFamilySamples(name, Collector.Type.HISTOGRAM, help, samples));
    return this;
  }

  List<MetricFamilySamples> list() {
    return families;
  }
}
