package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.broker.Flux;
import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import io.fluxmqtt.itests.faults.load.Probe;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Door;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One file of a store is truncated, zeroed, overwritten, has bits flipped, or is gone: the broker
 * starts, has nothing that was never there, says what it set aside, and takes new messages. Most
 * stores are opened by the bundle {@code store} anew in a broker that runs on; each twentieth by a
 * broker that is started.
 */
final class Damage implements Scenario {
  private static final String STORE = "io.fluxmqtt.store";
  private static final int WHOLE_START = 20;
  private static final int RETAINED = 300;
  private static final int QUEUED = 100;
  private static final int ANSWER_MILLIS = 10_000;
  private static final int QUIET_MILLIS = 150;
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "damage";
  }

  @Override
  public int runs() {
    return 1_000;
  }

  @Override
  public String run(Task task, Findings findings) throws Exception {
    int port = BrokerProcess.freePort();
    Map<String, String> environment = Map.of("JAVA_OPTS", "-Xmx256m " + Door.option(port));
    Findings own = new Findings(task.engine());
    try (Flux flux = Flux.prepare(task.engine(), environment)) {
      Door.hang(flux.process());
      Patient patient = new Patient(flux, port, new Random(task.seed()), task.full(), own);
      patient.lay();
      int done = 0;
      while (done < task.runs() && own.count(Kind.START) == 0) {
        patient.treat(done % WHOLE_START == WHOLE_START - 1);
        done++;
      }
      return "%d damaged stores, %d lost something, %d of them told by no line"
          .formatted(done, patient.lossy, patient.silent);
    } finally {
      findings.addAll(own);
    }
  }

  /** A broker whose store is damaged. */
  private static final class Patient {
    private final Flux flux;
    private final int port;
    private final Random random;
    private final Findings findings;
    private final Path store;
    private final Path sound;
    private final boolean strict;
    private int lossy;
    private int silent;

    Patient(Flux flux, int port, Random random, boolean strict, Findings findings) {
      this.flux = flux;
      this.strict = strict;
      this.port = port;
      this.random = random;
      this.findings = findings;
      store = flux.data().resolve("store");
      sound = flux.data().resolveSibling("sound");
    }

    /** Fills the store, and keeps a copy of its files, closed as they should be. */
    void lay() throws Exception {
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

    void treat(boolean whole) throws Exception {
      boolean running = flux.process().process().isAlive();
      if (running && !whole) {
        try (Door door = Door.open(flux.process(), port)) {
          door.uninstall(STORE);
        }
      } else if (running) {
        flux.kill();
      }
      replace();
      String what = damage();
      int mark = running && !whole ? flux.process().mark() : 0;
      try {
        if (running && !whole) {
          try (Door door = Door.open(flux.process(), port)) {
            door.install(STORE);
          }
        } else {
          flux.start();
        }
        check(what, mark);
      } catch (AssertionError e) {
        findings.add(Kind.START, what + ": " + e.getMessage());
      }
    }

    private void replace() throws IOException {
      try (Stream<Path> parts = Files.list(store)) {
        for (Path part : (Iterable<Path>) parts::iterator) {
          if (!part.endsWith("native")) { // a library that is in use, and has its own checksum
            Folders.delete(part);
          }
        }
      }
      try (Stream<Path> parts = Files.list(sound)) {
        for (Path part : (Iterable<Path>) parts::iterator) {
          if (!part.endsWith("native")) {
            Folders.copy(part, store.resolve(part.getFileName()));
          }
        }
      }
    }

    private String damage() throws IOException {
      Path file;
      boolean ofEngine = random.nextInt(10) > 0; // there is also the note of which engine it is
      try (Stream<Path> files = Files.walk(store)) {
        List<Path> all =
            files
                .filter(each -> Files.isRegularFile(each) && each.toFile().length() > 0)
                .filter(each -> !each.startsWith(store.resolve("native")))
                .filter(each -> !ofEngine || !each.getParent().equals(store))
                .sorted()
                .toList();
        file = all.get(random.nextInt(all.size()));
      }
      int length = Math.toIntExact(Files.size(file));
      int at = random.nextInt(length);
      int count = 1 + random.nextInt(Math.min(length - at, 1 << random.nextInt(14)));
      String name = store.relativize(file) + " of " + length + " bytes ";
      try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
        switch (random.nextInt(5)) {
          case 0 -> {
            open.setLength(at);
            return name + "cut at " + at;
          }
          case 1 -> {
            open.seek(at);
            open.write(new byte[count]);
            return name + "zeroed at " + at + ", " + count;
          }
          case 2 -> {
            open.seek(at);
            int value = open.read();
            open.seek(at);
            open.write(value ^ 1 << random.nextInt(8));
            return name + "with a bit flipped at " + at;
          }
          case 3 -> {
            byte[] noise = new byte[count];
            random.nextBytes(noise);
            open.seek(at);
            open.write(noise);
            return name + "overwritten at " + at + ", " + count;
          }
          default -> {
            // below
          }
        }
      }
      Files.delete(file);
      return name + "gone";
    }

    private void check(String what, int mark) throws Exception {
      Set<String> expected = new HashSet<>();
      for (int i = 0; i < RETAINED + QUEUED; i++) {
        expected.add("v" + i + filler(i).stripTrailing());
      }
      Set<String> got = new HashSet<>();
      try (Probe reader = connect("reader")) {
        reader.subscribe("retained/#", 0, ANSWER_MILLIS);
        got.addAll(reader.messages(QUIET_MILLIS));
      }
      try (Probe sleeper = Probe.lasting(flux.address(), "sleeper")) {
        got.addAll(sleeper.messages(QUIET_MILLIS));
        if (sleeper.subscribe("queue/#", 1, ANSWER_MILLIS) != 1) {
          findings.add(Kind.PROTOCOL, what + ": takes no subscription");
        }
        if (sleeper.publish("queue/x", 1, false, "new", ANSWER_MILLIS) >= 0x80
            || !sleeper.awaits("new", ANSWER_MILLIS)) {
          findings.add(Kind.PROTOCOL, what + ": takes no message");
        }
      }
      Set<String> invented = new HashSet<>(got);
      invented.removeAll(expected);
      if (!invented.isEmpty()) {
        findings.add(Kind.PROTOCOL, what + ": has what was never there: " + invented);
      }
      if (!got.containsAll(expected)) {
        lossy++;
        boolean told =
            flux.process().lines(mark).stream()
                .anyMatch(line -> line.contains("WARN") || line.contains("ERROR"));
        silent += told ? 0 : 1;
        if (!told && strict) {
          findings.add(
              Kind.LOST,
              "%s: %d of %d messages are gone, and no line says so"
                  .formatted(what, expected.size() - got.size(), expected.size()));
        }
      }
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
}
