package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One file of a store is truncated, zeroed, overwritten, has bits flipped, or is gone: it opens,
 * has nothing that was never there, says what it set aside, takes new messages, and has the same
 * when it is opened once more. Each twentieth store is a broker's, see {@link Patient}.
 */
final class Damage implements Scenario {
  private static final int BROKER_EACH = 20;
  private static final int BROKER_LEAST = 2;
  private static final int RETAINED = 300;
  private static final int QUEUED = 100;

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
    int whole = Math.min(task.runs(), Math.max(BROKER_LEAST, task.runs() / BROKER_EACH));
    Findings own = new Findings(task.engine());
    Toll toll = new Toll(task.full(), own);
    try {
      synchronized (Damage.class) { // as it listens to what is logged in this JVM
        bare(task, task.runs() - whole, toll, own);
      }
      Patient.treat(task, whole, toll, own);
      return toll.text() + "; %d of them through the whole broker".formatted(whole);
    } finally {
      findings.addAll(own);
    }
  }

  private static void bare(Task task, int count, Toll toll, Findings findings) throws Exception {
    Path work = Path.of(System.getProperty("work.dir"));
    Path folder = Files.createTempDirectory(Files.createDirectories(work), "bare-").toRealPath();
    PrintStream before = System.err;
    try (URLClassLoader shipped = shipped()) {
      Case store = new Case(shipped, task, folder, toll, findings);
      store.lay();
      for (int i = 0; i < count; i++) {
        store.treat();
      }
    } finally {
      System.setErr(before);
      Folders.delete(folder);
    }
  }

  private static URLClassLoader shipped() throws Exception {
    List<URL> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("runtime.home"), "bundle"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        jars.add(file.toUri().toURL());
      }
    }
    return new URLClassLoader(jars.toArray(URL[]::new), Damage.class.getClassLoader());
  }

  /** A store by itself, damaged again and again. */
  private static final class Case {
    private final ClassLoader shipped;
    private final String engine;
    private final Path data;
    private final Path store;
    private final Path sound;
    private final Random random;
    private final Toll toll;
    private final Findings findings;
    private final Set<String> expected = new TreeSet<>();

    Case(ClassLoader shipped, Task task, Path folder, Toll toll, Findings findings) {
      this.shipped = shipped;
      this.engine = task.engine();
      this.data = folder.resolve("data");
      this.store = data.resolve("store");
      this.sound = folder.resolve("sound");
      this.random = new Random(task.seed());
      this.toll = toll;
      this.findings = findings;
    }

    void lay() throws Exception {
      Files.createDirectories(store);
      List<String> kept = texts(0, RETAINED);
      List<String> queued = texts(RETAINED, RETAINED + QUEUED);
      try (BareStore bare = new BareStore(shipped, engine, data)) {
        bare.fill(kept, queued);
      }
      expected.addAll(kept);
      expected.addAll(queued);
      Folders.copy(store, sound);
    }

    private static List<String> texts(int from, int to) {
      return IntStream.range(from, to)
          .mapToObj(i -> "v" + i + " " + ".".repeat(i * 7 % 500))
          .toList();
    }

    void treat() throws Exception {
      Wound.heal(sound, store);
      Wound wound = Wound.inflict(store, random);
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
      String step = "the first time";
      try {
        Set<String> got;
        try (BareStore bare = new BareStore(shipped, engine, data)) {
          got = bare.read();
          bare.retain("new", "new");
        }
        String text = lines.toString(StandardCharsets.UTF_8);
        toll.add(wound, expected, got, text.contains("WARN") || text.contains("ERROR"));
        step = "once more";
        try (BareStore bare = new BareStore(shipped, engine, data)) {
          Set<String> again = bare.read();
          got.add("new");
          if (!again.equals(got)) {
            findings.add(
                Kind.LOST, "%s: %d messages, then %d".formatted(wound, got.size(), again.size()));
          }
        }
      } catch (Exception | LinkageError e) {
        Throwable cause = e instanceof InvocationTargetException ? e.getCause() : e;
        findings.add(Kind.START, wound.text() + ": not opened " + step + ": " + cause);
      }
    }
  }
}
