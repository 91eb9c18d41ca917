package io.fluxmqtt.itests.bench.report;

import io.fluxmqtt.itests.bench.scenario.Scenario;
import java.util.List;

/** One scenario with the results of all brokers; the first of them is the one to compare with. */
public record Row(Scenario scenario, List<Result> results, double load) {

  /** How many times the CPU of the first broker another one needs; NaN if that is not known. */
  public double cpuRatio(Result other) {
    Result ours = results.get(0);
    return ours.isMeasured() ? other.cpuMicros() / ours.cpuMicros() : Double.NaN;
  }

  /** How many times as much as another one the first broker delivers; NaN if not known. */
  public double rateRatio(Result other) {
    Result ours = results.get(0);
    return ours.isMeasured() ? ours.perSecond() / other.perSecond() : Double.NaN;
  }
}
