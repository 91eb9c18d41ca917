package io.fluxmqtt.itests.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.broker.Mosquitto;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.kit.Tool;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * A short form of each scenario on each durable engine of the runtime, and proofs that they find
 * what is there to be found. Limits of time count in {@code itests/faults/run} only.
 */
final class FaultsIT {
  private static final int STORED = 2_000;
  private static final long SEED = 20_260_101;

  @Test
  void nothingAcknowledgedIsLostByKills() throws Exception {
    assertKept(new Kills(), 20, 2);
  }

  @Test
  void nothingSyncedIsLostByPowerCuts() throws Exception {
    assertKept(new Cuts(true), 4, 2);
  }

  @Test
  void nothingSyncedIsLostByPowerCutsOfAFileSystem() throws Exception {
    assertKept(new MountedCuts(), 2, 1);
  }

  @Test
  void theBrokerStartsOnDamagedStores() throws Exception {
    assertKept(new Damage(), 20, 1);
  }

  @Test
  void aFullDiskIsSaidAndHeals() throws Exception {
    assertKept(new DiskFull(), 1, 1);
  }

  @Test
  void nothingIsAcknowledgedWhileSyncsFail() throws Exception {
    assertKept(new SyncFails(), 2, 1);
  }

  @Test
  void expiredSessionsLeaveNothing() throws Exception {
    assertKept(new SessionsExpire(), 1_000, 1);
  }

  @Test
  void aBrokerThatForgetsIsFoundOut() throws Exception {
    Findings findings = new Findings("memory");
    new Kills().run(task("memory", 1, 1), findings);
    assertTrue(findings.count(Kind.SESSION) > 0, findings::summary);
    assertTrue(findings.count(Kind.LOST) > 0, findings::summary);
  }

  /** It keeps its sessions, so what is found missing are messages. */
  @Test
  void aBrokerThatWritesTooLateIsFoundOut() throws Exception {
    String program = Tool.require("mosquitto", "mosquitto");
    Path folder = Path.of(System.getProperty("work.dir"), "mosquitto");
    Findings findings = new Findings("mosquitto");
    Ordeal.Plan plan = new Ordeal.Plan(1, 0, SEED);
    try (Mosquitto mosquitto = new Mosquitto(program, folder)) {
      new Ordeal(mosquitto, Blow.KILL, plan, findings).run();
    }
    assertTrue(findings.count(Kind.LOST) > 0, findings::summary);
  }

  @Test
  void aDiskThatLiesIsFoundOut() throws Exception {
    Cuts cuts = new Cuts(false);
    Tool.skipUnless(cuts.obstacle().isEmpty(), cuts.obstacle());
    Findings findings = new Findings("lies");
    String engine = engines().get(0);
    cuts.run(task(engine, 1, 1), findings);
    assertTrue(
        findings.count(Kind.LOST) + findings.count(Kind.SESSION) + findings.count(Kind.START) > 0,
        findings::summary);
  }

  private static List<String> engines() throws Exception {
    List<String> engines = Flux.durableEngines();
    Tool.skipUnless(!engines.isEmpty(), "the runtime has no durable engine");
    return engines;
  }

  private static void assertKept(Scenario scenario, int runs, int brokers) throws Exception {
    List<String> engines = engines();
    String obstacle = scenario.obstacle();
    Tool.skipUnless(obstacle.isEmpty(), obstacle);
    ExecutorService threads = Executors.newFixedThreadPool(engines.size());
    try {
      List<Future<List<String>>> all = new ArrayList<>();
      for (String engine : engines) { // at once: most of their time they wait
        all.add(threads.submit(() -> findings(scenario, task(engine, runs, brokers))));
      }
      for (Future<List<String>> each : all) {
        assertTrue(each.get().isEmpty(), String.join("\n", each.get()));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<String> findings(Scenario scenario, Task task) throws Exception {
    Findings findings = new Findings(scenario.name());
    String figures = scenario.run(task, findings);
    System.out.println(scenario.name() + " " + task.engine() + ": " + figures);
    return findings.texts();
  }

  private static Task task(String engine, int runs, int brokers) {
    return new Task(engine, runs, brokers, STORED, SEED, false);
  }
}
