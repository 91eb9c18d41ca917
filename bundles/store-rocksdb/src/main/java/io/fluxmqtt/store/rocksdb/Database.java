package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.KvEngine.Seeker;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open database. It counts who uses it, since closing it under a reader would take the process
 * down: {@link #retire} lets nobody in any more, and whoever is the last to leave may close it.
 */
final class Database {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);

  private static final Pattern ENTRIES = Pattern.compile("# entries=(\\d+)");
  private static final Pattern DELETIONS = Pattern.compile("# deletions=(\\d+)");

  private final Path folder;
  private final Options options;
  private final RocksDB db;
  private final @Nullable Guard guard; // null if nothing may change
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unsynced = new WriteOptions();
  private final ReadOptions point = new ReadOptions();

  private int users; // guarded by this
  private boolean retired; // guarded by this
  private boolean closed; // guarded by this

  private Database(Path folder, Options options, RocksDB db, @Nullable Guard guard) {
    this.folder = folder;
    this.options = options;
    this.db = db;
    this.guard = guard;
  }

  /** Opens the database of a folder, or makes one. The options are closed with it. */
  static Database open(Path folder, Options options) throws RocksDBException {
    return open(folder, options, new Guard(folder), RocksDB::open);
  }

  /** Opens a database so that nothing in its folder changes. */
  static Database openReadOnly(Path folder, Options options) throws RocksDBException {
    return open(folder, options, null, RocksDB::openReadOnly);
  }

  private interface Opener {
    RocksDB open(Options options, String folder) throws RocksDBException;
  }

  private static Database open(Path folder, Options options, @Nullable Guard guard, Opener opener)
      throws RocksDBException {
    RocksDB db = null;
    try {
      db = opener.open(options, folder.toString());
      return new Database(folder, options, db, guard);
    } finally {
      if (db == null) {
        options.close();
      }
    }
  }

  /** Whether the caller may use it, up to {@link #leave}. */
  synchronized boolean enter() {
    if (retired) {
      return false;
    }
    users++;
    return true;
  }

  synchronized void leave() {
    users--;
    if (users == 0) {
      notifyAll();
    }
  }

  /** Lets nobody in until {@link #readmit}; returns whether all have left in time. */
  synchronized boolean retire(long millis) {
    retired = true;
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (users > 0) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  synchronized void readmit() {
    retired = false;
  }

  /** Closes it, if nobody uses it; else it stays open, as it must. */
  synchronized boolean close() {
    retired = true;
    if (closed || users > 0) {
      return closed;
    }
    closed = true;
    db.cancelAllBackgroundWork(true);
    noteTheEnd();
    db.close();
    point.close();
    unsynced.close();
    synced.close();
    options.close();
    return true;
  }

  private void noteTheEnd() {
    if (guard != null) {
      try {
        db.syncWal();
        guard.close(sequence());
      } catch (RocksDBException | IOException e) {
        LOG.debug("{}: what is on disk is not known", folder, e);
      }
    }
  }

  /** Has the manifest copied, if it has changed. */
  void note() {
    if (guard != null) {
      try {
        guard.note(this::sequence);
      } catch (IOException e) {
        LOG.debug("{}: the manifest is not copied", folder, e);
      }
    }
  }

  Path folder() {
    return folder;
  }

  byte @Nullable [] get(byte[] key) throws RocksDBException {
    return db.get(point, key);
  }

  void write(Batch batch, boolean sync) throws RocksDBException {
    try (WriteBatch changes = batch.toNative()) {
      db.write(sync ? synced : unsynced, changes);
    }
    note();
  }

  /** What would take changes back: what their keys hold now. */
  List<Write> valuesOf(List<Write> changes) throws RocksDBException {
    List<Write> values = new ArrayList<>(changes.size());
    for (Write change : changes) {
      values.add(new Write(change.key(), get(change.key())));
    }
    return values;
  }

  void seek(byte[] from, byte[] to, Seeker seeker) throws RocksDBException {
    try (Slice end = new Slice(to);
        ReadOptions range =
            new ReadOptions()
                .setIterateUpperBound(end)
                .setAutoPrefixMode(false)
                .setFillCache(true);
        RocksIterator iterator = db.newIterator(range)) {
      iterator.seek(from);
      while (iterator.isValid()) {
        byte[] key = iterator.key();
        byte[] next = seeker.visit(key, iterator.value());
        if (next == key) {
          iterator.next();
        } else if (next == null) {
          return;
        } else if (Arrays.compareUnsigned(next, key) > 0) {
          iterator.seek(next);
        } else {
          throw new IllegalArgumentException("a seek must go forward");
        }
      }
      iterator.status();
    }
  }

  void checkpoint(Path target) throws RocksDBException {
    try (Checkpoint checkpoint = Checkpoint.create(db)) {
      checkpoint.createCheckpoint(target.toString());
    }
  }

  /** Reads all tables and compares their checksums. */
  void verify() throws RocksDBException {
    db.verifyChecksum();
  }

  /** Writes what is in memory to a table. */
  void flush() throws RocksDBException {
    try (var wait = new org.rocksdb.FlushOptions().setWaitForFlush(true)) {
      db.flush(wait);
    }
  }

  /** What the logs take on the disk; 0 where that cannot be read. */
  long logBytes() {
    try {
      return Folders.bytes(Folders.files(folder, ".log"));
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Writes what is in memory to a table, so that the log can go, and then, if most of the tables'
   * entries say that something was removed, all of them anew. Does neither where the disk might not
   * have room for it. Blocks for I/O, until {@link #stopTidying} at most.
   */
  void tidy() throws RocksDBException {
    try {
      if (hasRoomFor(logBytes())) {
        flush();
        if (isMostlyRemoved() && hasRoomFor(Folders.bytes(Folders.files(folder, ".sst")))) {
          db.compactRange();
        }
        note();
      }
    } catch (IOException e) {
      LOG.debug("{}: not tidied", folder, e);
    }
  }

  private boolean hasRoomFor(long bytes) throws IOException {
    return Files.getFileStore(folder).getUsableSpace() > 2 * bytes;
  }

  private boolean isMostlyRemoved() throws RocksDBException {
    String properties = db.getProperty("rocksdb.aggregated-table-properties");
    return 2 * count(DELETIONS, properties) > count(ENTRIES, properties);
  }

  private static long count(Pattern of, String properties) {
    Matcher matcher = of.matcher(properties);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** Has {@link #tidy} return soon; nothing is tidied after that. */
  synchronized void stopTidying() {
    if (!closed) {
      db.cancelAllBackgroundWork(false);
    }
  }

  long sequence() {
    return db.getLatestSequenceNumber();
  }

  /** Bytes of tables that were written since it was opened, rewriting included. */
  long tableBytesWritten() {
    try {
      String gigabytes = db.getMapProperty("rocksdb.cfstats").get("compaction.Sum.WriteGB");
      return gigabytes == null ? 0 : (long) (Double.parseDouble(gigabytes) * (1L << 30));
    } catch (RocksDBException | NumberFormatException e) {
      return 0;
    }
  }
}
