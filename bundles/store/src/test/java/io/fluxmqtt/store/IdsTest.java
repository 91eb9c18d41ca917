package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
  }

  private static List<Long> all(Ids ids) {
    List<Long> all = new ArrayList<>();
    ids.forEach(all::add);
    return all;
  }
}
