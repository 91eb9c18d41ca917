package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class IdsTest {
  @Test
  void holdsWhatASetHoldsInOrder() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      int range = 1 + random.nextInt(300);
      boolean grows = true;
      Ids ids = new Ids();
      TreeSet<Long> model = new TreeSet<>();
      for (int i = 0; i < 2_000; i++) {
        grows = random.nextInt(100) == 0 ? !grows : grows;
        long id = random.nextInt(range);
        if (random.nextInt(10) < (grows ? 8 : 2)) {
          assertEquals(model.add(id), ids.add(id));
        } else {
          assertEquals(model.remove(id), ids.remove(id));
        }
        assertEquals(model.size(), ids.size());
        assertEquals(model.isEmpty(), ids.isEmpty());
        assertEquals(model.contains(id + 1), ids.contains(id + 1));
        if (!model.isEmpty()) {
          assertEquals(model.first(), ids.first());
        }
      }
      assertEquals(List.copyOf(model), all(ids));
      assertEquals(model.toString(), ids.toString());
    }
  }

  @Test
  void partsAreVisitedInOrderUntilItIsEnough() {
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      Ids ids = new Ids();
      TreeSet<Long> model = new TreeSet<>();
      for (int i = random.nextInt(3_000); i > 0; i--) {
        long id = random.nextInt(5_000);
        ids.add(id);
        model.add(id);
      }
      for (int i = 0; i < 200; i++) {
        long least = random.nextInt(5_200) - 100;
        long most = least + random.nextInt(2_500) - 10;
        int enough = 1 + random.nextInt(2_000);
        List<Long> seen = new ArrayList<>();
        ids.forEach(least, most, id -> seen.add(id) && seen.size() < enough);
        assertEquals(
            model.stream().filter(id -> id >= least && id <= most).limit(enough).toList(), seen);
      }
    }
  }

  @Test
  void holdsWhatIsQueuedByLoopsThatOvertakeEachOther() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int gap = random.nextInt(3) == 0 ? 1 : 1 << random.nextInt(33); // 1: none
      int late = 1 + random.nextInt(20);
      boolean counted = random.nextBoolean();
      Ids ids = new Ids();
      TreeMap<Long, Integer> model = new TreeMap<>();
      long last = random.nextInt(1_000);
      for (int i = 0; i < 6_000; i++) {
        last += gap == 1 ? 1 : 1 + Math.floorMod(random.nextLong(), Math.abs((long) gap));
        long id = random.nextInt(late) == 0 ? last - random.nextInt(late) : last;
        assertEquals(model.putIfAbsent(id, 1) == null, ids.add(id));
        if (counted && random.nextInt(3) == 0) {
          int count = random.nextInt(256);
          ids.count(id, count);
          model.put(id, count);
        }
        if (random.nextInt(4) == 0) {
          long gone = random.nextInt(3) > 0 ? model.firstKey() : someOf(model, random, last);
          assertEquals(model.remove(gone) != null, ids.remove(gone));
        }
        if (random.nextInt(50) == 0 && !model.isEmpty()) {
          assertSame(model, ids);
        }
      }
      assertSame(model, ids);
      while (!model.isEmpty()) {
        long gone = random.nextInt(9) > 0 ? model.firstKey() : someOf(model, random, last);
        assertEquals(model.remove(gone) != null, ids.remove(gone));
      }
      assertTrue(ids.isEmpty());
    }
  }

  private static long someOf(TreeMap<Long, Integer> model, Random random, long last) {
    Long some = model.ceilingKey(Math.floorMod(random.nextLong(), last + 1));
    return some == null ? model.lastKey() : some;
  }

  private static void assertSame(TreeMap<Long, Integer> model, Ids ids) {
    assertEquals(List.copyOf(model.keySet()), all(ids));
    assertEquals(model.firstKey(), ids.first());
    assertEquals(model.lastKey(), ids.last());
    model.forEach(
        (id, count) -> {
          assertEquals(count, ids.count(id));
          assertEquals(model.containsKey(id + 1), ids.contains(id + 1));
        });
  }

  @Test
  void idsWithoutGapsCostNextToNothing() {
    assertTrue(allocatedByAMillion(1) < 500_000); // also with the arrays that were outgrown
    assertTrue(allocatedByAMillion(20) < 16_000_000);
  }

  private static long allocatedByAMillion(int gap) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    Ids ids = new Ids();
    for (long i = 1; i <= 1_000_000; i++) {
      ids.add(i * gap);
    }
    assertEquals(1_000_000, ids.size());
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
  }

  @Test
  void queueOfAnyLengthPassesThrough() {
    Ids ids = new Ids();
    for (long id = 1; id <= 10_000; id++) {
      assertTrue(ids.add(id));
      assertTrue(id % 3 != 0 || ids.remove(ids.first()));
    }
    assertEquals(6_667, ids.size());
    for (long id = 3_334; id <= 10_000; id++) {
      assertEquals(id, ids.first());
      assertTrue(ids.remove(id));
    }
    assertTrue(ids.isEmpty());
    assertFalse(ids.remove(1));
    assertTrue(ids.add(5));
    assertEquals(List.of(5L), all(ids));
  }

  @Test
  void emptyOneHasNoFirst() {
    assertThrows(IllegalStateException.class, () -> new Ids().first());
    assertThrows(IllegalStateException.class, () -> new Ids().last());
    assertEquals(-1, new Ids().count(1));
  }

  private static List<Long> all(Ids ids) {
    List<Long> all = new ArrayList<>();
    ids.forEach(all::add);
    return all;
  }
}
