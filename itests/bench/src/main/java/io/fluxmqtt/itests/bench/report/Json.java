package io.fluxmqtt.itests.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The report as JSON; what is not known is null. */
public final class Json {
  private static final int CONTROL = 0x20;

  private Json() {}

  public static String of(Report report) {
    Map<String, String> settings = report.settings();
    return object(
            field("machine", text(report.machine().text())),
            field("loadAverageBefore", number(report.machine().load())),
            field("how", text(report.how())),
            field(
                "settings",
                settings.keySet().stream()
                    .map(peer -> field(peer, text(settings.get(peer))))
                    .collect(Collectors.joining(",", "{", "}"))),
            field("scenarios", array(report.rows().stream().map(Json::row).toList())))
        + "\n";
  }

  private static String row(Row row) {
    return object(
        field("name", text(row.scenario().name())),
        field("title", text(row.scenario().title())),
        field("per", text(row.scenario().unit())),
        field("targetCpuRatioOfMosquitto", number(row.scenario().target())),
        field("target", text(row.scenario().goal())),
        field("loadAverage", number(row.load())),
        field("results", array(row.results().stream().map(each -> result(row, each)).toList())));
  }

  private static String result(Row row, Result result) {
    if (!result.isMeasured()) {
      return object(field("broker", text(result.peer())), field("failure", text(result.failure())));
    }
    return object(
        field("broker", text(result.peer())),
        field("perSecond", number(result.perSecond())),
        field("cpuMicros", number(result.cpuMicros())),
        field(
            "cpuMicrosOfEach",
            array(result.samples().stream().map(s -> number(s.cpuMicros())).toList())),
        field("cpuRatio", number(row.cpuRatio(result))),
        field("rateRatio", number(row.rateRatio(result))),
        field("p50Millis", number(result.latencyMillis(0.5))),
        field("p99Millis", number(result.latencyMillis(0.99))),
        field("expected", String.valueOf(result.expected())),
        field("missing", String.valueOf(result.missing())),
        field("wrong", String.valueOf(result.wrong())),
        field("peakBytes", String.valueOf(result.peakBytes())),
        field("brokerCores", number(result.brokerCores())),
        field("generatorCores", number(result.loadCores())),
        field("note", text(result.middle().note())));
  }

  private static String object(String... fields) {
    return "{" + String.join(",", fields) + "}";
  }

  private static String array(List<String> values) {
    return values.stream().collect(Collectors.joining(",\n", "[", "]"));
  }

  private static String field(String name, String value) {
    return text(name) + ":" + value;
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.6g", value) : "null";
  }

  static String text(String value) {
    StringBuilder text = new StringBuilder("\"");
    for (char c : value.toCharArray()) {
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < CONTROL) {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    return text.append('"').toString();
  }
}
