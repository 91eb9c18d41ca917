package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.EnvOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WALRecoveryMode;

/**
 * Makes a new database of what can be read of a damaged one.
 *
 * <p>With the manifest, the damaged one is opened for reading: then later values hide earlier ones
 * and what was removed stays removed, as far as tables are whole. A table that cannot be opened
 * would make all of it unreadable, so a table with one marked entry takes its place. Without the
 * manifest the tables are read one by one, in the order in which they were written, and the logs
 * are handed over as they are; what was removed may come back then.
 */
final class Salvage {
  private static final byte[] MARK = {
    0x66,
    0x6c,
    0x75,
    0x78,
    (byte) 0x9d,
    0x13,
    (byte) 0xe6,
    0x40,
    0x71,
    (byte) 0xb2,
    0x05,
    0x5a,
    (byte) 0xc8,
    0x2f,
    (byte) 0x94,
    0x6b
  };
  private static final long LOG_NUMBERS = 1_000_000;

  private final Path damaged;
  private final Tuning tuning;
  private final Consumer<String> found;

  /** Of one database, which nobody has open. */
  Salvage(Path damaged, Tuning tuning, Consumer<String> found) {
    this.damaged = damaged;
    this.tuning = tuning;
    this.found = found;
  }

  /**
   * Makes the new database. The old folder loses tables that cannot be read, nothing else.
   *
   * @param target does not exist, and does only when all is on disk
   */
  void into(Path target) throws RocksDBException, IOException {
    Path unfinished = target.resolveSibling(target.getFileName() + ".new");
    Folders.deleteQuietly(unfinished);
    DataFolder.createPrivate(unfinished);
    if (!withManifest(unfinished)) {
      Folders.deleteQuietly(unfinished);
      DataFolder.createPrivate(unfinished);
      withoutManifest(unfinished);
    }
    Folders.sync(unfinished);
    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    Folders.sync(target.getParent());
  }

  private boolean withManifest(Path target) throws RocksDBException, IOException {
    try (Filling filling = new Filling(target, options(false))) {
      List<LiveFileMetaData> tables;
      try (Options options = lenient();
          RocksDB db = RocksDB.openReadOnly(options, damaged.toString())) {
        tables = db.getLiveFilesMetaData();
      }
      for (LiveFileMetaData table : tables) {
        if (readableEnds(file(table)) == 0) {
          replace(table);
        }
      }
      List<Rescue.Gap> gaps = read(List.of(Rescue.Gap.ALL), tables, filling);
      if (!gaps.isEmpty()) {
        // A table whose first or last block is bad also hides what others have before or behind it.
        for (LiveFileMetaData table : tables) {
          if (readableEnds(file(table)) == 1) {
            replace(table);
          }
        }
        gaps = read(gaps, tables, filling);
      }
      report(gaps, "");
      filling.finish();
      return true;
    } catch (RocksDBException e) {
      if (!Failures.isDamageToFiles(e)) {
        throw e;
      }
      return false;
    }
  }

  private List<Rescue.Gap> read(
      List<Rescue.Gap> gaps, List<LiveFileMetaData> tables, Filling filling)
      throws RocksDBException {
    try (Options options = lenient();
        RocksDB db = RocksDB.openReadOnly(options, damaged.toString());
        ReadOptions reading = new ReadOptions();
        var iterator = db.newIterator(reading)) {
      return Rescue.read(iterator, gaps, fences(tables), filling);
    }
  }

  private Path file(LiveFileMetaData table) {
    return damaged.resolve(table.fileName().replace("/", ""));
  }

  private static List<byte[]> fences(List<LiveFileMetaData> tables) {
    List<byte[]> fences = new ArrayList<>();
    for (LiveFileMetaData table : tables) {
      fences.add(table.smallestKey());
      fences.add(table.largestKey());
    }
    return fences;
  }

  /** Opens what others would refuse to. */
  private Options lenient() {
    Properties trusting = new Properties();
    trusting.setProperty("verify_sst_unique_id_in_manifest", "false");
    try (DBOptions some = DBOptions.getDBOptionsFromProps(trusting);
        ColumnFamilyOptions others = new ColumnFamilyOptions()) {
      return tuning.apply(
          new Options(some, others), WALRecoveryMode.SkipAnyCorruptedRecords, false, false);
    }
  }

  private Options options(boolean tables) {
    return tuning.options(WALRecoveryMode.SkipAnyCorruptedRecords, true, tables);
  }

