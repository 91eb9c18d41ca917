package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IdFifoTest {
  @Test
  void givesBackWhatItWasGivenInThatOrder() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      IdFifo fifo = new IdFifo();
      ArrayDeque<Long> model = new ArrayDeque<>();
      long last = 0;
      long step = 1L << random.nextInt(40);
      for (int i = 0; i < 3_000; i++) {
        if (random.nextInt(5) > 1) {
          long id = last;
          while (id == last || id <= 0) {
            id = last + 1 + random.nextLong() % step;
          }
          boolean isGap = random.nextInt(10) == 0;
          last = isGap ? last : id;
          fifo.add(isGap ? IdFifo.GAP : id);
          model.add(isGap ? IdFifo.GAP : id);
        } else if (!model.isEmpty()) {
          assertEquals(model.peek() == IdFifo.GAP, fifo.isGapNext());
          assertEquals(model.remove(), fifo.remove());
          last = model.isEmpty() ? 0 : last;
        }
        assertEquals(model.size(), fifo.size());
        if (i % 20 == 0) {
          int most = random.nextInt(40);
          assertArrayEquals(first(model, most), fifo.first(most));
        }
      }
      while (!model.isEmpty()) {
        assertEquals(model.remove(), fifo.remove());
      }
      assertEquals(0, fifo.size());
    }
  }

  private static long[] first(ArrayDeque<Long> model, int most) {
    List<Long> first = new ArrayList<>();
    for (long id : model) {
      if (id == IdFifo.GAP || first.size() == most) {
        break;
      }
      first.add(id);
    }
    return first.stream().mapToLong(Long::longValue).toArray();
  }

  @Test
  void emptyOneHasNothing() {
    IdFifo fifo = new IdFifo();
    assertThrows(IllegalStateException.class, fifo::remove);
    assertFalse(fifo.isGapNext());
    assertArrayEquals(new long[0], fifo.first(3));
  }

  @Test
  void sameIdTwiceIsRefused() {
    IdFifo fifo = new IdFifo();
    fifo.add(7);
    fifo.add(IdFifo.GAP);
    assertThrows(IllegalArgumentException.class, () -> fifo.add(7));
    fifo.add(8);
    assertEquals(3, fifo.size());
  }

  @Test
  void millionIdsTakeAByteOrTwoEach() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    IdFifo fifo = new IdFifo();
    for (long id = 1; id <= 1_000_000; id++) {
      fifo.add(id * 20);
    }
    long bytes = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    assertTrue(bytes < 1_100_000, () -> bytes + " bytes");
  }
}
