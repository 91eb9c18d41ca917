package io.fluxmqtt.itests.faults.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** One file: what is on the disk, and what is only on its way there. */
final class FileImage {
  static final int SECTOR = 512;

  /**
   * A change that was not synced yet.
   *
   * @param number of the change, counted over all files
   * @param size what the size becomes, or -1
   * @param grows whether the size only ever becomes larger by it
   */
  private record Pending(long number, long offset, byte[] data, long size, boolean grows) {}

  private final List<Pending> pending = new ArrayList<>();
  private byte[] content;
  private int size;

  FileImage(byte[] content) {
    this.content = content;
    size = content.length;
  }

  void write(long number, long offset, byte[] data) {
    pending.add(new Pending(number, offset, data, offset + data.length, true));
  }

  void truncate(long number, long to) {
    pending.add(new Pending(number, 0, new byte[0], to, false));
  }

  void extend(long number, long to) {
    pending.add(new Pending(number, 0, new byte[0], to, true));
  }

  /** What was changed before a moment is on the disk now. */
  void sync(long before) {
    int count = 0;
    while (count < pending.size() && pending.get(count).number() < before) {
      apply(pending.get(count++));
    }
    pending.subList(0, count).clear();
  }

  /** What was changed before a moment never gets to the disk. */
  void forget(long before) {
    pending.removeIf(each -> each.number() < before);
  }

  boolean isClean() {
    return pending.isEmpty();
  }

  /** What a cut leaves. This image must not be used any more afterwards. */
  byte[] afterCut(Remains remains, Random random) {
    switch (remains) {
      case SYNCED -> {
        // nothing else is left
      }
      case ALL -> pending.forEach(this::apply);
      case PREFIX -> {
        int whole = random.nextInt(pending.size() + 1);
        pending.subList(0, whole).forEach(this::apply);
        if (whole < pending.size()) {
          Pending torn = pending.get(whole);
          int sectors = 1 + torn.data().length / SECTOR;
          int end = (int) (sectorEnd(torn.offset(), random.nextInt(sectors)) - torn.offset());
          part(torn, 0, Math.min(end, torn.data().length));
        }
      }
      case SECTORS -> pending.forEach(each -> scatter(each, random));
    }
    return Arrays.copyOf(content, size);
  }

  private void scatter(Pending change, Random random) {
    if (change.data().length == 0) {
      if (random.nextBoolean()) {
        apply(change);
      }
      return;
    }
    long end = change.offset() + change.data().length;
    for (long at = change.offset(); at < end; at = sectorEnd(at, 1)) {
      if (random.nextBoolean()) {
        int from = (int) (at - change.offset());
        int to = (int) (Math.min(end, sectorEnd(at, 1)) - change.offset());
        part(change, from, to);
      }
    }
  }

  /** Where the sector ends that lies so many after the one before an offset. */
  private static long sectorEnd(long offset, int sectors) {
    return (offset / SECTOR + sectors) * SECTOR;
  }

  private void apply(Pending change) {
    part(change, 0, change.data().length);
    if (change.data().length == 0) {
      int to = Math.toIntExact(change.size());
      if (to > size) {
        grow(to);
      } else if (!change.grows()) {
        Arrays.fill(content, to, size, (byte) 0);
        size = to;
      }
    }
  }

  private void part(Pending change, int from, int to) {
    if (to > from) {
      int at = Math.toIntExact(change.offset() + from);
      grow(at + to - from);
      System.arraycopy(change.data(), from, content, at, to - from);
    }
  }

  private void grow(int to) {
    if (to > content.length) {
      content = Arrays.copyOf(content, Math.max(to, content.length + content.length / 2));
    }
    size = Math.max(size, to);
  }
}
