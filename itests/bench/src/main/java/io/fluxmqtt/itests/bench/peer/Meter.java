package io.fluxmqtt.itests.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What a process costs, from {@code /proc}; where there is none, from the JVM, without memory. */
public final class Meter {
  private static final String PEAK = "VmHWM:";
  private static final String RESIDENT = "VmRSS:";
  private static final String WRITTEN = "write_bytes:";
  private static final long KILOBYTE = 1024;

  private final long pid;
  private final Path folder;

  public Meter(long pid) {
    this.pid = pid;
    folder = Path.of("/proc", String.valueOf(pid));
  }

  /** Seconds of CPU so far, of the user and of the system, to within a hundredth. */
  public double cpuSeconds() {
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().totalCpuDuration())
        .map(Duration::toNanos)
        .map(nanos -> nanos / 1e9)
        .orElse(Double.NaN);
  }

  /** What it has used so far. */
  public Cpu cpu() {
    return Cpu.of(cpuSeconds(), folder);
  }

  /** Forgets the peak of memory. */
  public void resetPeak() {
    try {
      Files.writeString(folder.resolve("clear_refs"), "5");
    } catch (IOException e) {
      // Not allowed here: the peak is that of the whole life then.
    }
  }

  /** The most resident memory since {@link #resetPeak}, in bytes; 0 if that cannot be known. */
  public long peakBytes() throws IOException {
    return KILOBYTE * field("status", PEAK);
  }

  /** The resident memory now, in bytes; 0 if that cannot be known. */
  public long residentBytes() throws IOException {
    return KILOBYTE * field("status", RESIDENT);
  }

  /** Bytes that it had written to disks so far; 0 if that cannot be known. */
  public long writtenBytes() throws IOException {
    return field("io", WRITTEN);
  }

  private long field(String file, String field) throws IOException {
    Path path = folder.resolve(file);
    if (!Files.isReadable(path)) {
      return 0;
    }
    for (String line : Files.readAllLines(path)) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return 0;
  }
}
