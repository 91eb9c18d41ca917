package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A database with known entries: some in tables, some in the log, some removed, some replaced. */
final class Stock {
  static final int ENTRIES = 12_000;
  static final int SMALL_BUDGET = 2 << 20;

  private static final int VALUE = 300;

  private Stock() {}

  /** Fills an engine. Keys that 7 divides are removed at the end, in part still in the log. */
  static void fill(KvEngine engine) throws IOException {
    for (int from = 0; from < ENTRIES; from += 100) {
      List<Write> changes = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        changes.add(new Write(key(i), value(i)));
      }
      engine.write(changes, from % 500 == 0);
    }
    for (int i = 0; i < ENTRIES; i += 7) {
      engine.write(List.of(new Write(key(i), null)), false);
    }
    engine.write(List.of(new Write(new byte[] {'m'}, new byte[] {1})), true);
  }

  static byte[] key(int number) {
    return ByteBuffer.allocate(9).put((byte) 'b').putLong(number).array();
  }

  static byte[] value(int number) {
    byte[] value = new byte[VALUE];
    new Random(number).nextBytes(value);
    return value;
  }

  static boolean isRemoved(int number) {
    return number % 7 == 0;
  }

  /** What a scan finds: numbers of entries with the right value; others fail. */
  static TreeSet<Integer> found(KvEngine engine) throws IOException {
    TreeSet<Integer> found = new TreeSet<>();
    engine.scan(
        new byte[] {'b'},
        new byte[] {'c'},
        (key, value) -> {
          int number = (int) ByteBuffer.wrap(key).getLong(1);
          if (!ByteBuffer.wrap(value).equals(ByteBuffer.wrap(value(number)))) {
            throw new AssertionError("wrong value of " + number);
          }
          found.add(number);
          return true;
        });
    return found;
  }

  /** How many entries that were not removed are missing. */
  static int missing(TreeSet<Integer> found) {
    int missing = 0;
    for (int i = 0; i < ENTRIES; i++) {
      if (!isRemoved(i) && !found.contains(i)) {
        missing++;
      }
    }
    return missing;
  }

  /** How many entries are back that were removed. */
  static long returned(TreeSet<Integer> found) {
    return found.stream().filter(Stock::isRemoved).count();
  }

  /**
   * As a kill would leave it, if an engine has it open; files that it deletes meanwhile are not.
   */
  static void copy(Path from, Path to) throws IOException {
    for (int copies = 0; ; copies++) {
      Path copy = to.resolveSibling(to.getFileName() + "-" + copies);
      try {
        copyOnce(from, copy);
        Files.move(copy, to);
        return;
      } catch (NoSuchFileException e) {
        if (copies == 10) {
          throw e;
        }
      }
    }
  }

  private static void copyOnce(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
