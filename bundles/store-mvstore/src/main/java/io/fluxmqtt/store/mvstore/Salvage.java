package io.fluxmqtt.store.mvstore;

import java.nio.file.Path;
import org.h2.mvstore.Page;

/**
 * Copies what can be read of a damaged file into a new one. Every entry proves itself by its
 * checksum; of a page that cannot be read what hangs below it is lost.
 */
final class Salvage {
  private static final int COMMIT_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 64;

  private final DataFile target;
  private int bytes;
  private long copied;
  private long lost;

  private Salvage(DataFile target) {
    this.target = target;
  }

  /**
   * What came out.
   *
   * @param copied entries that are in the new file
   * @param lost entries and pages that could not be read; all that hung below such a page counts as
   *     one
   */
  record Result(long copied, long lost) {}

  /** Makes {@code to}, which does not exist, from what {@code from} still has. Synced, closed. */
  static Result copy(Path from, Path to, Disk disk) {
    DataFile target = DataFile.writable(to, disk);
    try {
      target.noteFormat();
      Salvage salvage = new Salvage(target);
      salvage.from(from);
      target.commit();
      target.close();
      return new Result(salvage.copied, salvage.lost);
    } catch (RuntimeException | Error e) {
      target.abandon();
      throw e;
    }
  }

  private void from(Path path) {
    for (boolean mendsHeader : new boolean[] {false, true}) {
      DataFile source;
      try {
        source = DataFile.readable(path, mendsHeader);
      } catch (RuntimeException | AssertionError e) {
        continue; // without its header it may be better; or nothing of it can be read
      }
      try {
        copy(source.root(), 0);
        return;
      } finally {
        source.abandon();
      }
    }
    lost++;
  }

  private void copy(Page<byte[], Entry> page, int depth) {
    if (depth > MAX_DEPTH) {
      lost++;
      return;
    }
    if (page.isLeaf()) {
      for (int i = 0; i < page.getKeyCount(); i++) {
        copy(page.getKey(i), page.getValue(i));
      }
      return;
    }
    for (int i = 0; i <= page.getKeyCount(); i++) {
      Page<byte[], Entry> child;
      try {
        child = page.getChildPage(i);
      } catch (RuntimeException | AssertionError e) {
        lost++;
        continue;
      }
      copy(child, depth + 1);
    }
  }

  private void copy(byte[] key, Entry entry) {
    if (!entry.isOf(key)) {
      lost++;
      return;
    }
    target.put(key, entry);
    copied++;
    bytes += key.length + entry.value().length;
    if (bytes > COMMIT_BYTES) {
      target.commit();
      bytes = 0;
    }
  }
}
