package io.fluxmqtt.itests.bench.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuTest {
  private static final double EXACT = 1e-9;

  private static double used(Cpu before, Cpu after) {
    return after.since(before);
  }

  @Test
  void theThreadsClocksCountWhileAllOfThemLive() {
    Cpu before = new Cpu(1.00, Map.of("1", 500_000_000L, "2", 500_000_000L));
    Cpu after = new Cpu(1.01, Map.of("1", 501_000_000L, "2", 503_000_000L, "3", 1_000_000L));
    assertEquals(0.005, used(before, after), EXACT);
  }

  @Test
  void whatAThreadUsedThatEndedIsInTheClockOfTheProcess() {
    Cpu before = new Cpu(1.00, Map.of("1", 500_000_000L, "2", 500_000_000L));
    assertEquals(0.01, used(before, new Cpu(1.01, Map.of("1", 501_000_000L))), EXACT);
    assertEquals(0.04, used(before, new Cpu(1.03, Map.of("1", 540_000_000L))), EXACT);
  }

  @Test
  void threadsThatCameAndWentAreInTheClockOfTheProcess() {
    Cpu before = new Cpu(1.00, Map.of("1", 500_000_000L));
    assertEquals(0.05, used(before, new Cpu(1.05, Map.of("1", 520_000_000L))), EXACT);
  }

  @Test
  void withoutClocksOfThreadsThatOfTheProcessCounts() {
    assertEquals(0.01, used(new Cpu(1.00, Map.of()), new Cpu(1.01, Map.of())), EXACT);
  }

  @Test
  void theClocksAreRead(@TempDir Path process) throws Exception {
    Files.writeString(
        Files.createDirectories(process.resolve("task/7")).resolve("schedstat"), "12345 67 8\n");
    Files.createDirectories(process.resolve("task/8")); // has just ended
    assertEquals(new Cpu(2, Map.of("7", 12_345L)), Cpu.of(2, process));
    assertTrue(Cpu.of(2, process.resolve("gone")).nanosOfThreads().isEmpty());
  }
}
