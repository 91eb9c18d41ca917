package io.fluxmqtt.itests.bench.scenario;

import io.fluxmqtt.itests.bench.load.Histogram;

/**
 * What one measurement gave.
 *
 * @param count delivered messages, or connections
 * @param seconds in which they were
 * @param cpuSeconds of the broker in that time
 * @param loadCpuSeconds of the generator in that time
 * @param expected what should have been delivered in the whole run
 * @param missing what of it was not
 * @param wrong what came twice or out of order
 * @param peakBytes the most resident memory of the broker
 * @param latency empty where it was not measured
 * @param note what else there is to say; may be empty
 */
public record Sample(
    long count,
    double seconds,
    double cpuSeconds,
    double loadCpuSeconds,
    long expected,
    long missing,
    long wrong,
    long peakBytes,
    Histogram latency,
    String note) {

  public double perSecond() {
    return count / seconds;
  }

  public double cpuMicros() {
    return cpuSeconds * 1e6 / count;
  }

  Sample withNote(String text) {
    return new Sample(
        count,
        seconds,
        cpuSeconds,
        loadCpuSeconds,
        expected,
        missing,
        wrong,
        peakBytes,
        latency,
        text);
  }
}
