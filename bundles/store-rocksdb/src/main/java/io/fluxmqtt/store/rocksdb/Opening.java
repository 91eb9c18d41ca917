package io.fluxmqtt.store.rocksdb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WALRecoveryMode;

/**
 * Opens a database, whatever has become of its files, as long as it knows which tables it consists
 * of: first as it should be; then without the damaged parts of its log; then with the copy of its
 * manifest. What is left to {@link Salvage} is a database whose tables are damaged.
 */
final class Opening {
  private final Path folder;
  private final Path aside;
  private final Tuning tuning;
  private final Consumer<String> found;

  /**
   * Of one database.
   *
   * @param aside where damaged files go that are not needed any more
   * @param found is told of each damage
   */
  Opening(Path folder, Path aside, Tuning tuning, Consumer<String> found) {
    this.folder = folder;
    this.aside = aside;
    this.tuning = tuning;
    this.found = found;
  }

  /**
   * Opens it, or returns null if it is damaged further.
   *
   * @param tables whether what the log holds is written to tables at once, which has it synced
   * @throws RocksDBException if it is not damage that keeps it from being opened
   */
  @Nullable Database open(boolean tables) throws RocksDBException, IOException {
    boolean fresh = Folders.files(folder, ".sst").isEmpty() && logs().isEmpty();
    Guard guard = new Guard(folder);
    guard.mend(found);
    if (!fresh && !Files.exists(folder.resolve("CURRENT"))) {
      return null; // RocksDB would begin a new one, and delete the tables
    }
    List<String> missingLogs = guard.missingLogs(); // before they are read, and become tables
    for (Path log : logs()) {
      Folders.sync(log); // what is read again must not vanish later
    }
    Database opened = attempt(WALRecoveryMode.TolerateCorruptedTailRecords, tables);
    if (opened == null && mendLogs()) {
      opened = attempt(WALRecoveryMode.TolerateCorruptedTailRecords, true);
    }
    if (opened == null && guard.restore(found)) {
      opened = attempt(WALRecoveryMode.TolerateCorruptedTailRecords, true);
    }
    if (opened != null) {
      lookForMissing(opened, guard, missingLogs);
      opened.note();
    }
    return opened;
  }

  private List<Path> logs() throws IOException {
    return Folders.files(folder, ".log");
  }

  /** Writes logs anew without what is damaged in them; returns whether there was such. */
  private boolean mendLogs() throws IOException {
    boolean mended = false;
    for (Path log : logs()) {
      LogFile file = LogFile.read(log);
      if (file.damagedPlaces() > 0) {
        Folders.link(List.of(log), aside);
        file.writeTo(log);
        found.accept(
            "%s was damaged in %d places; the %d batches that can be read are kept"
                .formatted(log.getFileName(), file.damagedPlaces(), file.batches()));
        mended = true;
      }
    }
    return mended;
  }

  private @Nullable Database attempt(WALRecoveryMode log, boolean tables) throws RocksDBException {
    try {
      return Database.open(folder, tuning.options(log, true, tables));
    } catch (RocksDBException e) {
      if (!Failures.isDamageToFiles(e)) {
        throw e;
      }
      return null;
    }
  }

  private void lookForMissing(Database opened, Guard guard, List<String> missingLogs) {
    long missing = guard.sequence() - opened.sequence();
    if (missing > 0) {
      found.accept("the last " + missing + " changes are missing; the log was cut off");
    } else if (!missingLogs.isEmpty()) {
      found.accept("changes are missing: " + missingLogs + " was deleted or cut off");
    }
  }
}
