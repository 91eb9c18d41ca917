package io.fluxmqtt.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Some ids in ascending order: nothing at all for those without a gap, four bytes each for others.
 * Each may have a count, one byte. Owned by its {@link Ids}.
 */
final class IdBlock {
  static final int MAX_SIZE = 1_024;

  /** So many without a gap stay so, and an id behind a gap is not taken any more. */
  private static final int WORTHY_RUN = 64;

  private static final int SMALLEST = 4;

  private long base;
  private int from; // the place of the first
  private int size;

  /** By place, how far above the base the id is; null if that is the place itself. */
  private int @Nullable [] offsets;

  /** By place; null if all are 1. As long as the offsets, if there are any. */
  private byte @Nullable [] counts;

  /** Of one id, with the count 1. */
  IdBlock(long id) {
    this(id, 1);
  }

  private IdBlock(long base, int size) {
    this.base = base;
    this.size = size;
  }

  int size() {
    return size;
  }

  long first() {
    return at(0);
  }

  long last() {
    return at(size - 1);
  }

  long at(int index) {
    int place = from + index;
    return base + (offsets == null ? place : offsets[place]);
  }

  int count(int index) {
    return counts == null ? 1 : counts[from + index] & 0xFF;
  }

  /** Sets a count, 0 to 255. */
  void count(int index, int count) {
    if (counts == null) {
      if (count == 1) {
        return;
      }
      counts = new byte[offsets == null ? roomFor(from + size) : offsets.length];
      Arrays.fill(counts, (byte) 1);
    }
    counts[from + index] = (byte) count;
  }

  /** The index of an id, or if it is not there, -1 minus where it belongs. */
  int find(long id) {
    if (offsets == null) {
      long index = id - first();
      return index < 0 ? -1 : index >= size ? -1 - size : (int) index;
    }
    long above = id - base;
    if (above != (int) above) {
      return above < 0 ? -1 : -1 - size;
    }
    int place = Arrays.binarySearch(offsets, from, from + size, (int) above);
    return place >= 0 ? place - from : place + from;
  }

  /** The index of an id or, if it is not there, of the next higher; the size if there is none. */
  int indexFrom(long id) {
    int index = find(id);
    return index >= 0 ? index : -1 - index;
  }

  /** Whether an id above the last may be added here. */
  boolean takesLast(long id) {
    boolean isNext = offsets != null || id == last() + 1 || size < WORTHY_RUN;
    return isNext && size < MAX_SIZE && id - base <= Integer.MAX_VALUE;
  }

  /** Adds an id above the last, where {@link #takesLast} says so, with the count 1. */
  void addLast(long id) {
    if (offsets == null && id != last() + 1) {
      spread();
    }
    makeRoom();
    int place = from + size;
    if (offsets != null) {
      offsets[place] = (int) (id - base);
    }
    if (counts != null) {
      counts[place] = 1;
    }
    size++;
    closeUp();
  }

  /** Adds an id, with the count 1, before the one at an index, which is not the first. */
  void insert(int index, long id) {
    if (offsets == null) {
      throw new IllegalStateException("no gap for " + id);
    }
    makeRoom();
    int place = from + index;
    move(place, place + 1, size - index);
    offsets[place] = (int) (id - base);
    if (counts != null) {
      counts[place] = 1;
    }
    size++;
    closeUp();
  }

  /** Removes what is at an index; another must be left. */
  void remove(int index) {
    if (offsets == null && index > 0 && index < size - 1) {
      spread();
    }
    if (index < size / 2) {
      move(from, from + 1, index);
      from++;
    } else {
      move(from + index + 1, from + index, size - 1 - index);
    }
    size--;
    if (offsets != null && offsets.length > SMALLEST && size <= offsets.length / 4) {
      resize(2 * size);
    }
  }

  /** Cuts off all from an index on, which is neither the first nor behind the last. */
  IdBlock split(int index) {
    IdBlock rest = new IdBlock(at(index), size - index);
    int start = from + index;
    int end = from + size;
    if (offsets != null) {
      rest.offsets = Arrays.copyOfRange(offsets, start, end);
      int shift = (int) (rest.base - base);
      for (int i = 0; i < rest.size; i++) {
        rest.offsets[i] -= shift;
      }
    }
    if (counts != null) {
      rest.counts = Arrays.copyOfRange(counts, start, end);
    }
    size = index;
    return rest;
  }

  /** Says of each id how far above the base it is: they have gaps from now on. */
  private void spread() {
    int[] explicit = new int[roomFor(size)];
    for (int i = 0; i < size; i++) {
      explicit[i] = from + i;
    }
    if (counts != null) {
      counts = Arrays.copyOfRange(counts, from, from + explicit.length);
    }
    offsets = explicit;
    from = 0;
  }

  /** Forgets the offsets if there are enough ids, and no gap any more. */
  private void closeUp() {
    if (offsets != null && size >= WORTHY_RUN && last() - first() == size - 1) {
      base = first();
      offsets = null;
      counts = counts == null ? null : Arrays.copyOfRange(counts, from, from + size);
      from = 0;
    }
  }

  /** Makes room for one more in the arrays that there are. */
  private void makeRoom() {
    int[] present = offsets;
    if (present != null) {
      if (from + size == present.length) {
        resize(roomFor(size));
      }
    } else if (counts != null && from + size == counts.length) {
      counts = Arrays.copyOf(counts, roomFor(from + size));
    }
  }

  /** Gives the offsets, and the counts with them, so much room, and moves them to its begin. */
  private void resize(int room) {
    int[] oldOffsets = offsets;
    if (oldOffsets != null) {
      offsets = new int[room];
      System.arraycopy(oldOffsets, from, offsets, 0, size);
    }
    byte[] oldCounts = counts;
    if (oldCounts != null) {
      counts = new byte[room];
      System.arraycopy(oldCounts, from, counts, 0, size);
    }
    from = 0;
  }

  private static int roomFor(int places) {
    return Math.max(SMALLEST, places + places / 2);
  }

  private void move(int start, int to, int length) {
    if (offsets != null) {
      System.arraycopy(offsets, start, offsets, to, length);
    }
    if (counts != null) {
      System.arraycopy(counts, start, counts, to, length);
    }
  }
}
