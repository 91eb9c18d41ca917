package io.fluxmqtt.itests.bench.report;

import java.util.Locale;

/** The report as text. */
public final class Table {
  private static final double MEGABYTE = 1 << 20;
  private static final String HEAD =
      "%-10s %12s %9s %5s %8s %8s %9s %9s %9s %7s %7s %6s %6s%n"
          .formatted(
              "broker",
              "per second",
              "CPU µs",
              "±%",
              "CPU x",
              "rate /",
              "p50 ms",
              "p99 ms",
              "lost",
              "wrong",
              "peak MB",
              "cores",
              "load");

  private Table() {}

  public static String of(Report report) {
    StringBuilder text = new StringBuilder();
    text.append(report.machine().text()).append('\n').append(report.how()).append('\n');
    text.append(warning(report.machine()));
    for (Row row : report.rows()) {
      text.append('\n').append(of(row));
    }
    text.append(
        """

        per second: deliveries, or what the scenario is said to count. CPU µs: of the broker for each;
        ±%: half the spread over the repeats. CPU x: that broker's CPU / that of the first. rate /: what
        the first delivers / that broker. lost and wrong (twice, out of order): in all samples. peak:
        resident. cores and load: that the broker and the generator kept busy; a generator near the
        cores it has was the limit. durable scenarios: bytes that the broker wrote to the disk until a
        second after the last message, for each byte of payload.
        """);
    report
        .settings()
        .forEach((peer, settings) -> text.append("\n%s: %s\n".formatted(peer, settings)));
    return text.toString();
  }

  private static String warning(Machine machine) {
    return machine.isBusy()
        ? String.format(
            Locale.ROOT,
            "BUSY MACHINE (load average %.1f before the run): the ratios of CPU hold roughly, rates"
                + " and latencies do not.%n",
            machine.load())
        : "";
  }

  /** One scenario. */
  public static String of(Row row) {
    StringBuilder text = new StringBuilder();
    text.append(row.scenario().name()).append(": ").append(row.scenario().title());
    String goal = row.scenario().goal();
    if (!goal.isEmpty()) {
      text.append(" (target: ").append(goal).append(')');
    }
    text.append(String.format(Locale.ROOT, ", per %s", row.scenario().unit()));
    text.append(String.format(Locale.ROOT, "; load average %.1f%n", row.load()));
    text.append(HEAD);
    for (Result result : row.results()) {
      text.append(line(row, result));
    }
    return text.toString();
  }

  private static String line(Row row, Result result) {
    if (!result.isMeasured()) {
      return String.format("%-10s failed: %s%n", result.peer(), result.failure());
    }
    String line =
        String.format(
            Locale.ROOT,
            "%-10s %,12.0f %9.3f %5.0f %8.2f %8.2f %9.3f %9.3f %,9d %7d %7.0f %6.2f %6.2f",
            result.peer(),
            result.perSecond(),
            result.cpuMicros(),
            100 * result.cpuSpread(),
            row.cpuRatio(result),
            row.rateRatio(result),
            result.latencyMillis(0.5),
            result.latencyMillis(0.99),
            result.missing(),
            result.wrong(),
            result.peakBytes() / MEGABYTE,
            result.brokerCores(),
            result.loadCores());
    String note = result.middle().note();
    return line.replace("NaN", "  -") + (note.isEmpty() ? "" : "  " + note) + "\n";
  }
}
