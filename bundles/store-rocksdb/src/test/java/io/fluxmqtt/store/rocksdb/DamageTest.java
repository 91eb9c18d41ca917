package io.fluxmqtt.store.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever happens to a file, the engine opens, all values are right, and what is missing was
 * reported. {@code -Ddamages=1000} does it a thousand times.
 */
final class DamageTest {
  private static final int DAMAGES = Integer.getInteger("damages", 60);

  @TempDir private static Path template;
  @TempDir private Path work;

  private static Path clean;
  private static Path killed;

  @BeforeAll
  static void prepare() throws Exception {
    Natives.load(Path.of("target", "native").toAbsolutePath(), Machine.library());
    clean = template.resolve("clean");
    killed = template.resolve("killed");
    try (RocksEngine engine = engine(clean)) {
      Stock.fill(engine);
      Stock.copy(clean, killed);
    }
  }

  private static RocksEngine engine(Path home) throws IOException {
    return new RocksEngine(home, Stock.SMALL_BUDGET, 100);
  }

  @Test
  void nothingIsMissingWhereNothingIsDamaged() throws Exception {
    for (Path stock : List.of(clean, killed)) {
      Path home = work.resolve(stock.getFileName());
      Stock.copy(stock, home);
      try (RocksEngine engine = engine(home)) {
        TreeSet<Integer> found = Stock.found(engine);
        assertEquals(0, Stock.missing(found));
        assertEquals(0, Stock.returned(found));
        assertEquals(0, engine.statistics().setAside());
      }
    }
  }

  @Test
  void anyDamageIsSurvivedAndReported() throws Exception {
    Random random = new Random(42);
    for (int i = 0; i < DAMAGES; i++) {
      Path home = work.resolve("damage-" + i);
      boolean wasKilled = random.nextBoolean();
      Stock.copy(wasKilled ? killed : clean, home);
      String damage = damage(home.resolve("1"), random) + (wasKilled ? ", killed" : "");
      try {
        survives(home, damage);
      } catch (Exception | AssertionError e) {
        throw new AssertionError(i + ": " + damage, e);
      }
      Folders.deleteQuietly(home);
    }
  }

  private static void survives(Path home, String damage) throws IOException {
    int missing;
    long setAside;
    try (RocksEngine engine = engine(home)) {
      TreeSet<Integer> found = Stock.found(engine);
      missing = Stock.missing(found);
      setAside = engine.statistics().setAside();
      if (missing > 0 && !(damage.contains(".log") && damage.contains("killed"))) {
        assertTrue(setAside > 0, "missing: " + missing + ", but nothing was reported");
      }
      engine.write(List.of(new Write(Stock.key(7), Stock.value(7))), true);
      assertArrayEquals(Stock.value(7), engine.get(Stock.key(7)));
    }
    try (RocksEngine engine = engine(home)) {
      assertEquals(missing, Stock.missing(Stock.found(engine)), "the next start finds as much");
      assertEquals(0, engine.statistics().setAside(), "and has nothing to set aside");
    }
  }

  private static String damage(Path folder, Random random) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files =
          all.filter(
                  file -> file.getFileName().toString().matches(".*(sst|log|CURRENT|MANIFEST.*)"))
              .sorted()
              .toList();
    }
    Path file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
    String what;
    switch (random.nextInt(5)) {
      case 0 -> {
        what = "missing";
        Files.delete(file);
      }
      case 1 -> {
        what = "cut at " + at;
        Files.write(file, Arrays.copyOf(bytes, at));
      }
      case 2 -> {
        int to = Math.min(bytes.length, at + 1 + random.nextInt(20_000));
        what = "zeros from " + at + " to " + to;
        Arrays.fill(bytes, at, to, (byte) 0);
        Files.write(file, bytes);
      }
      default -> {
        int flips = 1 + random.nextInt(4);
        what = flips + " flipped";
        for (int i = 0; i < flips && bytes.length > 0; i++) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        Files.write(file, bytes);
      }
    }
    return file.getFileName() + " of " + bytes.length + " " + what;
  }
}
