package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's folder: the file with the data, a lock for as long as this is open, and what was set
 * aside. A salvaged file takes the place of a damaged one in steps that a power cut may part.
 */
final class Folder implements AutoCloseable {
  /** Damaged files that are kept, the newest. */
  static final int KEPT = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Folder.class);
  private static final String DATA = "mvstore.db";
  private static final String LOCK = "lock";
  private static final byte[] HAS_DATA = {'1', '\n'};
  private static final String UNFINISHED = "mvstore.db.unfinished";
  private static final String SALVAGED = "mvstore.db.salvaged";
  private static final String DAMAGED = "damaged-";

  private final Path path;
  private final FileChannel lock;

  private Folder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Makes a folder where it is missing, readable by its owner only, and locks it. */
  static Folder open(Path path) throws EngineException {
    FileChannel channel = null;
    try {
      DataFolder.createPrivate(path);
      channel =
          FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (channel.tryLock() == null) {
        throw new OverlappingFileLockException();
      }
      Folder folder = new Folder(path, channel);
      folder.finishReplacement();
      return folder;
    } catch (OverlappingFileLockException e) {
      closeQuietly(channel);
      throw new EngineException(
          Reason.FAILED, path + ": in use by another broker; stop that one, or use another folder");
    } catch (IOException e) {
      closeQuietly(channel);
      throw new EngineException(
          Reason.FAILED, path + ": the folder cannot be made or written (" + e + ")", e);
    }
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      LOG.debug("closing a lock", e);
    }
  }

  /** Deletes a folder that has no folders in it, as far as that is possible. */
  static void deleteQuietly(Path path) {
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(path);
    } catch (IOException e) {
      LOG.warn("{} cannot be deleted ({})", path, e.toString());
    }
  }

  Path path() {
    return path;
  }

  /**
   * Has on disk that there are data, and their name: where they are missing later they were lost.
   */
  void noteData() throws IOException {
    if (lock.size() == 0) {
      sync();
      lock.write(ByteBuffer.wrap(HAS_DATA), 0);
      lock.force(true);
    }
  }

  /** Whether there were data and the file that held them is gone. */
  boolean lacksData() throws IOException {
    return lock.size() > 0 && !Files.exists(data());
  }

  /** The file that holds the data. */
  Path data() {
    return path.resolve(DATA);
  }

  /** A file that is made to replace the data; absent. */
  Path unfinished() throws IOException {
    Path unfinished = path.resolve(UNFINISHED);
    Files.deleteIfExists(unfinished);
    return unfinished;
  }

  /**
   * Sets the damaged data aside and puts the unfinished file in its place.
   *
   * @return where the damaged data are
   */
  Path replace() throws IOException {
    Files.move(path.resolve(UNFINISHED), path.resolve(SALVAGED), StandardCopyOption.ATOMIC_MOVE);
    List<Path> before = setAside();
    Path aside = path.resolve(DAMAGED + (before.isEmpty() ? 1 : number(last(before)) + 1) + ".db");
    Files.move(data(), aside, StandardCopyOption.ATOMIC_MOVE);
    finishReplacement();
    for (int i = 0; i <= before.size() - KEPT; i++) {
      Files.deleteIfExists(before.get(i));
    }
    return aside;
  }

  private void finishReplacement() throws IOException {
    Path salvaged = path.resolve(SALVAGED);
    if (Files.exists(salvaged)) {
      if (Files.exists(data())) {
        Files.delete(salvaged);
      } else {
        Files.move(salvaged, data(), StandardCopyOption.ATOMIC_MOVE);
      }
      sync();
    }
  }

  /** Has the names of the files on disk. */
  void sync() throws IOException {
    DataFolder.sync(path);
  }

  /** Damaged files, the oldest first. */
  List<Path> setAside() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files
          .filter(file -> number(file) > 0)
          .sorted((one, other) -> Integer.compare(number(one), number(other)))
          .toList();
    }
  }

  private static Path last(List<Path> paths) {
    return paths.get(paths.size() - 1);
  }

  private static int number(Path file) {
    String name = file.getFileName().toString();
    return name.matches(DAMAGED + "[0-9]{1,8}\\.db")
        ? Integer.parseInt(name.substring(DAMAGED.length(), name.length() - ".db".length()))
        : 0;
  }

  /** What all files take. */
  long bytes() {
    try (Stream<Path> files = Files.list(path)) {
      return files.mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }

  /** What may be written until the disk is full; {@code unknown} where that cannot be read. */
  long usableBytes(long unknown) {
    try {
      return Files.getFileStore(path).getUsableSpace();
    } catch (IOException e) {
      return unknown;
    }
  }

  @Override
  public void close() {
    closeQuietly(lock);
  }
}
