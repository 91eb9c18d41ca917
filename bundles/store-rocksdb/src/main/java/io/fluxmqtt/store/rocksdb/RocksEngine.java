package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine on one folder.
 *
 * <p>After a write that failed, its database is read from only: RocksDB cannot know what of it is
 * on the disk, and no more can we. What the failed batch would have changed is kept. A thread looks
 * each second whether the disk takes a file; then it closes the database, opens it anew, which
 * writes what the log holds to tables and syncs them, puts back what the failed batch may have
 * changed, and lets writers in again. So a batch that failed is not there, and one that was
 * acknowledged is.
 */
final class RocksEngine implements KvEngine, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RocksEngine.class);
  private static final long PATIENCE_MILLIS = 2_000;
  private static final long CLOSE_MILLIS = 400;
  private static final long TIDY_BYTES = 1 << 20; // of log, before it is worth it
  private static final long TIDY_MILLIS = 2_000;

  private final Vault vault;
  private final long retryMillis;
  private final Idling idling = new Idling(TIDY_BYTES, TIDY_MILLIS, this::tidy);
  private final AtomicLong logBytes = new AtomicLong();
  private final AtomicLong given = new AtomicLong();
  private final AtomicLong writes = new AtomicLong();
  private final AtomicLong syncs = new AtomicLong();
  private final AtomicLong syncNanos = new AtomicLong();

  private final Object writing = new Object(); // who writes, opens or closes
  private volatile @Nullable Database database; // changed while holding writing
  private volatile @Nullable EngineException failure; // as above
  private List<Write> undo = List.of(); // guarded by writing
  private volatile long earlierTableBytes; // of databases that were closed; changed as above
  private volatile long tableBytes; // as of the last look at the statistics, as is the next
  private volatile long bytesOnDisk;

  /** Opens the engine. Blocks for I/O. */
  RocksEngine(Path home, long budgetBytes, long retryMillis) throws EngineException {
    this.retryMillis = retryMillis;
    vault = new Vault(home, budgetBytes);
    boolean opened = false;
    try {
      Database first = vault.open(false);
      database = first;
      idling.wrote(first.logBytes());
      opened = true;
    } finally {
      if (!opened) {
        vault.close();
      }
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) throws EngineException {
    byte[][] value = {null};
    read(used -> value[0] = used.get(key));
    return value[0];
  }

  @Override
  public void scan(byte[] from, byte[] to, Visitor visitor) throws EngineException {
    seek(from, to, (key, value) -> visitor.visit(key, value) ? key : null);
  }

  @Override
  public void seek(byte[] from, byte[] to, Seeker seeker) throws EngineException {
    byte[][] start = {from};
    read(
        used -> {
          if (Arrays.compareUnsigned(start[0], to) < 0) {
            used.seek(
                start[0],
                to,
                (key, value) -> {
                  byte[] next = seeker.visit(key, value);
                  start[0] = next == key ? behind(key) : next == null ? to : next; // if it fails
                  return next;
                });
          }
        });
  }

  private static byte[] behind(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }

  private interface Reading {
    void run(Database used) throws RocksDBException;
  }

  /** Reads, and once more if damage was met and set aside. */
  private void read(Reading reading) throws EngineException {
    EngineException met = attempt(reading);
    if (met != null && met.reason() == Reason.DAMAGED && setAside(met)) {
      met = attempt(reading);
    }
    if (met != null) {
      throw met;
    }
  }

  private @Nullable EngineException attempt(Reading reading) throws EngineException {
    Database used = enter();
    try {
      reading.run(used);
      return null;
    } catch (RocksDBException e) {
      return Failures.of(e, used.folder());
    } finally {
      used.leave();
    }
  }

  /** Has the damage set aside; returns whether that is done, by this thread or another. */
  private boolean setAside(EngineException met) {
    synchronized (writing) {
      if (failure == null) {
        failure = met;
        if (!healed()) {
          healLater();
        }
      }
      return failure == null;
    }
  }

  @Override
  public void write(List<Write> changes, boolean sync) throws EngineException {
    if (changes.isEmpty() && !sync) {
      return;
    }
    Batch batch = new Batch(changes);
    synchronized (writing) {
      EngineException known = failure;
      if (known != null) {
        throw again(known);
      }
      Database used = enter();
      try {
        write(used, batch, sync);
      } catch (RocksDBException e) {
        EngineException failed = Failures.of(e, used.folder());
        fail(failed, used, changes);
        throw failed;
      } finally {
        used.leave();
      }
    }
  }

  private void write(Database used, Batch batch, boolean sync) throws RocksDBException {
    long began = System.nanoTime();
    used.write(batch, sync);
    writes.incrementAndGet();
    given.addAndGet(batch.given());
    logBytes.addAndGet(batch.length());
    idling.wrote(batch.length());
    if (sync) {
      syncs.incrementAndGet();
      syncNanos.addAndGet(System.nanoTime() - began);
    }
  }

  /** Nobody writes: what was removed since need not stay on the disk. */
  private void tidy() {
    Database used = database;
    if (used == null || failure != null || !used.enter()) {
      return;
    }
    try {
      used.tidy();
    } catch (RocksDBException e) {
      synchronized (writing) {
        if (failure == null && database == used) { // else it is being closed, or healed already
          failure = Failures.of(e, used.folder());
          healLater();
        }
      }
    } finally {
      used.leave();
    }
  }

  private void fail(EngineException failed, Database used, List<Write> changes) {
    failure = failed;
    try {
      undo = used.valuesOf(changes);
    } catch (RocksDBException e) {
      LOG.warn("{}: what a failed batch would have changed cannot be read", used.folder(), e);
    }
    healLater();
  }

  private void healLater() {
    Thread thread = new Thread(this::heal, "flux-mqtt-rocksdb-heal");
    thread.setDaemon(true);
    thread.start();
  }

  private void heal() {
    try {
      do {
        Thread.sleep(retryMillis);
      } while (!healed());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Tries to open anew; returns whether there is nothing left to do. */
  private boolean healed() {
    synchronized (writing) {
      EngineException known = failure;
      if (known == null || known.reason() == Reason.CLOSED) {
        return true;
      }
      try {
        vault.probe();
        stopTidying();
        if (!closeDatabase(PATIENCE_MILLIS)) {
          return false; // somebody reads on; later
        }
        reopen(known.reason());
        failure = null;
        LOG.info("{}: opened anew and whole; it is written to again", vault.home());
        return true;
      } catch (EngineException e) {
        failure = e;
        return false;
      } catch (RuntimeException e) { // edge: the thread must go on trying
        LOG.error("{}: cannot be opened anew", vault.home(), e);
        return false;
      }
    }
  }

  private void reopen(Reason reason) throws EngineException {
    Database opened = null;
    try {
      opened = reason == Reason.DAMAGED ? vault.salvage() : vault.open(true);
      if (reason == Reason.FAILED) {
        opened.verify();
      }
      if (!undo.isEmpty()) {
        opened.write(new Batch(undo), true);
      }
      undo = List.of();
      database = opened;
    } catch (RocksDBException e) {
      throw Failures.of(e, vault.home());
    } finally {
      if (database == null) {
        if (opened != null) {
          opened.close();
        }
        database = vault.openReadOnly();
      }
    }
  }

  private void stopTidying() {
    Database last = database;
    if (last != null) {
      last.stopTidying();
    }
  }

  private boolean closeDatabase(long patienceMillis) {
    Database old = database;
    if (old == null) {
      return true;
    }
    if (!old.retire(patienceMillis)) {
      old.readmit();
      return false;
    }
    earlierTableBytes = earlierTableBytes + old.tableBytesWritten();
    old.close();
    database = null;
    return true;
  }

  /** The database, which the caller then uses; waits while it is opened anew. */
  private Database enter() throws EngineException {
    Database current = database;
    if (current != null && current.enter()) {
      return current;
    }
    synchronized (writing) {
      current = database;
      if (current != null && current.enter()) {
        return current;
      }
      EngineException known = failure;
      throw known != null ? again(known) : new EngineException(Reason.CLOSED, "closed");
    }
  }

  private static EngineException again(EngineException known) {
    return new EngineException(known.reason(), String.valueOf(known.getMessage()), known);
  }

  @Override
  public void backup(Path folder) throws IOException {
    if (Files.exists(folder)) {
      throw new IOException(folder + " is there already; a backup overwrites nothing");
    }
    DataFolder.createPrivate(folder);
    Database used = enter();
    try {
      Path copy = folder.resolve("1"); // as the home of an engine
      used.checkpoint(copy);
      for (Path file : Folders.files(copy, "")) {
        Folders.sync(file);
      }
      Folders.sync(copy);
      Folders.sync(folder);
    } catch (RocksDBException e) {
      throw Failures.of(e, folder);
    } finally {
      used.leave();
    }
  }

  @Override
  public @Nullable EngineException failure() {
    return failure;
  }

  /** Waits for no lock that somebody holds who writes or opens: it is asked for when they hang. */
  @Override
  public Statistics statistics() {
    Database used = database;
    if (used != null && used.enter()) {
      try {
        tableBytes = earlierTableBytes + used.tableBytesWritten();
        bytesOnDisk = Folders.bytes(used.folder());
      } catch (IOException e) {
        // what was known counts
      } finally {
        used.leave();
      }
    }
    return new Statistics(
        bytesOnDisk,
        logBytes.get() + tableBytes,
        given.get(),
        writes.get(),
        syncs.get(),
        syncNanos.get(),
        vault.setAside());
  }

  /** Ends all use. A reader that does not end in time keeps its database open, as it must. */
  @Override
  public void close() {
    synchronized (writing) {
      failure = new EngineException(Reason.CLOSED, "the engine on " + vault.home() + " is closed");
      idling.close();
      stopTidying();
      if (!closeDatabase(CLOSE_MILLIS)) {
        LOG.warn("{}: somebody still reads; its files stay open", vault.home());
        return;
      }
      vault.close();
    }
  }
}
