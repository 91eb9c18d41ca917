package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A copy of all entries in a file of its own, without what the original has gathered. */
final class Backup implements KvEngine.Visitor {
  private static final int COMMIT_BYTES = 1 << 20;

  /** What is to be copied. */
  @FunctionalInterface
  interface Source {
    void visitAll(KvEngine.Visitor visitor) throws IOException;
  }

  private final DataFile target;
  private int bytes;

  private Backup(DataFile target) {
    this.target = target;
  }

  /** Writes all entries into a new folder. Synced. */
  static void write(Path path, Source source) throws IOException {
    try (Folder folder = Folder.open(path)) {
      Path file = folder.unfinished();
      DataFile target = DataFile.writable(file, new Disk());
      try {
        target.noteFormat();
        source.visitAll(new Backup(target));
        target.commit();
        target.close();
      } catch (IOException | RuntimeException | Error e) {
        target.abandon();
        throw e;
      }
      Files.move(file, folder.data());
      folder.sync();
      DataFolder.sync(path.toAbsolutePath().getParent());
    } catch (RuntimeException e) {
      Folder.deleteQuietly(path);
      throw Failures.of(e, path);
    } catch (IOException e) {
      Folder.deleteQuietly(path);
      throw e;
    }
  }

  @Override
  public boolean visit(byte[] key, byte[] value) {
    target.put(key, Entry.of(key, value));
    bytes += key.length + value.length;
    if (bytes > COMMIT_BYTES) {
      target.commit();
      bytes = 0;
    }
    return true;
  }
}
