package io.fluxmqtt.store;

import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * A set of message ids in ascending order, eight bytes each. Ids come and go in about that order,
 * so a ring makes the common case a step of one index; in the middle it moves what is nearer to an
 * end.
 */
final class Ids {
  private static final long[] NONE = {};
  private static final int SMALLEST = 8;
  private static final int KEPT_EMPTY = 64;

  private long[] ring = NONE; // its length is a power of two, or 0
  private int head;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** The lowest; there must be one. */
  long first() {
    if (size == 0) {
      throw new IllegalStateException("no id");
    }
    return ring[head];
  }

  boolean contains(long id) {
    return find(id) >= 0;
  }

  /** Adds an id; returns whether it was not there. */
  boolean add(long id) {
    int at = size == 0 || at(size - 1) < id ? size : -1 - find(id);
    if (at < 0) {
      return false;
    }
    if (size == ring.length) {
      grow();
    }
    if (at < size / 2) {
      head = head - 1 & ring.length - 1;
      for (int i = 0; i < at; i++) {
        set(i, at(i + 1));
      }
    } else {
      for (int i = size; i > at; i--) {
        set(i, at(i - 1));
      }
    }
    set(at, id);
    size++;
    return true;
  }

  /** Removes an id; returns whether it was there. */
  boolean remove(long id) {
    int at = find(id);
    if (at < 0) {
      return false;
    }
    if (at < size / 2) {
      for (int i = at; i > 0; i--) {
        set(i, at(i - 1));
      }
      head = head + 1 & ring.length - 1;
    } else {
      for (int i = at; i < size - 1; i++) {
        set(i, at(i + 1));
      }
    }
    size--;
    if (size == 0 && ring.length > KEPT_EMPTY) {
      ring = NONE;
      head = 0;
    }
    return true;
  }

  /** Visits all in ascending order. */
  void forEach(LongConsumer visitor) {
    for (int i = 0; i < size; i++) {
      visitor.accept(at(i));
    }
  }

  /** The index of an id, or if it is not there, -1 minus where it belongs. */
  private int find(long id) {
    if (size == 0 || id < at(0)) {
      return -1;
    }
    if (id == at(0)) {
      return 0;
    }
    int low = 1;
    int high = size - 1;
    while (low <= high) {
      int middle = low + high >>> 1;
      long found = at(middle);
      if (found == id) {
        return middle;
      }
      if (found < id) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1 - low;
  }

  private long at(int index) {
    return ring[head + index & ring.length - 1];
  }

  private void set(int index, long id) {
    ring[head + index & ring.length - 1] = id;
  }

  private void grow() {
    long[] larger = new long[Math.max(SMALLEST, 2 * size)];
    if (size > 0) {
      int untilEnd = Math.min(size, ring.length - head);
      System.arraycopy(ring, head, larger, 0, untilEnd);
      System.arraycopy(ring, 0, larger, untilEnd, size - untilEnd);
    }
    ring = larger;
    head = 0;
  }

  @Override
  public String toString() {
    long[] all = new long[size];
    Arrays.setAll(all, this::at);
    return Arrays.toString(all);
  }
}
