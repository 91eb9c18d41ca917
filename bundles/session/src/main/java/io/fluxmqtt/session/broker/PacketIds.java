package io.fluxmqtt.session.broker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Packet Identifiers in the order in which they were put, each with a value or none. Owned by one
 * loop.
 *
 * <p>A ring of entries in their order, and a table that tells where in the ring an identifier is
 * (open addressing with linear probing). What is removed leaves a hole in the ring; the holes at
 * its old end are given up at once, so for identifiers that end in about the order in which they
 * began nothing is ever moved. Where one stays behind, the ring closes its holes when it is full,
 * or grows if they are few. In the table, identifiers that follow each other are strewn evenly
 * (Fibonacci hashing): side by side they would be one long run, and to take one out costs as much
 * as the rest of its run. No object per entry, nothing at all before the first.
 */
final class PacketIds<V> {
  private static final int FIRST_CAPACITY = 8;
  private static final int KEPT_CAPACITY = 128; // of an empty one
  private static final int NOWHERE = -1;
  private static final int GOLDEN = 0x9E37_79B9; // 2^32 divided by the golden ratio
  private static final char HOLE = 0; // no Packet Identifier [MQTT-2.2.1-3]
  private static final char[] NO_IDS = {};
  private static final Object[] NO_VALUES = {};
  private static final int[] NO_PLACES = {};
  private static final PacketIds<?> NONE = new PacketIds<>(); // shared, so nothing is ever put

  private char[] ids = NO_IDS; // the ring: a power of two, or none
  private @Nullable Object[] values = NO_VALUES; // beside it
  private int[] places = NO_PLACES; // twice as long: indices of the ring, or NOWHERE
  private int head; // where the oldest is, modulo the ring
  private int tail; // where the next goes, likewise; never passes head
  private int size;

  /**
   * None, for those who may never have any: most clients have no use for some of their three sets.
   * To put something take {@link #writable}.
   */
  @SuppressWarnings("unchecked") // it holds no value of any type
  static <V> PacketIds<V> none() {
    return (PacketIds<V>) NONE;
  }

  /** These themselves, or new ones in the place of {@link #none}. */
  PacketIds<V> writable() {
    return this == NONE ? new PacketIds<>() : this;
  }

  int size() {
    return size;
  }

  boolean contains(int id) {
    return size > 0 && places[find(id)] != NOWHERE;
  }

  /** The value of an identifier, or null if it is not there or has none. */
  @Nullable V get(int id) {
    if (size == 0) {
      return null;
    }
    int index = places[find(id)];
    return index == NOWHERE ? null : value(index);
  }

  /** Adds an identifier as the newest; one that is there keeps its place and gets the value. */
  void put(int id, @Nullable V value) {
    assert this != NONE : "shared";
    if (tail - head == ids.length) {
      makeRoom();
    }
    int slot = find(id);
    if (places[slot] != NOWHERE) {
      values[places[slot]] = value;
      return;
    }
    int index = tail++ & (ids.length - 1);
    ids[index] = (char) id;
    values[index] = value;
    places[slot] = index;
    size++;
  }

  /** Takes an identifier out; returns whether it was there. */
  boolean remove(int id) {
    if (size == 0) {
      return false;
    }
    int slot = find(id);
    int index = places[slot];
    if (index == NOWHERE) {
      return false;
    }
    ids[index] = HOLE;
    values[index] = null;
    vacate(slot);
    size--;
    if (size == 0) {
      head = tail;
      shrink();
    } else {
      while (ids[head & (ids.length - 1)] == HOLE) {
        head++;
      }
    }
    return true;
  }

  /** The identifiers, oldest first. */
  List<Integer> ids() {
    List<Integer> all = new ArrayList<>(size);
    for (int at = head; at != tail; at++) {
      char id = ids[at & (ids.length - 1)];
      if (id != HOLE) {
        all.add((int) id);
      }
    }
    return all;
  }

  /** The values of those that have one, oldest first. */
  List<V> values() {
    List<V> all = new ArrayList<>(size);
    for (int at = head; at != tail; at++) {
      V value = value(at & (ids.length - 1));
      if (value != null) {
        all.add(value);
      }
    }
    return all;
  }

  /** How many entries it has room for before it must make some; for tests. */
  int capacity() {
    return ids.length;
  }

  @SuppressWarnings("unchecked") // only put() writes values
  private @Nullable V value(int index) {
    return (V) values[index];
  }

  /** The slot of an identifier in the table, or the free one where it would go. */
  private int find(int id) {
    int mask = places.length - 1;
    int slot = home(id);
    while (places[slot] != NOWHERE && ids[places[slot]] != id) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Where in the table an identifier would best be. */
  private int home(int id) {
    return (id * GOLDEN) >>> (Integer.numberOfLeadingZeros(places.length) + 1);
  }

  /** Frees a slot and moves up what was put behind it for want of its own (Knuth 6.4, R). */
  private void vacate(int slot) {
    int mask = places.length - 1;
    int free = slot;
    for (int next = (free + 1) & mask; places[next] != NOWHERE; next = (next + 1) & mask) {
      int wanted = home(ids[places[next]]);
      if (((next - wanted) & mask) >= ((next - free) & mask)) {
        places[free] = places[next];
        free = next;
      }
    }
    places[free] = NOWHERE;
  }

  /** Closes the holes, or doubles if they are fewer than the entries. */
  private void makeRoom() {
    int capacity = ids.length;
    if (size >= capacity / 2) {
      capacity = capacity == 0 ? FIRST_CAPACITY : capacity * 2;
    }
    char[] oldIds = ids;
    @Nullable Object[] oldValues = values;
    int count = tail - head;
    int from = head;
    allocate(capacity);
    for (int i = 0; i < count; i++) {
      int old = (from + i) & (oldIds.length - 1);
      if (oldIds[old] != HOLE) {
        ids[tail] = oldIds[old];
        values[tail] = oldValues[old];
        places[find(oldIds[old])] = tail++;
      }
    }
  }

  private void allocate(int capacity) {
    ids = new char[capacity];
    values = new Object[capacity];
    places = new int[capacity * 2];
    Arrays.fill(places, NOWHERE);
    head = 0;
    tail = 0;
  }

  /** Lets go of what only a burst needed. */
  private void shrink() {
    if (ids.length > KEPT_CAPACITY) {
      ids = NO_IDS;
      values = NO_VALUES;
      places = NO_PLACES;
      head = 0;
      tail = 0;
    }
  }
}
