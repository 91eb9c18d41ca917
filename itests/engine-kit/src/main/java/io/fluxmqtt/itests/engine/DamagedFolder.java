package io.fluxmqtt.itests.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An engine's folder with entries that prove themselves: a value is made from its key and from
 * which of two times it was written. Some were written twice, some removed; damage may bring back
 * what was, and nothing that never was.
 */
final class DamagedFolder {
  private static final int BATCHES = 60;
  private static final int ENTRIES = 50;

  private final DurableEngineContract test;
  private final Path whole;

  private DamagedFolder(DurableEngineContract test, Path whole) {
    this.test = test;
    this.whole = whole;
  }

  /** A folder with all entries, closed. Opened some times on the way, so that it has some files. */
  static DamagedFolder fill(DurableEngineContract test, Path folder) throws Exception {
    for (int opening = 0; opening < 3; opening++) {
      KvEngine engine = test.open(folder);
      for (int batch = opening; batch < BATCHES; batch += 3) {
        engine.write(batch(batch, 0), true);
        engine.write(batch(batch / 2, 1), true);
      }
      test.close(engine);
    }
    return new DamagedFolder(test, folder);
  }

  /** Every file, by its path within the folder. */
  List<Path> files() throws IOException {
    try (Stream<Path> paths = Files.walk(whole)) {
      return paths
          .filter(Files::isRegularFile)
          .map(whole::relativize)
          .sorted()
          .collect(Collectors.toList());
    }
  }

  /**
   * Damages one file of a copy and opens it: all that it has can be read and is true, and it takes
   * and keeps what is written from then on. Returns how many entries it still has.
   */
  int open(Path copy, Path file, Damage damage, Random random) throws Exception {
    copy(whole, copy);
    damage.to(copy.resolve(file), random);
    byte[] key = {'z'};
    byte[] value = {42};
    KvEngine engine = test.open(copy);
    int entries;
    try {
      entries = check(engine);
      engine.write(List.of(new Write(key, value)), true);
      assertArrayEquals(value, engine.get(key));
    } finally {
      test.close(engine);
    }
    engine = test.open(copy);
    try {
      assertArrayEquals(value, engine.get(key), "what was written after the damage");
      check(engine);
    } finally {
      test.close(engine);
    }
    return entries;
  }

  private static int check(KvEngine engine) throws IOException {
    int[] entries = {0};
    byte[][] last = {null};
    engine.scan(
        new byte[0],
        Entries.END,
        (key, value) -> {
          if (last[0] != null && Arrays.compareUnsigned(last[0], key) >= 0) {
            throw new AssertionError("out of order: " + Entries.text(key));
          }
          last[0] = key;
          if (key.length == 1 && key[0] == 'z') {
            return true;
          }
          if (!isTrue(key, value)) {
            throw new AssertionError("never written: " + Entries.text(key));
          }
          entries[0]++;
          return true;
        });
    for (int batch = 0; batch < BATCHES; batch++) {
      byte[] value = engine.get(key(batch, 7));
      if (value != null && !isTrue(key(batch, 7), value)) {
        throw new AssertionError("never written, at " + Entries.text(key(batch, 7)));
      }
    }
    return entries[0];
  }

  private static List<Write> batch(int batch, int time) {
    List<Write> writes = new ArrayList<>();
    for (int entry = time; entry < ENTRIES; entry += 1 + time) {
      byte[] key = key(batch, entry);
      writes.add(new Write(key, entry % 17 == 16 ? null : value(key, time)));
    }
    return writes;
  }

  private static byte[] key(int batch, int entry) {
    return ByteBuffer.allocate(8).putInt(batch).putInt(entry).array();
  }

  private static byte[] value(byte[] key, int time) {
    Random random = new Random(2 * ByteBuffer.wrap(key).getLong() + time);
    byte[] value = new byte[20 + random.nextInt(300)];
    random.nextBytes(value);
    return value;
  }

  private static boolean isTrue(byte[] key, byte[] value) {
    return key.length == 8
        && (Arrays.equals(value, value(key, 0)) || Arrays.equals(value, value(key, 1)))
        && Arrays.equals(
            key,
            key(
                ByteBuffer.wrap(key).getInt(0) % BATCHES,
                ByteBuffer.wrap(key).getInt(4) % ENTRIES));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.collect(Collectors.toList())) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }
}
