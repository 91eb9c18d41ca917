package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.disk.DiskImage;
import io.fluxmqtt.itests.faults.disk.Remains;
import io.fluxmqtt.itests.faults.disk.Shim;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.faults.load.Probe;
import io.fluxmqtt.itests.kit.BrokerAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * From a moment on each sync fails with EIO: nothing that needs the store is acknowledged. Then the
 * disk is well again; whatever is acknowledged after that must outlive a power cut, even where the
 * kernel has dropped what it could not write.
 */
final class SyncFails implements Scenario {
  private static final int QUOTA_EXCEEDED = 0x97;
  private static final int ANSWER_MILLIS = 10_000;
  private static final int SILENCE_MILLIS = 1_000;
  private static final int HEALING_NANOS = 1_000_000_000;
  private static final int HEALING_SECONDS = 15;
  private static final int MESSAGES = 20;

  @Override
  public String name() {
    return "sync-fails";
  }

  @Override
  public int runs() {
    return 10;
  }

  @Override
  public String obstacle() throws Exception {
    return new Cuts(true).obstacle();
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    Path library = Cuts.library().orElseThrow();
    int healed = 0;
    for (int i = 0; i < task.runs(); i++) {
      Findings own = new Findings(task.engine() + " run " + i);
      healed += one(task, library, new Random(task.seed() + i), own) ? 1 : 0;
      findings.addAll(own);
    }
    return "%d runs, in %d of them the broker wrote again without a restart"
        .formatted(task.runs(), healed);
  }

  private static boolean one(Task task, Path library, Random random, Findings findings)
      throws Exception {
    Path work = Path.of(System.getProperty("work.dir"));
    Path folder = Files.createTempDirectory(Files.createDirectories(work), "eio-").toRealPath();
    Path data = folder.resolve("data");
    Shim shim = Shim.of(library, data.resolve("store"), folder);
    try (Flux flux = Flux.prepare(task.engine(), data, shim.environment(true))) {
      DiskImage image = new DiskImage(shim.root(), true);
      flux.start();
      Ledger ledger = new Ledger(findings);
      ledger.open(flux.address());
      boolean healed = strike(flux.address(), shim, ledger, random, findings);
      String log = flux.process().log();
      flux.kill();
      image.follow(shim.log()).cut(Remains.SYNCED, random);
      flux.start();
      ledger.collect(flux.address());
      try (Probe publisher = Probe.passing(flux.address(), "afterwards", 5)) {
        for (int qos = 1; qos <= 2; qos++) {
          if (!Ledger.isSuccess(ledger.publish(publisher, qos, ""))) {
            findings.add(Kind.START, "nothing is acknowledged after a restart");
          }
        }
      }
      ledger.collect(flux.address());
      if (!findings.isEmpty()) {
        System.out.println(log + "\n--- after the restart\n" + flux.process().log());
      }
      return healed;
    } finally {
      Folders.delete(folder);
    }
  }

  private static boolean strike(
      BrokerAddress broker, Shim shim, Ledger ledger, Random random, Findings findings)
      throws Exception {
    try (Probe watcher = Probe.passing(broker, "watcher", 5);
        Probe publisher = Probe.passing(broker, "publisher", 5)) {
      watcher.subscribe("flow/#", 0, ANSWER_MILLIS);
      for (int i = random.nextInt(MESSAGES); i < MESSAGES; i++) {
        ledger.publish(publisher, 1 + i % 2, " ".repeat(random.nextInt(1_000)));
      }
      ledger.retain(publisher);
      Shim.turn(shim.eio(), true);
      for (int i = 0; i < MESSAGES; i++) {
        expectRefused(ledger.publish(publisher, 1 + i % 2, ""), "a PUBLISH", findings);
      }
      expectRefused(ledger.retain(publisher), "a Retained Message", findings);
      subscribe(broker, findings);
      publishOld(broker, findings);
      publisher.publish("flow/x", 0, false, "flows", 0);
      if (!watcher.awaits("flows", ANSWER_MILLIS)) {
        findings.add(Kind.PROTOCOL, "QoS 0 does not flow while syncs fail");
      }
      Shim.turn(shim.eio(), false);
      return heals(ledger, publisher);
    }
  }

  private static void expectRefused(int code, String what, Findings findings) {
    if (Ledger.isSuccess(code)) {
      findings.add(Kind.LOST, what + " was acknowledged though no sync succeeds");
    } else if (code != QUOTA_EXCEEDED) {
      findings.add(Kind.PROTOCOL, "%s was answered by %d, not 0x97".formatted(what, code));
    }
  }

  /** A session that is to stay: neither CONNACK nor SUBACK may say that it is safe. */
  private static void subscribe(BrokerAddress broker, Findings findings) throws IOException {
    try (Probe late = Probe.lasting(broker, "late")) {
      if (Ledger.isSuccess(late.subscribe("late/#", 1, ANSWER_MILLIS))) {
        findings.add(Kind.LOST, "a SUBSCRIBE was acknowledged though no sync succeeds");
      }
    } catch (IOException e) {
      // CONNECT was refused, as it may be
    }
  }

  private static void publishOld(BrokerAddress broker, Findings findings) throws IOException {
    try (Probe old = Probe.passing(broker, "old", 4)) {
      int code = old.publish(Ledger.TOPIC, 1, false, "old", SILENCE_MILLIS);
      if (Ledger.isSuccess(code)) {
        findings.add(Kind.LOST, "a PUBLISH of 3.1.1 was acknowledged though no sync succeeds");
      }
    }
  }

  private static boolean heals(Ledger ledger, Probe publisher) throws InterruptedException {
    long end = System.nanoTime() + (long) HEALING_SECONDS * HEALING_NANOS;
    while (System.nanoTime() < end) {
      if (Ledger.isSuccess(ledger.publish(publisher, 1, ""))) {
        for (int i = 0; i < MESSAGES; i++) {
          ledger.publish(publisher, 1 + i % 2, "");
        }
        ledger.retain(publisher);
        return true;
      }
      Thread.sleep(100);
    }
    return false;
  }
}
