package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Which native library fits this machine, told without loading any: where RocksDB is not used, 15
 * MB more of memory would be.
 */
final class Machine {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private Machine() {}

  /**
   * The library for this process.
   *
   * @throws EngineException if there is none
   */
  static String library() throws EngineException {
    return library(
        System.getProperty("os.name", ""), System.getProperty("os.arch", ""), runsOnMusl(MAPS));
  }

  /**
   * The library for a machine.
   *
   * @throws EngineException if there is none
   */
  static String library(String system, String architecture, boolean musl) throws EngineException {
    String lower = architecture.toLowerCase(Locale.ROOT);
    String suffix =
        switch (lower) {
          case "amd64", "x86_64" -> "64";
          case "aarch64", "arm64" -> "-aarch64";
          default -> "";
        };
    if (!system.equals("Linux") || suffix.isEmpty() || musl) {
      throw new EngineException(
          Reason.UNAVAILABLE,
          "no native library of RocksDB for %s on %s%s, only for Linux with glibc on x86-64 and aarch64"
              .formatted(system, architecture, musl ? " with musl" : ""));
    }
    return "librocksdbjni-linux" + suffix + ".so";
  }

  /** Whether the C library of this process is musl, on which glibc's symbols are missing. */
  static boolean runsOnMusl(Path maps) {
    try {
      return Files.readString(maps).contains("/ld-musl-");
    } catch (IOException e) {
      return false; // not Linux, or hidden: loading will tell
    }
  }
}
