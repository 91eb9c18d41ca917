package io.fluxmqtt.itests.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Where it was measured, and how busy it was before. */
public record Machine(String text, double load) {
  /** Above this load average at the start, times and latencies say little. */
  private static final double QUIET = 0.5;

  public static Machine here() {
    String cores = Runtime.getRuntime().availableProcessors() + " cores for the load generator";
    String system = System.getProperty("os.name") + " " + System.getProperty("os.version");
    String java = "Java " + Runtime.version();
    return new Machine(String.join(", ", model(), cores, system, java), loadNow());
  }

  /** The load average of the last minute; below 0 if it cannot be known. */
  public static double loadNow() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  /** Whether others were at work. */
  public boolean isBusy() {
    return load > QUIET;
  }

  private static String model() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.replaceFirst(".*:\\s*", ""))
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
