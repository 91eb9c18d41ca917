package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a process has used of the CPU, by two clocks: that of the process knows hundredths of a
 * second, those of its threads nanoseconds, but they go with their threads.
 *
 * @param seconds by the clock of the process
 * @param nanosOfThreads of those that live, by their ids; empty where that cannot be known
 */
public record Cpu(double seconds, Map<String, Long> nanosOfThreads) {
  /** The clock of the process cuts off as much of the user's time, and of the system's. */
  private static final double COARSE_SECONDS = 0.02;

  /** Reads the threads' clocks below {@code /proc/<pid>}. */
  static Cpu of(double seconds, Path process) {
    Map<String, Long> threads = new HashMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(process.resolve("task"))) {
      for (Path task : tasks) {
        String name = task.getFileName().toString();
        nanos(task.resolve("schedstat")).ifPresent(nanos -> threads.put(name, nanos));
      }
    } catch (IOException e) {
      return new Cpu(seconds, Map.of()); // no Linux, or it has ended
    }
    return new Cpu(seconds, Map.copyOf(threads));
  }

  private static OptionalLong nanos(Path schedstat) {
    try {
      String text = Files.readString(schedstat);
      return OptionalLong.of(Long.parseLong(text.substring(0, text.indexOf(' '))));
    } catch (IOException e) {
      return OptionalLong.empty(); // the thread has just ended
    }
  }

  /** Seconds of CPU since an earlier reading. */
  public double since(Cpu before) {
    double coarse = seconds - before.seconds;
    if (nanosOfThreads.isEmpty()) {
      return coarse;
    }
    double fine = 0;
    for (Map.Entry<String, Long> thread : nanosOfThreads.entrySet()) {
      fine += (thread.getValue() - before.nanosOfThreads.getOrDefault(thread.getKey(), 0L)) / 1e9;
    }
    boolean haveEnded = !nanosOfThreads.keySet().containsAll(before.nanosOfThreads.keySet());
    boolean haveComeAndGone = coarse - fine > COARSE_SECONDS;
    return haveEnded || haveComeAndGone ? Math.max(fine, coarse) : fine;
  }
}
