package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the file whatever has happened to it: undoes a commit that is incomplete or was never
 * acknowledged, and replaces a damaged file by what can be read of it.
 */
final class Opening {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);

  /** For {@link #open}: every commit counts. */
  static final long ANY_VERSION = Long.MAX_VALUE;

  private static final int MAX_STEPS = 6;

  private final Folder folder;
  private final Disk disk;
  private final AtomicLong setAside;
  private List<Long> unsettled = List.of(); // blocks that are to be zero on disk

  Opening(Folder folder, Disk disk, AtomicLong setAside) {
    this.folder = folder;
    this.disk = disk;
    this.setAside = setAside;
  }

  /**
   * Opens the file, which nobody else has open.
   *
   * @param lastVersion a commit of a later version was never acknowledged and is undone
   */
  DataFile open(long lastVersion) throws EngineException {
    tellIfGone();
    Throwable damage = null;
    for (int step = 0; step < MAX_STEPS; step++) {
      DataFile data;
      try {
        data = DataFile.writable(folder.data(), disk);
      } catch (RuntimeException | AssertionError e) {
        damage = e;
        replace(e);
        continue;
      }
      try {
        if (take(data, lastVersion)) {
          return data;
        }
      } catch (EngineException e) {
        data.abandon();
        throw e;
      } catch (RuntimeException | AssertionError e) {
        damage = e;
        data.abandon();
        replace(e);
      }
    }
    throw new EngineException(
        Reason.DAMAGED,
        folder.path() + ": the data cannot be opened, nor what could be read of them",
        damage == null ? new IOException("no reason known") : damage);
  }

  /** Whether a file is as it should be. If not, it was mended and is to be opened again. */
  private boolean take(DataFile data, long lastVersion) throws EngineException {
    if (data.isReadOnly()) {
      throw new EngineException(Reason.FAILED, folder.data() + ": the file cannot be written");
    }
    if (data.format() > DataFile.FORMAT) {
      throw new EngineException(
          Reason.NEWER,
          "%s: format %d, this version reads %d; start the version that wrote it, nothing was changed"
              .formatted(folder.data(), data.format(), DataFile.FORMAT));
    }
    if (data.version() > lastVersion) {
      undo(data);
      return false;
    }
    long proven = Math.min(data.provenVersion(), lastVersion);
    if (data.version() < proven) {
      throw KeyType.corrupt(
          "the last %d of its commits, all synced, are not whole"
              .formatted(proven - data.version()));
    }
    try {
      data.verifyLastCommit();
    } catch (RuntimeException | AssertionError e) {
      if (data.wasClosed() || !Failures.isDamage(e)) {
        throw e; // all of it was synced, so this is no commit that a power cut has torn
      }
      LOG.warn("{}: undoing the last write, which is incomplete", folder.data());
      undo(data);
      return false;
    }
    if (data.format() == 0) {
      data.noteFormat();
      data.commit();
    }
    noteData();
    return true;
  }

  /** Undoes the last commit and closes. Where it cannot be synced, that is left to settle. */
  private void undo(DataFile data) throws EngineException {
    unsettled = data.endsOfLastCommit();
    data.abandon();
    try (FileChannel channel = FileChannel.open(folder.data(), StandardOpenOption.WRITE)) {
      for (long position : unsettled) {
        channel.write(ByteBuffer.allocate(EngineFile.BLOCK_SIZE), position);
      }
    } catch (IOException e) {
      throw Failures.of(e, folder.path());
    }
    try {
      settle();
    } catch (EngineException e) {
      LOG.debug("{}: reading goes on, writing does not", folder.path(), e);
    }
  }

  /** Has on disk what was undone. To be called, and not to fail, before anything is written. */
  void settle() throws EngineException {
    if (unsettled.isEmpty()) {
      return;
    }
    try (FileChannel channel = FileChannel.open(folder.data(), StandardOpenOption.WRITE)) {
      for (long position : unsettled) { // again: after a failed sync nobody knows
        channel.write(ByteBuffer.allocate(EngineFile.BLOCK_SIZE), position);
      }
      disk.sync(() -> force(channel));
      unsettled = List.of();
    } catch (IOException | RuntimeException e) {
      throw Failures.of(e, folder.path());
    }
  }

  private static void force(FileChannel channel) {
    try {
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void noteData() throws EngineException {
    try {
      folder.noteData();
    } catch (IOException e) {
      throw Failures.of(e, folder.path());
    }
  }

  /** Tells of data that are gone; that is nothing to be undone. */
  private void tellIfGone() throws EngineException {
    try {
      if (folder.lacksData()) {
        LOG.warn("{} is gone, and with it all that it held; a new one is begun", folder.data());
      }
    } catch (IOException e) {
      throw Failures.of(e, folder.path());
    }
  }

  /** Replaces the closed file by what can be read of it, if its failure is damage. */
  void replace(Throwable failure) throws EngineException {
    if (!Failures.isDamage(failure) || !Files.exists(folder.data())) {
      throw Failures.of(failure, folder.path());
    }
    try {
      Salvage.Result result = Salvage.copy(folder.data(), folder.unfinished(), disk);
      Path aside = folder.replace();
      unsettled = List.of(); // of a file that is no more
      setAside.incrementAndGet();
      LOG.warn(
          "{} is damaged ({}): it was set aside as {}; {} entries go on, {} of them as an older"
              + " commit had them, and {} parts could not be read",
          folder.data(),
          failure.getMessage(),
          aside,
          result.copied(),
          result.older(),
          result.lost());
    } catch (IOException | RuntimeException | AssertionError e) {
      throw Failures.of(e, folder.path());
    }
  }
}
