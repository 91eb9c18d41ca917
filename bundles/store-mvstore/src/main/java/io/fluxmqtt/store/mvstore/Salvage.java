package io.fluxmqtt.store.mvstore;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.Page;

/**
 * Copies what can be read of a damaged file into a new one: as the newest commit has it, and where
 * a page of that cannot be read, what hangs below it as older commits have it, if they still do.
 * Every entry proves itself by its checksum.
 */
final class Salvage {
  private static final int COMMIT_BYTES = 1 << 20;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_AGE = 8;

  private final DataFile target;
  private int bytes;
  private long copied;
  private long older;

  private List<KeyRange> wanted = List.of(KeyRange.ALL); // of the commit that is being read
  private List<KeyRange> missed = new ArrayList<>(); // of those, what it does not have either

  private Salvage(DataFile target) {
    this.target = target;
  }

  /**
   * What came out.
   *
   * @param copied entries that are in the new file
   * @param older those of them that come from an older commit than the newest that could be read
   * @param lost entries and pages that could not be read; all that hung below such a page counts as
   *     one
   */
  record Result(long copied, long older, long lost) {}

  /** Makes {@code to}, which does not exist, from what {@code from} still has. Synced, closed. */
  static Result copy(Path from, Path to, Disk disk) {
    DataFile target = DataFile.writable(to, disk);
    try {
      target.noteFormat();
      Salvage salvage = new Salvage(target);
      salvage.from(from);
      target.commit();
      target.close();
      return new Result(salvage.copied, salvage.older, salvage.wanted.size());
    } catch (RuntimeException | Error e) {
      target.abandon();
      throw e;
    }
  }

  private void from(Path path) {
    for (int age = 0; age < MAX_AGE && !wanted.isEmpty(); age++) {
      DataFile source;
      try {
        source = DataFile.readable(path, age);
      } catch (RuntimeException | AssertionError e) {
        continue; // the one before it may be better
      }
      long before = copied;
      try {
        copy(source.root(), KeyRange.ALL, 0);
      } finally {
        source.abandon();
      }
      older += before == 0 ? 0 : copied - before;
      wanted = missed;
      missed = new ArrayList<>();
    }
  }

  private void copy(Page<byte[], Entry> page, KeyRange range, int depth) {
    if (depth > MAX_DEPTH) {
      miss(range);
      return;
    }
    if (page.isLeaf()) {
      copyLeaf(page, range);
      return;
    }
    int keys = page.getKeyCount();
    for (int i = 0; i <= keys; i++) {
      byte[] from = i == 0 ? range.from() : page.getKey(i - 1);
      KeyRange part = new KeyRange(from, i == keys ? range.to() : page.getKey(i));
      Page<byte[], Entry> child;
      try {
        child = page.getChildPage(i);
      } catch (RuntimeException | AssertionError e) {
        miss(part);
        continue;
      }
      copy(child, part, depth + 1);
    }
  }

  private void copyLeaf(Page<byte[], Entry> page, KeyRange range) {
    byte[] from = range.from();
    boolean broken = false;
    for (int i = 0; i < page.getKeyCount(); i++) {
      byte[] key = page.getKey(i);
      Entry entry = page.getValue(i);
      if (!entry.isOf(key)) {
        broken = true;
        continue;
      }
      if (broken) {
        miss(new KeyRange(from, key));
        broken = false;
      }
      from = KeyRange.after(key);
      copy(key, entry);
    }
    if (broken) {
      miss(new KeyRange(from, range.to()));
    }
  }

  private void miss(KeyRange range) {
    for (KeyRange each : wanted) {
      KeyRange part = range.within(each);
      if (!part.isEmpty()) {
        missed.add(part);
      }
    }
  }

  private void copy(byte[] key, Entry entry) {
    if (wanted.stream().noneMatch(range -> range.contains(key))) {
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
