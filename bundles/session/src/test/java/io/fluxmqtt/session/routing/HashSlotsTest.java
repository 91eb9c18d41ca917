package io.fluxmqtt.session.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
