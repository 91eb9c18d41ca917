package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HashSlotsTest {
  /** Counts how often it is asked for a hash, which is what rebuilding costs. */
  private static final class Numbers extends HashSlots<Integer> {
    private final int mask;
    private long asked;

    Numbers(int mask) {
      this.mask = mask;
    }

    @Override
    int hash(Integer element) {
      asked++;
      return element & mask;
    }

    List<Integer> elements() {
      List<Integer> elements = new ArrayList<>();
      @Nullable Object[] slots = slots();
      for (int i = 0; i < slots.length; i++) {
        Integer element = element(slots, i);
        if (element != null) {
          elements.add(element);
        }
      }
      return elements;
    }
  }

  private static Integer[] numbers(int count) {
    Integer[] numbers = new Integer[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  @Test
  void slotsHoldWhatASetHolds() {
    Integer[] pool = numbers(64);
    for (int mask : new int[] {0, 3, 0xFF}) { // all collide, many, none
      for (long seed = 0; seed < 100; seed++) {
        Random random = new Random(seed);
        Numbers slots = new Numbers(mask);
        Set<Integer> model = new HashSet<>();
        for (int step = 0; step < 500; step++) {
          Integer element = pool[random.nextInt(pool.length)];
          if (model.add(element)) {
            slots.insert(element);
          } else if (random.nextInt(10) == 0) {
            slots.replace(element, element);
          } else {
            model.remove(element);
            slots.remove(element);
          }
          List<Integer> found = slots.elements();
          assertEquals(model.size(), found.size(), "seed " + seed);
          assertEquals(model, new HashSet<>(found), "seed " + seed);
          assertEquals(model.isEmpty(), slots.isEmpty(), "seed " + seed);
        }
      }
    }
  }

  @Test
  void changesCostTheSameHoweverManyElementsThereAre() {
    int count = 50_000;
    Integer[] pool = numbers(count);
    Numbers slots = new Numbers(-1);

    for (Integer element : pool) {
      slots.insert(element);
    }
    long inserting = slots.asked;
    for (int round = 0; round < 10; round++) { // coming and going at the full size
      for (int i = 0; i < count; i += 10) {
        slots.remove(pool[i]);
        slots.insert(pool[i]);
      }
    }
    long churning = slots.asked - inserting;
    for (Integer element : pool) {
      slots.remove(element);
    }
    long removing = slots.asked - inserting - churning;

    assertTrue(inserting <= 4L * count, () -> inserting + " hashes to insert");
    assertTrue(churning <= 8L * count, () -> churning + " hashes to come and go");
    assertTrue(removing <= 3L * count, () -> removing + " hashes to remove");
    assertEquals(8, slots.slots().length, "shrunk when emptied");
  }

  @Test
  void oneThatComesAndGoesLeavesNothingBehind() {
    Integer[] pool = numbers(1_000);
    Numbers slots = new Numbers(3); // four slots, of which the one after these stays empty
    slots.insert(pool[0]);
    slots.insert(pool[1]);
    slots.remove(pool[1]);
    @Nullable Object[] before = slots.slots();

    for (int i = 1; i < pool.length; i += 4) {
      slots.insert(pool[i]);
      slots.remove(pool[i]);
    }

    assertSame(before, slots.slots(), "rebuilt for nothing");
  }

  @Test
  void differentSlotsAreEmptyAgainWhenTheirElementsGo() {
    Integer[] pool = numbers(8);
    Numbers slots = new Numbers(7);
    for (int i = 0; i < 5; i++) { // eight slots
      slots.insert(pool[i]);
    }
    @Nullable Object[] before = slots.slots();
    assertEquals(8, before.length);

    for (int round = 0; round < 100; round++) {
      slots.insert(pool[5 + round % 2]);
      slots.remove(pool[5 + round % 2]);
    }

    assertSame(before, slots.slots(), "rebuilt for nothing");
  }

  @Test
  void markIsUsedAgainForTheNextElement() {
    Integer[] pool = numbers(16);
    Numbers slots = new Numbers(3); // 0, 4, 8 and 12 collide
    slots.insert(pool[0]);
    slots.insert(pool[4]);
    @Nullable Object[] before = slots.slots();
    assertEquals(4, before.length);

    slots.remove(pool[0]);
    for (int round = 0; round < 100; round++) {
      slots.insert(pool[8]);
      assertSame(pool[8], HashSlots.read(before, 0));
      slots.remove(pool[8]);
      assertSame(HashSlots.GONE, HashSlots.read(before, 0), "a probe leads across it");
    }

    assertSame(before, slots.slots(), "rebuilt for nothing");
    slots.insert(pool[0]);
    slots.insert(pool[8]);
    assertSame(before, slots.slots(), "three of four slots may be used");
    slots.insert(pool[12]);
    assertEquals(8, slots.slots().length, "at least a quarter stays empty");
  }

  @Test
  void marksThatNoProbeCrossesAreEmptied() {
    Integer[] pool = numbers(16);
    Numbers slots = new Numbers(3);
    slots.insert(pool[0]);
    slots.insert(pool[4]); // at 1
    slots.insert(pool[8]); // at 2
    @Nullable Object[] array = slots.slots();

    slots.remove(pool[0]);
    slots.remove(pool[4]);
    assertSame(HashSlots.GONE, HashSlots.read(array, 0));
    assertSame(HashSlots.GONE, HashSlots.read(array, 1));
    slots.remove(pool[8]);

    for (int i = 0; i < array.length; i++) {
      assertNull(HashSlots.read(array, i));
    }
  }

  @Test
  void arrayShrinksWhenLessThanAnEighthIsUsed() {
    Integer[] pool = numbers(17);
    Numbers slots = new Numbers(-1);
    for (Integer element : pool) {
      slots.insert(element);
    }
    int large = slots.slots().length;
    for (int i = pool.length - 1; i >= large / 8; i--) {
      slots.remove(pool[i]);
    }
    assertEquals(large, slots.slots().length, "exactly an eighth is left");

    slots.remove(pool[0]);

    assertEquals(8, slots.slots().length, "half of it in use, rounded up to a power of two");
    assertEquals(large / 8 - 1, slots.elements().size());
  }

  /** A reader's array keeps what stays, wherever others come and go. */
  @Test
  void elementIsFoundInSlotsTakenBefore() {
    Integer[] pool = numbers(1_000);
    Numbers slots = new Numbers(0xFF);
    slots.insert(pool[7]);
    @Nullable Object[] before = slots.slots();
    for (Integer element : pool) {
      if (element != 7) {
        slots.insert(element);
      }
    }
    for (Integer element : pool) {
      if (element != 7) {
        slots.remove(element);
      }
    }

    assertEquals(1, count(before, pool[7]));
    assertEquals(1, count(slots.slots(), pool[7]));
  }

  @SuppressWarnings("ReferenceEquality") // told apart by identity
  private static int count(@Nullable Object[] slots, Object element) {
    int count = 0;
    for (int i = 0; i < slots.length; i++) {
      if (HashSlots.read(slots, i) == element) {
        count++;
      }
    }
    return count;
  }
}
