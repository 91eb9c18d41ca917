package io.fluxmqtt.store;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of a store in a folder, as a data folder has it in {@code store}. It is made beside the
 * folder and gets its name when it is whole and on disk: there is never a part of one.
 */
final class StoreCopy {
  private static final Logger LOG = LoggerFactory.getLogger(StoreCopy.class);
  private static final String UNFINISHED = ".unfinished";
  private static final long MEGABYTE = 1 << 20;

  private final KvEngine engine;
  private final EngineProperties properties;
  private final Path folder;

  StoreCopy(KvEngine engine, EngineProperties properties, Path folder) {
    this.engine = engine;
    this.properties = properties;
    this.folder = folder;
  }

  /**
   * Finds out whether there is something to copy, and a place for it. Blocks for I/O.
   *
   * @throws IOException says what to do if not
   */
  void check() throws IOException {
    if (!properties.durable()) {
      throw nothingToCopy();
    }
    if (!folder.isAbsolute()) {
      throw new IOException(
          folder + " is a relative path; give the whole one, such as /var/backups/flux-mqtt");
    }
    if (Files.exists(folder)) {
      throw new IOException(
          folder + " is there already; a copy overwrites nothing, give a name that is not in use");
    }
    Path parent = parent();
    if (!Files.isDirectory(parent)) {
      throw new IOException(parent + " is not there; make that folder first, or give another");
    }
    Path unfinished = unfinished();
    if (Files.exists(unfinished)) {
      throw new IOException(
          unfinished + " was left by a copy that was interrupted; remove it first");
    }
    checkPlace(parent);
  }

  private void checkPlace(Path parent) throws IOException {
    Path home = engine.folder();
    Path store = home == null ? null : home.toAbsolutePath().normalize().getParent();
    if (store != null && folder.normalize().startsWith(store)) {
      throw new IOException(
          folder + " is inside of " + store + ", which is to be copied; give one elsewhere");
    }
    long needed = engine.statistics().bytesOnDisk();
    long usable = Files.getFileStore(parent).getUsableSpace();
    if (needed > usable) {
      throw new IOException(
          "%s has %d MB of room, the copy takes up to %d MB; make room or give a folder on another disk"
              .formatted(parent, usable / MEGABYTE, needed / MEGABYTE + 1));
    }
  }

  /** Writes the copy. Blocks for I/O. */
  Path write() throws IOException {
    Path unfinished = unfinished();
    boolean done = false;
    try {
      DataFolder.createPrivate(unfinished);
      engine.backup(unfinished.resolve(properties.name()));
      new EngineNote(unfinished).write(properties.name());
      if (Files.exists(folder)) { // or an empty one would be replaced
        throw new IOException("it has come into being meanwhile");
      }
      Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
      DataFolder.sync(parent());
      done = true;
      return folder;
    } catch (UnsupportedOperationException e) {
      throw nothingToCopy();
    } catch (EngineException e) {
      if (e.reason() == EngineException.Reason.FULL) {
        throw new IOException(
            "%s has no room left for the copy, nothing was kept of it; make room or give a folder on another disk (%s)"
                .formatted(parent(), e.getMessage()),
            e);
      }
      throw failed(e);
    } catch (IOException | RuntimeException e) {
      throw failed(e);
    } finally {
      if (!done) {
        deleteQuietly(unfinished);
      }
    }
  }

  private IOException failed(Exception e) {
    return new IOException(
        "%s: the copy could not be written, nothing was kept of it (%s); look at that disk and the rights of its folder"
            .formatted(folder, e),
        e);
  }

  private IOException nothingToCopy() {
    return new IOException(
        "the engine %s has nothing on disk that could be copied; set engine to rocksdb or mvstore in io.fluxmqtt.store.cfg to keep data"
            .formatted(properties.name()));
  }

  private Path unfinished() {
    return folder.resolveSibling(folder.getFileName() + UNFINISHED);
  }

  private Path parent() throws IOException {
    Path parent = folder.getParent();
    if (parent == null) {
      throw new IOException(folder + " is no name of a folder; give one in another folder");
    }
    return parent;
  }

  private static void deleteQuietly(Path path) {
    try {
      if (Files.exists(path)) {
        Files.walkFileTree(path, new Deletion());
      }
    } catch (IOException e) {
      LOG.warn("{} is of no use and cannot be deleted ({})", path, e.toString());
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path each, @Nullable IOException e)
        throws IOException {
      Files.delete(each);
      return FileVisitResult.CONTINUE;
    }
  }
}
