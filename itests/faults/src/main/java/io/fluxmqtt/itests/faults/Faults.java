package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.load.Findings;
import java.util.List;

/** The command line: strikes the broker as asked, and ends with 1 if a promise was not kept. */
public final class Faults {
  private static final List<Scenario> SCENARIOS =
      List.of(
          new Kills(),
          new Cuts(true),
          new MountedCuts(),
          new Damage(),
          new DiskFull(),
          new SyncFails(),
          new SessionsExpire());

  private Faults() {}

  public static void main(String[] arguments) throws Exception {
    Options options;
    try {
      options = Options.parse(arguments, SCENARIOS.stream().map(Scenario::name).toList());
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.err.println(Options.usage(SCENARIOS));
      System.exit(2);
      return;
    }
    System.exit(run(options) ? 0 : 1);
  }

  private static boolean run(Options options) throws Exception {
    boolean kept = true;
    for (Scenario scenario : SCENARIOS) {
      for (String engine : engines(options, scenario)) {
        String obstacle = scenario.obstacle();
        if (!obstacle.isEmpty()) {
          System.out.println("SKIPPED: " + scenario.name() + ": " + obstacle);
          continue;
        }
        Findings findings = new Findings(scenario.name());
        long begin = System.nanoTime();
        String figures = scenario.run(options.task(scenario, engine), findings);
        long seconds = (System.nanoTime() - begin) / 1_000_000_000;
        System.out.printf(
            "%s %s: %s; %s; %d s%n", scenario.name(), engine, figures, findings.summary(), seconds);
        findings.texts().forEach(each -> System.out.println("  " + each));
        kept &= findings.isEmpty();
      }
    }
    return kept;
  }

  private static List<String> engines(Options options, Scenario scenario) throws Exception {
    if (!options.scenarios().contains(scenario.name())) {
      return List.of();
    }
    List<String> engines = options.engines().isEmpty() ? Flux.durableEngines() : options.engines();
    if (engines.isEmpty()) {
      System.out.println("SKIPPED: " + scenario.name() + ": the runtime has no durable engine");
    }
    return engines;
  }
}
