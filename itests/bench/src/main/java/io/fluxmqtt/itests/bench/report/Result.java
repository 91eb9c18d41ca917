package io.fluxmqtt.itests.bench.report;

import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.scenario.Sample;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one broker did in one scenario: all samples, or why there are none. Figures are medians over
 * the samples, losses are sums, the peak is the highest.
 */
public record Result(String peer, List<Sample> samples, String failure) {
  private static final double NANOS_PER_MILLI = 1e6;

  /** The sample in the middle by CPU, whose note stands for all. */
  public Sample middle() {
    List<Sample> sorted =
        samples.stream().sorted(Comparator.comparingDouble(Sample::cpuMicros)).toList();
    return sorted.get(sorted.size() / 2);
  }

  public boolean isMeasured() {
    return !samples.isEmpty();
  }

  public double perSecond() {
    return median(Sample::perSecond);
  }

  /** Microseconds of the broker's CPU for each delivery. */
  public double cpuMicros() {
    return median(Sample::cpuMicros);
  }

  /** The lowest and the highest of {@link #cpuMicros} over the samples, as a share of it. */
  public double cpuSpread() {
    double min = samples.stream().mapToDouble(Sample::cpuMicros).min().orElse(Double.NaN);
    double max = samples.stream().mapToDouble(Sample::cpuMicros).max().orElse(Double.NaN);
    return (max - min) / 2 / cpuMicros();
  }

  /** Cores that the broker kept busy. */
  public double brokerCores() {
    return median(sample -> sample.cpuSeconds() / sample.seconds());
  }

  /** Cores that the generator kept busy. */
  public double loadCores() {
    return median(sample -> sample.loadCpuSeconds() / sample.seconds());
  }

  /** A quantile of the latency in milliseconds; NaN if it was not measured. */
  public double latencyMillis(double share) {
    Histogram all = new Histogram();
    samples.forEach(sample -> all.add(sample.latency()));
    return all.quantile(share) / NANOS_PER_MILLI;
  }

  public long expected() {
    return samples.stream().mapToLong(Sample::expected).sum();
  }

  public long missing() {
    return samples.stream().mapToLong(Sample::missing).sum();
  }

  public long wrong() {
    return samples.stream().mapToLong(Sample::wrong).sum();
  }

  public long peakBytes() {
    return samples.stream().mapToLong(Sample::peakBytes).max().orElse(0);
  }

  private double median(ToDoubleFunction<Sample> figure) {
    double[] sorted = samples.stream().mapToDouble(figure).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
