package io.fluxmqtt.itests.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That the benchmarks work; how fast anything is does not count here. */
final class MicroTest {
  private static final Set<String> PARTS =
      Set.of("Decide", "Decode", "Encode", "Mailbox", "Match", "Window");

  @Test
  void everyBenchmarkDoesItsWorkOnce() throws Exception {
    Options once =
        new OptionsBuilder()
            .mode(Mode.SingleShotTime)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .param("filters", "1000")
            .shouldFailOnError(true)
            .shouldDoGC(false)
            .verbosity(VerboseMode.SILENT)
            .build();

    Collection<RunResult> results = new Runner(once).run();

    Set<String> parts = new TreeSet<>();
    Set<String> run = new TreeSet<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      run.add(name);
      parts.add(name.replaceAll(".*\\.(\\w+)Benchmark\\..*", "$1"));
      assertTrue(result.getPrimaryResult().getScore() > 0, name);
    }
    Set<String> all = new TreeSet<>();
    for (BenchmarkListEntry entry :
        BenchmarkList.defaultList()
            .getAll(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                List.of())) {
      all.add(entry.getUsername());
    }
    assertEquals(all, run);
    assertEquals(PARTS, parts);
  }
}
