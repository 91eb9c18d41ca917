package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine on one file. A synced write is one commit of MVStore and one sync; what is written
 * without sync waits in memory for the next of those, so that whatever MVStore writes is synced
 * before it writes again.
 *
 * <p>After a failed write the file is closed without a word and opened anew, and what was not
 * acknowledged is undone; so nothing is built on pages of which nobody knows whether they reached
 * the disk. A file that turns out to be damaged, whenever that is, is replaced by what can be read
 * of it, and who was reading goes on.
 */
final class MvStoreEngine implements KvEngine, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MvStoreEngine.class);

  /** What is not synced is committed when it has become this much. */
  private static final long PENDING_BYTES_MAX = 1 << 20;

  private static final long RETRY_MILLIS = 500;
  private static final long ROOM_BYTES_MIN = 256 << 10;
  private static final long TIDY_AFTER_BYTES = 1 << 20;
  private static final long TIDY_DELAY_MILLIS = 1_000;
  private static final int TIDY_FILL_PERCENT = 50;
  private static final int TIDY_BYTES = 1 << 20;
  private static final int READ_ATTEMPTS = 3;

  private final Folder folder;
  private final Opening opening;
  private final ScheduledThreadPoolExecutor later;
  private final Disk disk;
  private final AtomicLong setAside = new AtomicLong();

  private volatile @Nullable DataFile data; // changed under this
  private volatile @Nullable EngineException failure; // changed under this
  private volatile boolean closed; // changed under this

  // guarded by this
  private final List<List<Write>> pending = new ArrayList<>(); // in the file's map, not committed
  private long pendingBytes;
  private long lastVersion; // of the last commit that was acknowledged
  private long roomNeeded = ROOM_BYTES_MIN;
  private long writtenWhenTidy;
  private boolean tidyPlanned;

  // written under this, read by statistics
  private volatile long bytesGiven;
  private volatile long writes;
  private volatile long syncs;
  private volatile long syncNanos;

  private MvStoreEngine(Folder folder, Disk disk) throws EngineException {
    this.folder = folder;
    this.disk = disk;
    opening = new Opening(folder, disk, setAside);
    later = new ScheduledThreadPoolExecutor(1, MvStoreEngine::thread);
    later.setKeepAliveTime(10, TimeUnit.SECONDS);
    later.allowCoreThreadTimeOut(true);
    later.setRemoveOnCancelPolicy(true);
    DataFile opened = opening.open(Opening.ANY_VERSION);
    try {
      opening.settle();
    } catch (EngineException e) {
      opened.abandon();
      throw e;
    }
    lastVersion = opened.version();
    data = opened;
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "flux-mqtt-mvstore");
    thread.setDaemon(true);
    return thread;
  }

  /** Opens the engine in a folder, which it makes if it is missing. Blocks for I/O. */
  static MvStoreEngine open(Path path) throws EngineException {
    return open(path, new Disk());
  }

  static MvStoreEngine open(Path path, Disk disk) throws EngineException {
    Folder folder = Folder.open(path);
    try {
      return new MvStoreEngine(folder, disk);
    } catch (EngineException | RuntimeException | Error e) {
      folder.close();
      throw e;
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) throws IOException {
    for (int attempt = 1; ; attempt++) {
      DataFile from = present();
      try {
        return from.get(key);
      } catch (RuntimeException | AssertionError e) {
        recover(from, e, attempt);
      }
    }
  }

  @Override
  public void scan(byte[] from, byte[] to, Visitor visitor) throws IOException {
    if (Arrays.compareUnsigned(from, to) < 0) {
      scanUntil(from, to, visitor);
    }
  }

  private void scanUntil(byte[] from, byte @Nullable [] to, Visitor visitor) throws IOException {
    byte[] next = from;
    for (int attempt = 1; ; attempt++) {
      DataFile file = present();
      Scan scan = new Scan(next, to, visitor);
      Throwable broken = scan.run(file);
      if (broken == null) {
        return;
      }
      next = scan.next;
      recover(file, broken, attempt);
    }
  }

  /** One walk, as far as it comes. A visitor's failure is the caller's. */
  private static final class Scan {
    private final byte @Nullable [] to;
    private final Visitor visitor;
    byte[] next;

    Scan(byte[] from, byte @Nullable [] to, Visitor visitor) {
      next = from;
      this.to = to;
      this.visitor = visitor;
    }

    /** Returns what broke it, or null at its end. */
    @Nullable Throwable run(DataFile file) {
      DataFile.Walk walk;
      try {
        walk = file.walk(next);
      } catch (RuntimeException | AssertionError e) {
        return e;
      }
      try (walk) {
        while (true) {
          byte[] key;
          byte[] value;
          try {
            key = walk.next();
            if (key == null || to != null && Arrays.compareUnsigned(key, to) >= 0) {
              return null;
            }
            value = walk.value();
          } catch (RuntimeException | AssertionError e) {
            return e;
          }
          next = Arrays.copyOf(key, key.length + 1);
          if (!visitor.visit(key, value)) {
            return null;
          }
        }
      }
    }
  }

  @Override
  public synchronized void write(List<Write> changes, boolean sync) throws IOException {
    EngineException known = failure;
    if (known != null && known.reason() != Reason.FULL) {
      throw new EngineException(known.reason(), String.valueOf(known.getMessage()), known);
    }
    opening.settle();
    DataFile file = present();
    long bytes = bytes(changes);
    try {
      file.apply(changes);
    } catch (RuntimeException | AssertionError e) {
      recover(file, e, 1);
      file = present();
      file.apply(changes);
    }
    pending.add(changes);
    pendingBytes += bytes;
    if (sync || pendingBytes > PENDING_BYTES_MAX) {
      try {
        commit(file);
      } catch (RuntimeException | AssertionError e) {
        pending.remove(pending.size() - 1);
        pendingBytes -= bytes;
        roomNeeded = Math.max(ROOM_BYTES_MIN, 4 * bytes);
        throw fail(file, e);
      }
      healed();
    }
    file.publish();
    bytesGiven += bytes;
    writes++;
    syncs += sync ? 1 : 0;
    planTidy();
  }

  private void commit(DataFile file) {
    long begin = System.nanoTime();
    file.commit();
    lastVersion = file.version();
    pending.clear();
    pendingBytes = 0;
    syncNanos += System.nanoTime() - begin;
  }

  private static long bytes(List<Write> changes) {
    long bytes = 0;
    for (Write change : changes) {
      byte[] value = change.value();
      bytes += change.key().length + (value == null ? 0 : value.length);
    }
    return bytes;
  }

  /** The open file. */
  private DataFile present() throws EngineException {
    DataFile file = data;
    if (file != null) {
      return file;
    }
    EngineException known = failure;
    throw closed || known == null
        ? new EngineException(Reason.CLOSED, folder.path() + ": the engine was closed")
        : new EngineException(known.reason(), String.valueOf(known.getMessage()), known);
  }

  /** Makes the next attempt possible, or says why there is none. */
  private synchronized void recover(DataFile file, Throwable broken, int attempt)
      throws EngineException {
    if (file != data) {
      return; // opened anew meanwhile, or closed
    }
    if (!Failures.isDamage(broken) || attempt >= READ_ATTEMPTS) {
      throw Failures.of(broken, folder.path());
    }
    file.abandon();
    data = null;
    try {
      opening.replace(broken);
      reopen(Opening.ANY_VERSION);
    } catch (EngineException e) {
      failed(e);
      throw e;
    }
  }

  /** Closes what failed to write, and opens what is on disk, without what was not acknowledged. */
  private EngineException fail(DataFile file, Throwable broken) {
    EngineException reason = Failures.of(broken, folder.path());
    file.abandon();
    data = null;
    try {
      reopen(lastVersion);
      failed(reason);
      return reason;
    } catch (EngineException e) {
      reason.addSuppressed(e);
      failed(reason);
      return reason;
    }
  }

  private void reopen(long version) throws EngineException {
    DataFile file = opening.open(version);
    if (version != Opening.ANY_VERSION && file.version() < version) {
      LOG.error("{}: writes that were acknowledged are no longer there", folder.path());
    }
    lastVersion = file.version();
    try {
      pending.forEach(file::apply);
    } catch (RuntimeException | AssertionError e) {
      file.abandon();
      throw Failures.of(e, folder.path());
    }
    file.publish();
    data = file;
  }

  private void failed(EngineException reason) {
    if (failure == null) {
      LOG.error("{}", reason.getMessage());
    }
    failure = reason;
    later.schedule(this::heal, RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private synchronized void heal() {
    EngineException known = failure;
    if (closed || known == null) {
      return;
    }
    try {
      opening.settle();
      if (known.reason() == Reason.FULL) {
        if (folder.usableBytes(0) < roomNeeded) {
          throw known;
        }
        if (data == null) {
          reopen(lastVersion);
        }
      } else {
        reopenWhole();
      }
      healed();
    } catch (EngineException e) {
      later.schedule(this::heal, RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void healed() {
    if (failure != null) {
      failure = null;
      LOG.info("{}: writes again", folder.path());
    }
  }

  /** Opens the file anew, reads all of it and writes to it. */
  private void reopenWhole() throws EngineException {
    DataFile file = data;
    data = null;
    if (file != null) {
      file.abandon();
    }
    reopen(lastVersion);
    file = present();
    try {
      file.verify();
      file.touch();
      commit(file);
      file.publish();
    } catch (RuntimeException | AssertionError e) {
      file.abandon();
      data = null;
      if (Failures.isDamage(e)) {
        opening.replace(e);
      }
      reopen(lastVersion);
      throw Failures.of(e, folder.path());
    }
  }

  private void planTidy() {
    if (!tidyPlanned && disk.written() - writtenWhenTidy > TIDY_AFTER_BYTES) {
      tidyPlanned = true;
      later.schedule(this::tidy, TIDY_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private synchronized void tidy() {
    tidyPlanned = false;
    DataFile file = data;
    if (closed || failure != null || file == null) {
      return;
    }
    if (file.size() > TIDY_AFTER_BYTES && file.fillPercent() < TIDY_FILL_PERCENT) {
      try {
        long size = file.size();
        commit(file);
        boolean more = file.tidy(TIDY_FILL_PERCENT, TIDY_BYTES);
        lastVersion = file.version();
        if (more && file.size() < size) {
          tidyPlanned = true;
          later.schedule(this::tidy, TIDY_DELAY_MILLIS, TimeUnit.MILLISECONDS);
        }
      } catch (RuntimeException | AssertionError e) {
        if (Failures.isDamage(e)) {
          LOG.debug("{}: damage met while tidying", folder.path(), e);
        }
        lastVersion = Math.max(lastVersion, file.syncedVersion());
        fail(file, e);
      }
    }
    writtenWhenTidy = disk.written();
  }

  @Override
  public void backup(Path target) throws IOException {
    if (Files.exists(target)) {
      throw new EngineException(
          Reason.FAILED, target + ": is there already; a backup needs a folder that is not");
    }
    Backup.write(target, visitor -> scanUntil(new byte[0], null, visitor));
  }

  @Override
  public @Nullable EngineException failure() {
    return failure;
  }

  @Override
  public Statistics statistics() {
    return new Statistics(
        folder.bytes(), disk.written(), bytesGiven, writes, syncs, syncNanos, setAside.get());
  }

  @Override
  public long usableBytes() {
    return folder.usableBytes(Long.MAX_VALUE);
  }

  /** Commits what is not, and closes the file. Blocks for I/O. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    later.getQueue().clear();
    later.shutdown();
    DataFile file = data;
    data = null;
    if (file != null) {
      try {
        file.close();
      } catch (RuntimeException | AssertionError e) {
        LOG.warn("{}: closed with what is on disk ({})", folder.path(), e.getMessage());
        file.abandon();
      }
    }
    folder.close();
  }
}