  private void replace(LiveFileMetaData table) throws RocksDBException, IOException {
    Path file = file(table);
    if (Files.exists(file)) {
      Files.move(
          file,
          damaged.resolve(file.getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    }
    found.accept(
        "%s of %,d bytes is missing or damaged".formatted(file.getFileName(), table.size()));
    // One entry, as large as makes the file as large as the manifest says it is.
    int length = MARK.length;
    for (int i = 0; i < 4 && length >= MARK.length; i++) {
      writeOneEntry(file, table.smallestKey(), Arrays.copyOf(MARK, length));
      length += Math.toIntExact(table.size() - Files.size(file));
    }
  }

  private void writeOneEntry(Path file, byte[] key, byte[] value) throws RocksDBException {
    try (EnvOptions env = new EnvOptions();
        Options options = options(false).setCompressionType(CompressionType.NO_COMPRESSION);
        SstFileWriter writer = new SstFileWriter(env, options)) {
      writer.open(file.toString());
      writer.put(key, value);
      writer.finish();
    }
  }

  /** From how many ends it can be entered; blocks in between may be damaged as well. */
  private int readableEnds(Path file) {
    try (Options options = options(false);
        SstFileReader reader = new SstFileReader(options);
        ReadOptions reading = new ReadOptions()) {
      reader.open(file.toString());
      try (var iterator = reader.newIterator(reading)) {
        iterator.seekToFirst();
        int readable = iterator.isValid() ? 1 : 0;
        iterator.seekToLast();
        return readable + (iterator.isValid() ? 1 : 0);
      }
    } catch (RocksDBException e) {
      return 0;
    }
  }

  private void withoutManifest(Path target) throws RocksDBException, IOException {
    found.accept("nothing told which tables count; all were read, removed entries may be back");
    List<Path> tables = new ArrayList<>(Folders.files(damaged, ".sst"));
    tables.sort(Comparator.comparingLong(Folders::number));
    try (Filling filling = new Filling(target, options(false))) {
      for (Path table : tables) {
        read(table, filling);
      }
      filling.finish();
    }
    List<Path> logs = Folders.files(damaged, ".log");
    if (!logs.isEmpty()) {
      for (Path log : logs) { // behind all that the new database has numbered
        String name = "%06d.log".formatted(LOG_NUMBERS + Folders.number(log));
        LogFile.read(log).writeTo(target.resolve(name));
      }
      try (Options options = options(true);
          RocksDB db = RocksDB.open(options, target.toString())) {
        db.syncWal();
      }
    }
  }

  private void read(Path table, Filling filling) throws RocksDBException {
    try (Options options = options(false);
        SstFileReader reader = new SstFileReader(options);
        ReadOptions reading = new ReadOptions()) {
      reader.open(table.toString());
      try (var iterator = reader.newIterator(reading)) {
        report(Rescue.read(iterator, filling), " of " + table.getFileName());
      }
    } catch (RocksDBException e) {
      if (!Failures.isDamageToFiles(e)) {
        throw e;
      }
      found.accept(table.getFileName() + " cannot be read");
    }
  }

  private void report(List<Rescue.Gap> gaps, String where) {
    int places = Rescue.places(gaps);
    if (places > 0) {
      found.accept(places + " damaged places" + where + "; the entries there are lost");
    }
  }

  /** A database that is being filled. */
  private static final class Filling implements Rescue.Sink, AutoCloseable {
    private static final int ENOUGH = 1 << 20;

    private final Options options;
    private final RocksDB db;
    private final org.rocksdb.WriteOptions unlogged =
        new org.rocksdb.WriteOptions().setDisableWAL(true);
    private final org.rocksdb.WriteBatch batch = new org.rocksdb.WriteBatch();

    Filling(Path folder, Options options) throws RocksDBException {
      this.options = options;
      db = RocksDB.open(options, folder.toString());
    }

    @Override
    public void put(byte[] key, byte[] value) throws RocksDBException {
      if (value.length >= MARK.length
          && Arrays.equals(value, 0, MARK.length, MARK, 0, MARK.length)) {
        return;
      }
      batch.put(key, value);
      if (batch.getDataSize() > ENOUGH) {
        write();
      }
    }

    private void write() throws RocksDBException {
      db.write(unlogged, batch);
      batch.clear();
    }

    void finish() throws RocksDBException {
      write();
      try (var wait = new org.rocksdb.FlushOptions().setWaitForFlush(true)) {
        db.flush(wait);
      }
    }

    @Override
    public void close() {
      batch.close();
      unlogged.close();
      db.close();
      options.close();
    }
  }
}
