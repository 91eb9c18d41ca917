package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.faults.load.Probe;
import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Door;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * The data lie on 4 MB, of which something else has 2.5, and these are full: what needs the store
 * is refused, QoS 0 flows, the broker says so and its health is red within 5 s; 10 s after there is
 * room again all is well and health green.
 */
final class DiskFull implements Scenario {
  private static final int QUOTA_EXCEEDED = 0x97;
  private static final Duration RED = Duration.ofSeconds(5);
  private static final Duration WELL = Duration.ofSeconds(10);
  private static final Duration LATE = Duration.ofMinutes(1); // where no limit counts
  private static final int ANSWER_MILLIS = 10_000;
  private static final int BALLAST_BYTES = 5 << 19;
  private static final int MOST_MESSAGES = 20_000;
  private static final String FILLER = " " + ".".repeat(1_000);
  private static final String SAYS = "the store cannot write";

  @Override
  public String name() {
    return "disk-full";
  }

  @Override
  public int runs() {
    return 5;
  }

  @Override
  public String obstacle() throws Exception {
    return Mounts.obstacle();
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    long slowest = 0;
    for (int i = 0; i < task.runs(); i++) {
      Findings own = new Findings(task.engine() + " run " + i);
      slowest = Math.max(slowest, one(task, own));
      findings.addAll(own);
    }
    return "%d runs, well again at most %d ms after there was room".formatted(task.runs(), slowest);
  }

  private static long one(Task task, Findings findings) throws Exception {
    Path work = Path.of(System.getProperty("work.dir"));
    Path folder = Files.createTempDirectory(Files.createDirectories(work), "full-").toRealPath();
    try (Mounts mount = Mounts.tmpfs(folder, "4m")) {
      Path ballast = Files.write(folder.resolve("ballast"), new byte[BALLAST_BYTES]);
      int port = BrokerProcess.freePort();
      Map<String, String> options = Map.of("JAVA_OPTS", "-Xmx256m " + Door.option(port));
      try (Flux flux = Flux.prepare(task.engine(), folder, options)) {
        Door.hang(flux.process());
        flux.process().load("org.apache.felix.healthcheck.api", "io.fluxmqtt.health");
        flux.start();
        Ledger ledger = new Ledger(findings);
        ledger.open(flux.address());
        long millis;
        try (Door door = Door.open(flux.process(), port)) {
          millis = strike(flux, door, ballast, ledger, task.full(), findings);
        }
        flux.kill();
        flux.start();
        ledger.collect(flux.address());
        return millis;
      }
    } catch (AssertionError e) {
      findings.add(Kind.START, e.getMessage());
      return 0;
    } finally {
      Folders.delete(folder);
    }
  }

  /** Returns how long the broker took to be well again. */
  private static long strike(
      Flux flux, Door door, Path ballast, Ledger ledger, boolean limits, Findings findings)
      throws Exception {
    try (Probe watcher = Probe.passing(flux.address(), "watcher", 5);
        Probe publisher = Probe.passing(flux.address(), "publisher", 5)) {
      watcher.subscribe("flow/#", 0, ANSWER_MILLIS);
      int code = 0;
      for (int i = 0; i < MOST_MESSAGES && Ledger.isSuccess(code); i++) {
        code = ledger.publish(publisher, 1 + i % 2, FILLER);
      }
      if (code != QUOTA_EXCEEDED) {
        findings.add(Kind.PROTOCOL, "the full disk was answered by " + code + ", not 0x97");
        return 0;
      }
      flux.process().awaitLine(SAYS, Duration.ofSeconds(5));
      Await.until(
          "health is red",
          limits ? RED : LATE,
          () -> door.redHealthChecks().contains("MQTT store"));
      publisher.publish("flow/x", 0, false, "flows", 0);
      if (!watcher.awaits("flows", ANSWER_MILLIS)) {
        findings.add(Kind.PROTOCOL, "QoS 0 does not flow while the disk is full");
      }
      Files.delete(ballast);
      long millis = heal(ledger, publisher, findings);
      Await.until(
          "health is green",
          limits ? WELL.minusMillis(millis) : LATE,
          () -> door.redHealthChecks().isEmpty());
      return millis;
    }
  }

  private static long heal(Ledger ledger, Probe publisher, Findings findings)
      throws InterruptedException {
    long begin = System.nanoTime();
    while (!Ledger.isSuccess(ledger.publish(publisher, 1, ""))) {
      if (System.nanoTime() - begin > Duration.ofSeconds(10).toNanos()) {
        findings.add(Kind.PROTOCOL, "not well again 10 s after there was room");
        return 10_000;
      }
      Thread.sleep(50);
    }
    long millis = (System.nanoTime() - begin) / 1_000_000;
    ledger.publish(publisher, 2, "");
    ledger.retain(publisher);
    return millis;
  }
}
