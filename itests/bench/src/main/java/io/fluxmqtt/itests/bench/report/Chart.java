package io.fluxmqtt.itests.bench.report;

import java.util.List;
import java.util.Locale;

/**
 * The report as a picture: for each scenario a bar per broker, as long as its CPU for each
 * delivery, on a scale of powers of ten.
 */
public final class Chart {
  /** Told apart also by who does not see all colours (Okabe and Ito, 2008). */
  private static final List<String> COLOURS =
      List.of("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9");

  private static final int LEFT = 340;
  private static final int WIDTH = 640;
  private static final int RIGHT = 80;
  private static final int TOP = 92;
  private static final int BAR = 11;
  private static final int GAP = 12;
  private static final double LEAST = 1e-3; // microseconds; shorter ones are drawn as long

  private final Report report;
  private final int low; // power of ten at the left
  private final int high;
  private final StringBuilder svg = new StringBuilder();

  private Chart(Report report) {
    this.report = report;
    low = (int) Math.floor(Math.log10(extreme(report, false)));
    high = Math.max(low + 1, (int) Math.ceil(Math.log10(extreme(report, true))));
  }

  public static String of(Report report) {
    return new Chart(report).draw();
  }

  private static double extreme(Report report, boolean most) {
    return report.rows().stream()
        .flatMap(row -> row.results().stream())
        .filter(Result::isMeasured)
        .mapToDouble(result -> Math.max(LEAST, result.cpuMicros()))
        .reduce(most ? Math::max : Math::min)
        .orElse(1);
  }

  private String draw() {
    int height = TOP + 50;
    for (Row row : report.rows()) {
      height += row.results().size() * BAR + GAP;
    }
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"11\">",
        LEFT + WIDTH + RIGHT, height);
    add("<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>");
    text(
        10, 22, "", "Broker CPU for each delivery in µs; shorter is better (scale: powers of ten)");
    text(10, 38, " fill=\"#555\"", report.machine().text());
    text(10, 53, " fill=\"#555\"", report.how() + busy());
    legend();
    grid(height - 40);
    int y = TOP;
    for (Row row : report.rows()) {
      y = bars(row, y) + GAP;
    }
    return svg.append("</svg>\n").toString();
  }

  private String busy() {
    return report.machine().isBusy()
        ? String.format(Locale.ROOT, "; BUSY MACHINE, load average %.1f", report.machine().load())
        : "";
  }

  private void legend() {
    int x = LEFT;
    List<Result> peers = report.rows().isEmpty() ? List.of() : report.rows().get(0).results();
    for (int i = 0; i < peers.size(); i++) {
      add("<rect x=\"%d\" y=\"66\" width=\"10\" height=\"10\" fill=\"%s\"/>", x, colour(i));
      text(x + 14, 75, "", peers.get(i).peer());
      x += 90;
    }
  }

  private void grid(int bottom) {
    for (int power = low; power <= high; power++) {
      double x = x(Math.pow(10, power));
      add(
          "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#ddd\"/>",
          x, TOP - 4, x, bottom);
      text(
          x,
          bottom + 14,
          " text-anchor=\"middle\"",
          power < 0 ? "0." + "0".repeat(-power - 1) + "1" : "1" + "0".repeat(power));
    }
  }

  private int bars(Row row, int top) {
    int y = top;
    int middle = top + row.results().size() * BAR / 2 + 4;
    text(LEFT - 8, middle, " text-anchor=\"end\"", row.scenario().title());
    for (int i = 0; i < row.results().size(); i++) {
      Result result = row.results().get(i);
      if (result.isMeasured()) {
        double end = x(result.cpuMicros());
        add(
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
            LEFT, y, Math.max(1, end - LEFT), BAR - 1, colour(i));
        text(end + 4, y + BAR - 2, " font-size=\"9\"", label(row, result));
      } else {
        text(LEFT + 4, y + BAR - 2, " font-size=\"9\" fill=\"#a00\"", result.peer() + " failed");
      }
      y += BAR;
    }
    return y;
  }

  private static String label(Row row, Result result) {
    double ratio = row.cpuRatio(result);
    String value = String.format(Locale.ROOT, "%.3g", result.cpuMicros());
    boolean compared = result != row.results().get(0) && Double.isFinite(ratio);
    return compared ? value + String.format(Locale.ROOT, " (%.1f x)", ratio) : value;
  }

  private double x(double micros) {
    double share = (Math.log10(Math.max(LEAST, micros)) - low) / (high - low);
    return LEFT + WIDTH * share;
  }

  private static String colour(int i) {
    return COLOURS.get(i % COLOURS.size());
  }

  private void text(double x, double y, String attributes, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    add("<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>", x, y, attributes, escaped);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
