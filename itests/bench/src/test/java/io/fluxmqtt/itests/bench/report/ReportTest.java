package io.fluxmqtt.itests.bench.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.bench.load.Histogram;
import io.fluxmqtt.itests.bench.scenario.Sample;
import io.fluxmqtt.itests.bench.scenario.Scenario;
import io.fluxmqtt.itests.bench.scenario.Scenarios;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Scenario SCENARIO = Scenarios.ALL.get(0);

  private static Sample sample(long count, double cpuSeconds, long missing) {
    return new Sample(count, 2, cpuSeconds, 0.5, count, missing, 0, 1 << 20, new Histogram(), "");
  }

  private static Report report(Result... results) {
    Row row = new Row(SCENARIO, List.of(results), 0.1);
    return new Report(new Machine("here", 0.1), "how", Map.of("a", "x=\"1\""), List.of(row));
  }

  @Test
  void figuresAreMediansAndLossesAreSums() {
    List<Sample> samples = List.of(sample(100, 3, 1), sample(300, 3, 2), sample(200, 1, 0));
    Result result = new Result("a", samples, "");
    assertEquals(100, result.perSecond()); // of 50, 150 and 100
    assertEquals(10_000, result.cpuMicros()); // of 30,000, 10,000 and 5,000
    assertEquals(3, result.missing());
  }

  @Test
  void ratiosSayHowMuchMoreTheOtherNeeds() {
    Result ours = new Result("a", List.of(sample(1_000, 1, 0)), "");
    Result other = new Result("b", List.of(sample(100, 1, 0)), "");
    Row row = new Row(SCENARIO, List.of(ours, other), 0);
    assertEquals(10, row.cpuRatio(other), 1e-9);
    assertEquals(10, row.rateRatio(other), 1e-9);
    assertEquals(1, row.cpuRatio(ours));
  }

  @Test
  void aBrokerThatFailedIsNamedWithItsReason() {
    Result ours = new Result("a", List.of(sample(1_000, 1, 0)), "");
    Report report = report(ours, new Result("b", List.of(), "it <refused> \"all\""));
    assertTrue(Table.of(report).contains("b          failed: it <refused>"), Table.of(report));
    assertTrue(Json.of(report).contains("\"failure\":\"it <refused> \\\"all\\\"\""));
    assertTrue(Chart.of(report).contains("b failed"));
  }

  @Test
  void whatIsNotKnownIsNullInJson() {
    Report report = report(new Result("a", List.of(sample(10, 1, 0)), ""));
    assertTrue(Json.of(report).contains("\"p50Millis\":null"), Json.of(report));
    assertTrue(Json.of(report).contains("\"settings\":{\"a\":\"x=\\\"1\\\"\"}"));
  }

  @Test
  void aBusyMachineIsWarnedOf() {
    Report quiet = report();
    assertTrue(!Table.of(quiet).contains("BUSY"));
    Report busy = new Report(new Machine("here", 20), "how", Map.of(), List.of());
    assertTrue(Table.of(busy).contains("BUSY MACHINE (load average 20.0"), Table.of(busy));
  }
}
