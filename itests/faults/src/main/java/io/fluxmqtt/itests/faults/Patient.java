package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.faults.load.Probe;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Door;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A broker whose store is damaged: it starts, or in a short form, in turns, takes the bundle {@code
 * store} anew while it runs on; then it serves clients.
 */
final class Patient {
  private static final String STORE = "io.fluxmqtt.store";
  private static final int RETAINED = 300;
  private static final int QUEUED = 100;
  private static final int ANSWER_MILLIS = 10_000;
  private static final int QUIET_MILLIS = 150;
  private static final int LOST_MILLIS = 5_000; // of quiet before something counts as lost
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final Flux flux;
  private final int port;
  private final Random random;
  private final Toll toll;
  private final Findings findings;
  private final Path store;
  private final Path sound;

  private Patient(Flux flux, int port, Random random, Toll toll, Findings findings) {
    this.flux = flux;
    this.port = port;
    this.random = random;
    this.toll = toll;
    this.findings = findings;
    store = flux.data().resolve("store");
    sound = flux.data().resolveSibling("sound");
  }

  /** Damages the store of one broker so many times, or until it does not start any more. */
  static void treat(Task task, int times, Toll toll, Findings findings) throws Exception {
    int port = BrokerProcess.freePort();
    Map<String, String> environment = Map.of("JAVA_OPTS", "-Xmx256m " + Door.option(port));
    try (Flux flux = Flux.prepare(task.engine(), environment)) {
      Door.hang(flux.process());
      Patient patient = new Patient(flux, port, new Random(task.seed()), toll, findings);
      patient.lay();
      for (int i = 0; i < times && findings.count(Kind.START) == 0; i++) {
        patient.treat(task.full() || i % 2 == 0);
      }
    }
  }

  /** Fills the store, and keeps a copy of its files, closed as they should be. */
  private void lay() throws Exception {
    flux.start();
    try (Probe sleeper = Probe.lasting(flux.address(), "sleeper")) {
      sleeper.subscribe("queue/#", 1, ANSWER_MILLIS);
    }
    try (Probe publisher = Probe.passing(flux.address(), "publisher", 5)) {
      for (int i = 0; i < RETAINED + QUEUED; i++) {
        boolean retain = i < RETAINED;
        String topic = (retain ? "retained/" : "queue/") + i;
        if (publisher.publish(topic, 1, retain, "v" + i + filler(i), ANSWER_MILLIS) >= 0x80) {
          findings.add(Kind.PROTOCOL, "a sound store takes no message");
        }
      }
    }
    flux.process().stop(LIMIT);
    Folders.copy(store, sound);
  }

  private static String filler(int number) {
    return " " + ".".repeat(number * 7 % 500);
  }

  private void treat(boolean whole) throws Exception {
    boolean running = flux.process().process().isAlive();
    if (running && !whole) {
      try (Door door = Door.open(flux.process(), port)) {
        door.uninstall(STORE);
      }
    } else if (running) {
      flux.kill();
    }
    Wound.heal(sound, store);
    Wound wound = Wound.inflict(store, random);
    int mark = running && !whole ? flux.process().mark() : 0;
    try {
      if (running && !whole) {
        try (Door door = Door.open(flux.process(), port)) {
          door.install(STORE);
        }
      } else {
        flux.start();
      }
      check(wound, mark);
    } catch (AssertionError e) {
      findings.add(Kind.START, wound.text() + ": " + e.getMessage());
    }
  }

  private void check(Wound wound, int mark) throws Exception {
    Set<String> expected = new HashSet<>();
    for (int i = 0; i < RETAINED + QUEUED; i++) {
      expected.add("v" + i + filler(i).stripTrailing());
    }
    Set<String> got = new HashSet<>();
    try (Probe reader = connect("reader")) {
      reader.subscribe("retained/#", 0, ANSWER_MILLIS);
      got.addAll(all(reader, RETAINED));
    }
    try (Probe sleeper = Probe.lasting(flux.address(), "sleeper")) {
      got.addAll(all(sleeper, QUEUED));
      if (sleeper.subscribe("queue/#", 1, ANSWER_MILLIS) != 1) {
        findings.add(Kind.PROTOCOL, wound.text() + ": takes no subscription");
      }
      if (sleeper.publish("queue/x", 1, false, "new", ANSWER_MILLIS) >= 0x80
          || !sleeper.awaits("new", ANSWER_MILLIS)) {
        findings.add(Kind.PROTOCOL, wound.text() + ": takes no message");
      }
    }
    boolean told =
        flux.process().lines(mark).stream()
            .anyMatch(line -> line.contains("WARN") || line.contains("ERROR"));
    toll.add(wound, expected, got, told);
  }

  private static List<String> all(Probe probe, int expected) throws IOException {
    List<String> messages = probe.messages(QUIET_MILLIS);
    return messages.size() < expected ? probe.messages(LOST_MILLIS) : messages;
  }

  /** The broker is ready again when it takes clients. */
  private Probe connect(String name) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        return Probe.passing(flux.address(), name, 5);
      } catch (IOException e) {
        if (System.nanoTime() > end) {
          throw new AssertionError("no client is served: " + e + "\n" + flux.process().log(), e);
        }
        Thread.sleep(20);
      }
    }
  }
}
