package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.StoreAdmin;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code mqtt:store-backup}. */
@Service
@Command(
    scope = "mqtt",
    name = "store-backup",
    description = "Writes a copy of the store into a new folder, while it goes on working.")
public final class StoreBackupCommand extends StoreCommand {
  @Argument(
      name = "folder",
      description = "Does not exist yet; a relative path begins in Karaf's folder",
      required = true)
  @Completion(FolderCompleter.class)
  String folder = "";

  @Override
  void run(StoreAdmin store, PrintStream out) throws InterruptedException {
    long start = System.nanoTime();
    Path copy = await(store.backup(target()));
    double seconds = (System.nanoTime() - start) / (double) TimeUnit.SECONDS.toNanos(1);
    out.printf(
        Locale.ROOT,
        "Backed up to %s: %s in %.1f s%n",
        Text.escaped(copy.toAbsolutePath().toString()),
        Text.bytes(size(copy)),
        seconds);
    out.println("To use it, end the broker and put it in place of store in its data folder");
  }

  private Path target() {
    try {
      String base = context.getProperty("karaf.base");
      return Path.of(base == null ? "" : base).resolve(folder).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new IllegalStateException(
          "%s is no path: %s".formatted(Text.escaped(folder), e.getReason()), e);
    }
  }

  private static long size(Path copy) {
    try (Stream<Path> files = Files.walk(copy)) {
      return files
          .map(Path::toFile)
          .filter(java.io.File::isFile)
          .mapToLong(java.io.File::length)
          .sum();
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalStateException(
          "It was written to %s, and cannot be read there: %s"
              .formatted(Text.escaped(copy.toString()), reason(e)),
          e);
    }
  }
}
