package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder of an engine: who owns it, and which database in it is the one. */
final class Vault implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Vault.class);
  private static final int FORMAT = 1;
  private static final int LEVELS_MADE = 4; // data/store/rocksdb, and where data is
  private static final int PROBE = 64 << 10;

  private final Path home;
  private final Tuning tuning;
  private final FileChannel channel;
  private final FileLock lock;
  private final AtomicLong setAside = new AtomicLong();

  Vault(Path home, long budgetBytes) throws EngineException {
    this.home = home.toAbsolutePath();
    try {
      DataFolder.createPrivate(home);
      channel =
          FileChannel.open(
              home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new EngineException(
          Reason.FAILED, home + " cannot be written to: give the broker's user the right to", e);
    }
    boolean mine = false;
    try {
      lock = lock();
      checkFormat();
      mine = true;
    } finally {
      if (!mine) {
        closeQuietly(); // which gives the lock back
      }
    }
    tuning = new Tuning(budgetBytes);
  }

  /** Refuses what a later version has written, before anything of it changes. */
  private void checkFormat() throws EngineException {
    Path file = home.resolve("format");
    try {
      String text = Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
      String number = text.split(" ", 2)[0];
      if (number.matches("[1-9]\\d{0,8}") && text.equals(format(Integer.parseInt(number)))) {
        if (Integer.parseInt(number) > FORMAT) {
          throw new EngineException(
              Reason.NEWER,
              "%s: the data have format %s, this version reads %d; start the version that wrote them, nothing was changed"
                  .formatted(home, number, FORMAT));
        }
      } else {
        Files.writeString(file, format(FORMAT));
      }
    } catch (EngineException e) {
      throw e;
    } catch (IOException e) {
      throw Failures.of(e, home);
    }
  }

  /** What is in the file that tells the format; a damaged one says nothing. */
  static String format(int number) {
    CRC32C crc = new CRC32C();
    crc.update(number);
    return number + " " + Long.toHexString(crc.getValue()) + "\n";
  }

  private void closeQuietly() {
    try {
      channel.close();
    } catch (IOException e) {
      // the end of the process releases the lock
    }
  }

  private FileLock lock() throws EngineException {
    FileLock taken = null;
    try {
      taken = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // by this process
    } catch (IOException e) {
      throw new EngineException(Reason.FAILED, home + " cannot be locked", e);
    }
    if (taken == null) {
      throw new EngineException(
          Reason.FAILED, home + " is in use by another broker; one broker per data folder");
    }
    return taken;
  }

  Path home() {
    return home;
  }

  /** How many damaged parts were set aside. */
  long setAside() {
    return setAside.get();
  }

  /**
   * Opens the database; what is damaged is set aside, reported and counted.
   *
   * @param tables whether what the log holds is written to tables at once, which has it synced
   */
  Database open(boolean tables) throws EngineException {
    try {
      int number = current();
      Path folder = home.resolve(String.valueOf(number));
      if (!Files.isDirectory(folder)) {
        DataFolder.createPrivate(folder);
        syncUpwards();
      }
      forgetBefore(number);
      Database opened = opening(folder).open(tables);
      return opened != null ? opened : salvaged(number);
    } catch (IOException e) {
      throw Failures.of(e, home);
    } catch (RocksDBException e) {
      throw Failures.of(e, home);
    }
  }

  /** What was just made would be lost with the names of the folders that lead to it. */
  private void syncUpwards() throws IOException {
    Path folder = home;
    for (int level = 0; level < LEVELS_MADE && folder != null; level++) {
      if (Files.isReadable(folder)) {
        Folders.sync(folder);
      }
      folder = folder.getParent();
    }
  }

  /** Makes a new database of what can be read of the damaged one, which nobody has open. */
  Database salvage() throws EngineException {
    try {
      return salvaged(current());
    } catch (IOException e) {
      throw Failures.of(e, home);
    } catch (RocksDBException e) {
      throw Failures.of(e, home);
    }
  }

  private Database salvaged(int number) throws RocksDBException, IOException {
    Path damaged = home.resolve(String.valueOf(number));
    Path fresh = home.resolve(String.valueOf(number + 1));
    LOG.warn("{}: the database is damaged; a new one is made of what can be read", damaged);
    Folders.deleteQuietly(aside()); // of the last time
    new Salvage(damaged, tuning, this::found).into(fresh);
    Files.move(damaged, aside());
    Database opened = opening(fresh).open(true);
    if (opened == null) {
      throw new IOException(fresh + " cannot be opened, though it was just made");
    }
    LOG.warn("{}: made; the damaged one is in {} until there is another", fresh, aside());
    return opened;
  }

  private Opening opening(Path folder) {
    return new Opening(folder, aside(), tuning, this::found);
  }

  private Path aside() {
    return home.resolve("damaged");
  }

  private void found(String damage) {
    setAside.incrementAndGet();
    LOG.warn("{}: {}", home, damage);
  }

  /** The number of the database that counts: a salvaged one has the next higher. */
  private int current() throws IOException {
    int highest = 0;
    for (Path each : Folders.files(home, "")) {
      String name = each.getFileName().toString();
      if (name.matches("[1-9]\\d{0,8}") && Files.isDirectory(each)) {
        highest = Math.max(highest, Integer.parseInt(name));
      }
    }
    return Math.max(1, highest);
  }

  /** A salvage that was interrupted at its end leaves the damaged one where it was. */
  private void forgetBefore(int number) throws IOException {
    Path old = home.resolve(String.valueOf(number - 1));
    if (Files.isDirectory(old)) {
      Folders.deleteQuietly(aside());
      Files.move(old, aside());
    }
  }

  /** The database for reading only, or null if it cannot be read. */
  @Nullable Database openReadOnly() {
    try {
      return Database.openReadOnly(
          home.resolve(String.valueOf(current())),
          tuning.options(WALRecoveryMode.SkipAnyCorruptedRecords, false, false));
    } catch (RocksDBException | IOException e) {
      return null;
    }
  }

  /**
   * Finds out whether the disk takes a file, of the size that opening needs.
   *
   * @throws EngineException if it does not
   */
  void probe() throws EngineException {
    Path file = home.resolve("probe");
    try {
      long logs = 0;
      for (Path log : Folders.files(home.resolve(String.valueOf(current())), ".log")) {
        logs += Files.size(log);
      }
      try (FileChannel out =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        for (long left = logs + 4L * PROBE; left > 0; left -= PROBE) {
          ByteBuffer zeros = ByteBuffer.allocate(PROBE);
          while (zeros.hasRemaining()) {
            out.write(zeros);
          }
        }
        out.force(true);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw Failures.of(e, home);
    }
  }

  @Override
  public void close() {
    tuning.close();
    closeQuietly();
  }
}
