package io.fluxmqtt.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The framework's cache of the last start, which is not used again. Deleting its two hundred small
 * files takes longer than anything else in a start, so it is moved aside and deleted afterwards.
 */
final class OldCache {
  private static final String LOCK = "cache.lock"; // the framework's

  private static volatile File aside;

  private OldCache() {}

  /** Leaves a cache alone that a framework holds: starting this one says what is wrong. */
  static void setAside(File cache) {
    aside = new File(cache.getParentFile(), cache.getName() + ".old");
    if (!cache.exists() || aside.exists()) {
      return; // the framework empties it
    }
    try (FileChannel lock =
            FileChannel.open(
                new File(cache, LOCK).toPath(),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock held = lock.tryLock()) {
      if (held == null || !cache.renameTo(aside)) {
        System.err.println("flux-mqtt: " + cache + " cannot be moved");
      }
    } catch (IOException e) {
      System.err.println("flux-mqtt: " + cache + " cannot be locked: " + e.getMessage());
    }
  }

  /** Deletes what was moved. */
  static void delete() {
    if (aside != null) {
      delete(aside.toPath());
    }
  }

  static void delete(Path folder) {
    if (Files.exists(folder)) {
      try (Stream<Path> paths = Files.walk(folder)) {
        paths.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
      } catch (IOException e) {
        System.err.println("flux-mqtt: " + folder + " cannot be deleted: " + e.getMessage());
      }
    }
  }
}
