package io.fluxmqtt.itests.bench;

import io.fluxmqtt.itests.bench.memory.Memory;
import io.fluxmqtt.itests.bench.peer.Broker;
import io.fluxmqtt.itests.bench.peer.Disk;
import io.fluxmqtt.itests.bench.peer.Peer;
import io.fluxmqtt.itests.bench.peer.Peers;
import io.fluxmqtt.itests.bench.report.Chart;
import io.fluxmqtt.itests.bench.report.Json;
import io.fluxmqtt.itests.bench.report.Machine;
import io.fluxmqtt.itests.bench.report.Report;
import io.fluxmqtt.itests.bench.report.Row;
import io.fluxmqtt.itests.bench.report.Table;
import io.fluxmqtt.itests.bench.scenario.Scenario;
import io.fluxmqtt.itests.bench.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/** The whole run: scenario after scenario, written down after each. */
final class Bench {
  private static final List<String> MEMORY = List.of("memory");

  private final Options options;
  private final PrintStream out;
  private final List<Peer> peers;
  private final List<Scenario> scenarios;
  private final Broker.Site site;
  private final String disk;

  Bench(Options options, PrintStream out) throws IOException {
    this.options = options;
    this.out = out;
    peers = peers(options);
    scenarios = chosen(options.scenarios());
    site = site(options);
    disk = disk();
  }

  public static void main(String[] arguments) throws Exception {
    if (List.of(arguments).contains("--help")) {
      usage(System.out);
      return;
    }
    Bench bench = null;
    Options options;
    try {
      options = Options.parse(arguments);
      if (!options.scenarios().equals(MEMORY)) {
        bench = new Bench(options, System.out);
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      usage(System.err);
      System.exit(2);
      return;
    }
    if (bench == null) {
      memory(options, System.out);
    } else {
      bench.run();
    }
  }

  /** Measures memory instead of speed. */
  static String memory(Options options, PrintStream out) throws IOException, InterruptedException {
    String table =
        new Memory(peers(options), site(options), options.scale(), options.threads(), out).run();
    Path folder = Files.createDirectories(options.output());
    Files.writeString(folder.resolve("memory.txt"), table);
    return table;
  }

  private static void usage(PrintStream to) {
    to.println(Options.USAGE);
    Scenarios.ALL.forEach(each -> to.printf("  %-20s %s%n", each.name(), each.title()));
  }

  private static List<Peer> peers(Options options) {
    return options.peers().stream().map(name -> peer(options, name)).toList();
  }

  private static Peer peer(Options options, String name) {
    Peer peer =
        Peers.all(options.runtime(), options.sources().resolve("peers")).stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no broker is called " + name));
    if (!peer.isAvailable()) {
      throw new IllegalArgumentException(name + " is not there; see itests/bench/README.md");
    }
    return peer;
  }

  static List<Scenario> chosen(List<String> names) {
    Set<Scenario> chosen = new HashSet<>(names.isEmpty() ? Scenarios.ALL : List.of());
    for (String name : names) {
      List<Scenario> found = those(each -> each.name().equals(name));
      if (found.isEmpty()) {
        found = those(each -> each.name().startsWith(name));
      }
      if (found.isEmpty()) {
        throw new IllegalArgumentException("no scenario is called " + name);
      }
      chosen.addAll(found);
    }
    return those(chosen::contains);
  }

  private static List<Scenario> those(Predicate<Scenario> which) {
    return Scenarios.ALL.stream().filter(which).toList();
  }

  Report run() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Map<String, String> settings = new TreeMap<>();
    List<Row> rows = new ArrayList<>();
    Report report = new Report(machine, how() + disk, settings, rows);
    for (Scenario scenario : scenarios) {
      try (Round round = new Round(scenario, peers, options, site)) {
        Row row = round.run();
        rows.add(row);
        round.settings().forEach(settings::putIfAbsent);
        out.println(Table.of(row));
      }
      write(report);
    }
    out.println(Table.of(report));
    out.println("written to " + options.output());
    return report;
  }

  private static Broker.Site site(Options options) {
    return new Broker.Site(options.output().resolve("work"), options.heap(), options.cores());
  }

  private String how() {
    return "%s x %s s after %s s of CPU to warm a JVM, brokers on cores %s, %s threads of load, -Xmx%s"
        .formatted(
            options.repeats(),
            options.seconds(),
            options.warmSeconds(),
            options.cores().isEmpty() ? "of the system's choice" : options.cores(),
            options.threads(),
            options.heap());
  }

  /** What the data lie on, where that counts. */
  private String disk() throws IOException {
    if (scenarios.stream().noneMatch(scenario -> scenario.mode().isDurable())) {
      return "";
    }
    Disk disk = Disk.of(Files.createDirectories(site.work()));
    if (disk.isMemory()) {
      throw new IllegalArgumentException(
          "%s is on %s, which is memory, and durable scenarios measure a disk; choose --output there"
              .formatted(site.work(), disk.type()));
    }
    return "; data on " + disk.text();
  }

  private void write(Report report) throws IOException {
    Path folder = Files.createDirectories(options.output());
    Files.writeString(folder.resolve("result.txt"), Table.of(report));
    Files.writeString(folder.resolve("result.json"), Json.of(report));
    Files.writeString(folder.resolve("result.svg"), Chart.of(report));
  }
}
