package io.fluxmqtt.itests.blackbox;

import io.fluxmqtt.itests.kit.BrokerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a broker that runs as a process takes of the machine, seen from outside. */
final class BrokerMeter {
  /** The option of the broker's JVM that {@link #memory} needs. */
  static final String JAVA_OPTION = "-XX:NativeMemoryTracking=summary";

  private static final Pattern USED = Pattern.compile("used (\\d+)K");
  private static final Pattern DIRECT =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

  private final Process broker;

  BrokerMeter(BrokerProcess broker) {
    this.broker = broker.process();
  }

  /**
   * Memory in KB.
   *
   * @param heap what is used after a collection
   * @param direct what is allocated outside of the heap by code in Java
   * @param resident of the process, 0 where the system does not tell
   */
  record Memory(long heap, long direct, long resident) {
    /** The bytes of heap and outside of it, for each of so many, more than there were before. */
    long bytesEachSince(Memory before, int count) {
      return (heap + direct - before.heap - before.direct) * 1024 / count;
    }

    long residentEachSince(Memory before, int count) {
      return (resident - before.resident) * 1024 / count;
    }
  }

  Memory memory() throws IOException, InterruptedException {
    jcmd("GC.run");
    String heap =
        jcmd("GC.heap_info")
            .lines()
            .filter(line -> !line.contains("Metaspace") && !line.contains("class space"))
            .reduce("", (all, line) -> all + line + "\n");
    long used = 0;
    Matcher matcher = USED.matcher(heap);
    while (matcher.find()) {
      used += Long.parseLong(matcher.group(1));
    }
    return new Memory(
        used, first(DIRECT, jcmd("VM.native_memory", "summary", "scale=KB")), resident());
  }

  /** The processor time of all its threads so far. */
  Duration cpu() {
    return broker.info().totalCpuDuration().orElseThrow();
  }

  /** How many threads it has; 0 where the system does not tell. */
  int threads() throws IOException {
    return list("task").size();
  }

  /** How many sockets it has open; 0 where the system does not tell. */
  int sockets() throws IOException {
    int count = 0;
    for (Path descriptor : list("fd")) {
      try {
        count += Files.readSymbolicLink(descriptor).toString().startsWith("socket:") ? 1 : 0;
      } catch (NoSuchFileException e) {
        // It was closed meanwhile.
      }
    }
    return count;
  }

  private List<Path> list(String what) throws IOException {
    Path folder = Path.of("/proc", Long.toString(broker.pid()), what);
    if (!Files.isReadable(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    }
  }

  private long resident() throws IOException {
    Path status = Path.of("/proc", Long.toString(broker.pid()), "status");
    return Files.isReadable(status) ? first(RESIDENT, Files.readString(status)) : 0;
  }

  private String jcmd(String... arguments) throws IOException, InterruptedException {
    String[] command = new String[2 + arguments.length];
    command[0] = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    command[1] = Long.toString(broker.pid());
    System.arraycopy(arguments, 0, command, 2, arguments.length);
    Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (jcmd.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": " + output);
    }
    return output;
  }

  private static long first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new AssertionError("no " + pattern + " in: " + text);
    }
    return Long.parseLong(matcher.group(1));
  }
}
