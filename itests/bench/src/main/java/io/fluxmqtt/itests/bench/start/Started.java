package io.fluxmqtt.itests.bench.start;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that said that it is ready. */
final class Started {
  private static final double TICK_MILLIS = 10; // USER_HZ, which Linux keeps at 100
  private static final int USER_TICKS = 11; // fields of /proc/<pid>/stat behind the name
  private static final int SYSTEM_TICKS = 12;

  private final Process process;
  private final double readyMillis;
  private final double cpuMillis;

  private Started(Process process, double readyMillis) throws IOException {
    this.process = process;
    this.readyMillis = readyMillis;
    String stat = Files.readString(proc("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    cpuMillis =
        (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) * TICK_MILLIS;
  }

  /** Waits for the first line that it prints. */
  static Started of(ProcessBuilder builder) throws IOException {
    long begin = System.nanoTime();
    Process process = builder.start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    double millis = (System.nanoTime() - begin) / 1e6;
    if (line == null || !line.contains("ready")) {
      process.destroyForcibly();
      throw new IOException("not ready, but: " + line);
    }
    return new Started(process, millis);
  }

  /** Ends it; what was measured. */
  Figures end() throws IOException, InterruptedException {
    double kilobytes =
        Files.readAllLines(proc("status")).stream()
            .filter(line -> line.startsWith("VmRSS"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElseThrow();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return new Figures(readyMillis, cpuMillis, kilobytes / 1024);
  }

  private Path proc(String file) {
    return Path.of("/proc/" + process.pid() + "/" + file);
  }
}
