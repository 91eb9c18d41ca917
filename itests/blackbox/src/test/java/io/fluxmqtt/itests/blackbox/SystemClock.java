package io.fluxmqtt.itests.blackbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The system clock of a process, which can be set while it runs. Its monotonic clock cannot. */
final class SystemClock {
  private final Path library;
  private final Path offset;

  private SystemClock(Path library, Path offset) {
    this.library = library;
    this.offset = offset;
  }

  /** A clock that is right; without a compiler the test that wants it is skipped. */
  static SystemClock in(Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path source = folder.resolve("clock.c");
    try (InputStream in = SystemClock.class.getResourceAsStream("clock.c")) {
      Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path library = folder.resolve("clock.so");
    Assumptions.assumeTrue(compile(source, library), "needs the Debian packages gcc and libc6-dev");
    SystemClock clock = new SystemClock(library, folder.resolve("clock.offset"));
    clock.ahead(Duration.ZERO);
    return clock;
  }

  private static boolean compile(Path source, Path library) throws InterruptedException {
    List<String> command =
        List.of(
            "cc", "-O2", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl");
    try {
      Process process = new ProcessBuilder(command).inheritIO().start();
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false; // no such program
    }
  }

  /** Sets it; at once, for who runs already too. */
  void ahead(Duration time) throws IOException {
    ByteBuffer seconds = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    seconds.putLong(0, time.toSeconds());
    try (FileChannel file =
        FileChannel.open(offset, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(seconds, 0);
    }
  }

  /** What to put into the environment of the process. */
  Map<String, String> environment() {
    return Map.of(
        "JAVA_OPTS", "-Xmx256m",
        "LD_PRELOAD", library.toString(),
        "CLOCK_OFFSET", offset.toString());
  }
}
