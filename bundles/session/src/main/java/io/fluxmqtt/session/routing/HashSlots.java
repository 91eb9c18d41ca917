package io.fluxmqtt.session.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A hash set with open addressing and linear probing, for one writer at a time and any number of
 * readers without a lock.
 *
 * <p>A reader takes {@link #slots()} once and works on that array. An element never moves inside an
 * array: it is put into a free slot, and when it goes the slot is marked {@link #GONE}, or emptied
 * if no probe can lead across it. Growing and shrinking fill a new array and publish it whole. So a
 * reader finds every element that is there all the while, and never the same one twice unless it
 * was removed and inserted again meanwhile. At least a quarter of the slots stays empty, so probing
 * ends; the array is rebuilt only after a number of changes in proportion to its size, so a change
 * costs O(1) on average however large the set.
 *
 * @param <E> the elements, told apart by identity
 */
abstract class HashSlots<E> {
  /** Marks the slot of an element that was removed. */
  static final Object GONE = new Object();

  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Object[].class);
  private static final int SMALLEST = 2;

  private volatile @Nullable Object[] slots = new Object[SMALLEST];
  private int live; // under the owner's lock
  private int used; // under the owner's lock: live ones and marks

  /** The hash of an element, always the same for one element. */
  abstract int hash(E element);

  /** The slots as they are; only {@link #read} and {@link #element} may look into them. */
  final @Nullable Object[] slots() {
    return slots;
  }

  /** What is in a slot: an element, {@link #GONE}, or null. */
  static @Nullable Object read(@Nullable Object[] slots, int index) {
    return SLOT.getAcquire(slots, index);
  }

  /** The element in a slot, or null. */
  @SuppressWarnings("unchecked") // only insert and replace put elements in
  final @Nullable E element(@Nullable Object[] slots, int index) {
    Object found = read(slots, index);
    return found == GONE ? null : (E) found;
  }

  /** Whether there is no element. Under the owner's lock. */
  final boolean isEmpty() {
    return live == 0;
  }

  /** The number of elements. Under the owner's lock. */
  final int live() {
    return live;
  }

  /** Adds an element that is not there. Under the owner's lock. */
  final void insert(E element) {
    @Nullable Object[] current = slots;
    if ((used + 1) * 4L > current.length * 3L) {
      current = rebuilt(current, live + 1);
      used = live;
    }
    int index = free(current, hash(element));
    if (current[index] == null) {
      used++;
    }
    live++;
    SLOT.setRelease(current, index, element);
    if (current != slots) {
      slots = current;
    }
  }

  /** Puts an element in the place of another with the same hash. Under the owner's lock. */
  final void replace(E old, E element) {
    @Nullable Object[] current = slots;
    SLOT.setRelease(current, indexOf(current, old), element);
  }

  /** Takes out an element that is there. Under the owner's lock. */
  final void remove(E element) {
    @Nullable Object[] current = slots;
    int mask = current.length - 1;
    int index = indexOf(current, element);
    live--;
    if (current[(index + 1) & mask] != null) {
      SLOT.setRelease(current, index, GONE);
    } else { // no probe leads across here, nor across marks just before
      do {
        SLOT.setRelease(current, index, null);
        used--;
        index = (index - 1) & mask;
      } while (current[index] == GONE);
    }
    if (current.length > 8 && live * 8L < current.length) {
      slots = rebuilt(current, live);
      used = live;
    }
  }

  /** A copy without marks, at most half full with so many elements. */
  private @Nullable Object[] rebuilt(@Nullable Object[] old, int elements) {
    int capacity = SMALLEST;
    while (capacity < elements * 2L) {
      capacity <<= 1;
    }
    @Nullable Object[] copy = new Object[capacity];
    for (int i = 0; i < old.length; i++) {
      E element = element(old, i);
      if (element != null) {
        copy[free(copy, hash(element))] = element;
      }
    }
    return copy;
  }

  private static int free(@Nullable Object[] slots, int hash) {
    int mask = slots.length - 1;
    int index = hash & mask;
    while (slots[index] != null && slots[index] != GONE) {
      index = (index + 1) & mask;
    }
    return index;
  }

  private int indexOf(@Nullable Object[] slots, E element) {
    int mask = slots.length - 1;
    int index = hash(element) & mask;
    while (slots[index] != element) {
      index = (index + 1) & mask;
    }
    return index;
  }
}
