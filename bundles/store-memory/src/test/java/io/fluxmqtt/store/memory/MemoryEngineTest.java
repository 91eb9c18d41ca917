package io.fluxmqtt.store.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.itests.engine.KvEngineContract;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class MemoryEngineTest extends KvEngineContract {
  @Override
  protected KvEngine open(Path folder) {
    return new MemoryEngine();
  }

  @Test
  void visitorMayWriteAndSeesTheEntriesAsTheyWere() {
    MemoryEngine engine = new MemoryEngine();
    byte[] value = {};
    engine.write(List.of(new KvEngine.Write(new byte[] {1}, value)), true);
    int[] visits = {0};
    engine.scan(
        new byte[] {0},
        new byte[] {9},
        (key, ignored) -> {
          visits[0]++;
          engine.write(List.of(new KvEngine.Write(new byte[] {2}, value)), true);
          return true;
        });
    assertEquals(1, visits[0]);
  }

  /** Texts and numbers, through which other paths lead, with leaps of all lengths. */
  @Test
  void seekVisitsWhatAScanDoesWithoutWhatIsPassedOver() throws Exception {
    for (long seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      MemoryEngine engine = new MemoryEngine();
      for (int i = random.nextInt(60); i > 0; i--) {
        engine.write(List.of(new KvEngine.Write(key(random), new byte[] {1})), true);
      }
      byte[] from = key(random);
      byte[] to = key(random);
      byte[] leapTo = key(random);
      int leapAt = random.nextInt(20);
      List<String> expected = new ArrayList<>();
      engine.scan(
          from,
          to,
          (key, value) -> {
            boolean passed = expected.size() > leapAt && Arrays.compareUnsigned(key, leapTo) < 0;
            return passed || expected.add(HexFormat.of().formatHex(key));
          });
      List<String> seen = new ArrayList<>();
      engine.seek(
          from,
          to,
          (key, value) -> {
            seen.add(HexFormat.of().formatHex(key));
            boolean leaps = seen.size() == leapAt + 1 && Arrays.compareUnsigned(key, leapTo) < 0;
            return leaps ? leapTo : key;
          });
      assertEquals(expected, seen, "seed " + seed);
    }
  }

  private static byte[] key(Random random) {
    byte[] key = new byte[random.nextInt(4) == 0 ? 9 : random.nextInt(4)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (i == 0 ? random.nextInt(3) - 1 : random.nextInt(6));
    }
    return key;
  }

  @Test
  void seekEndsWhereItsVisitorSays() throws Exception {
    MemoryEngine engine = new MemoryEngine();
    for (byte i = 1; i < 5; i++) {
      engine.write(List.of(new KvEngine.Write(new byte[] {9, i}, new byte[] {i})), true);
    }
    List<Byte> seen = new ArrayList<>();
    engine.seek(
        new byte[] {9, 1},
        new byte[] {10},
        (key, value) -> {
          seen.add(value[0]);
          return seen.size() == 2 ? null : key;
        });
    assertEquals(List.of((byte) 1, (byte) 2), seen);
    assertTrue(engine.isOnHeap());
  }

  /** A seek through texts must not wait for a batch: event loops seek. */
  @Test
  @Timeout(60)
  void seekThroughTextsTakesNoLock() throws Exception {
    MemoryEngine engine = new MemoryEngine();
    engine.write(List.of(new KvEngine.Write(new byte[] {9, 1}, new byte[] {1})), true);
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch sought = new CountDownLatch(1);
    List<KvEngine.Write> slow =
        new AbstractList<>() {
          @Override
          public KvEngine.Write get(int index) {
            writing.countDown();
            try {
              sought.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return new KvEngine.Write(new byte[] {9, 2}, new byte[] {2});
          }

          @Override
          public int size() {
            return 1;
          }
        };
    Thread writer = new Thread(() -> engine.write(slow, true));
    writer.start();
    writing.await();
    int[] visits = {0};
    engine.seek(
        new byte[] {9, 1},
        new byte[] {10},
        (key, value) -> {
          visits[0]++;
          return key;
        });
    sought.countDown();
    writer.join();
    assertEquals(1, visits[0]);
  }
}
