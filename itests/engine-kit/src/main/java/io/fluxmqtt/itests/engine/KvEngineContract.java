package io.fluxmqtt.itests.engine;

import static io.fluxmqtt.itests.engine.Entries.all;
import static io.fluxmqtt.itests.engine.Entries.drop;
import static io.fluxmqtt.itests.engine.Entries.key;
import static io.fluxmqtt.itests.engine.Entries.model;
import static io.fluxmqtt.itests.engine.Entries.present;
import static io.fluxmqtt.itests.engine.Entries.scan;
import static io.fluxmqtt.itests.engine.Entries.set;
import static io.fluxmqtt.itests.engine.Entries.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every engine must do. An engine's test extends this, says how one is opened, and may add
 * tests of its own. One that keeps its data on disk extends {@link DurableEngineContract}.
 */
public abstract class KvEngineContract {
  /** A folder for the test, removed after it. */
  @TempDir protected Path work;

  private final List<KvEngine> opened = new ArrayList<>();

  /** A contract without state: each test makes its own. */
  protected KvEngineContract() {}

  /**
   * Opens an engine. One that keeps data keeps it in this folder, which it creates if it is
   * missing; a volatile one ignores it and is empty.
   */
  protected abstract KvEngine open(Path folder) throws Exception;

  /** Closes what {@link #open(Path)} returned, if there is anything to close. */
  protected void close(KvEngine engine) throws Exception {
    if (engine instanceof AutoCloseable closeable) {
      closeable.close();
    }
  }

  /** An empty engine, closed after the test. */
  protected final KvEngine open() throws Exception {
    KvEngine engine = open(work.resolve("engine-" + opened.size()));
    opened.add(engine);
    return engine;
  }

  @AfterEach
  final void closeOpened() throws Exception {
    for (KvEngine engine : opened) {
      close(engine);
    }
  }

  @Test
  final void absentKeyIsNull() throws Exception {
    assertNull(open().get(key("00")));
  }

  @Test
  final void laterChangeOfOneBatchWins() throws Exception {
    KvEngine engine = open();
    engine.write(
        List.of(set("01", "aa"), set("01", "bb"), set("02", "cc"), drop("02"), drop("03")), true);
    assertArrayEquals(key("bb"), engine.get(key("01")));
    assertNull(engine.get(key("02")));
    assertNull(engine.get(key("03")));
    engine.write(List.of(drop("01"), set("01", "dd")), true);
    assertArrayEquals(key("dd"), engine.get(key("01")));
  }

  @Test
  final void emptyValueIsNotAbsent() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(set("01", "")), true);
    assertArrayEquals(new byte[0], engine.get(key("01")));
    assertEquals(List.of("01="), scan(engine, "00", "ff"));
  }

  @Test
  final void emptyBatchIsAllowed() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(), true);
    assertEquals(List.of(), scan(engine, "", "ff"));
  }

  @Test
  final void keysAreOrderedAsUnsignedBytesAndPrefixesComeFirst() throws Exception {
    KvEngine engine = open();
    for (String key : List.of("ff", "80", "7f", "00", "7fff", "7f00", "8000", "0000")) {
      engine.write(List.of(set(key, "")), false);
    }
    assertEquals(
        List.of("00=", "0000=", "7f=", "7f00=", "7fff=", "80=", "8000=", "ff="),
        scan(engine, "", "ffff"));
  }

  @Test
  final void scanIncludesFromAndExcludesTo() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(set("01", ""), set("02", ""), set("0200", ""), set("03", "")), true);
    assertEquals(List.of("02=", "0200="), scan(engine, "02", "03"));
    assertEquals(List.of(), scan(engine, "04", "ff"));
    assertEquals(List.of(), scan(engine, "02", "02"));
    assertEquals(List.of(), scan(engine, "03", "01"));
  }

  @Test
  final void visitorEndsTheScan() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(set("01", ""), set("02", ""), set("03", "")), true);
    List<String> seen = new ArrayList<>();
    engine.scan(
        key("00"),
        key("ff"),
        (key, value) -> {
          seen.add(text(key));
          return seen.size() < 2;
        });
    assertEquals(List.of("01", "02"), seen);
  }

  @Test
  final void visitorMayRead() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(set("01", "02"), set("02", "aa")), true);
    List<String> followed = new ArrayList<>();
    engine.scan(
        key("01"),
        key("02"),
        (key, value) -> {
          unchecked(() -> followed.add(text(engine.get(value))));
          return true;
        });
    assertEquals(List.of("aa"), followed);
  }

  @Test
  final void largeKeysAndValuesAreKept() throws Exception {
    KvEngine engine = open();
    byte[] key = new byte[65_600];
    byte[] value = new byte[1 << 20];
    new Random(1).nextBytes(key);
    new Random(2).nextBytes(value);
    engine.write(List.of(new Write(key, value)), true);
    assertArrayEquals(value, engine.get(key));
  }

  @Test
  final void valueOfManyMegabytesIsKeptBesideSmallOnes() throws Exception {
    KvEngine engine = open();
    byte[] value = new byte[20 << 20];
    new Random(3).nextBytes(value);
    engine.write(List.of(set("01", "aa"), new Write(key("02"), value), set("03", "cc")), true);
    assertArrayEquals(value, engine.get(key("02")));
    engine.write(List.of(drop("02")), true);
    assertEquals(List.of("01=aa", "03=cc"), all(engine));
  }

  @Test
  final void manyKeysAreKeptInOrder() throws Exception {
    KvEngine engine = open();
    List<Long> numbers = LongStream.range(0, 100_000).boxed().collect(Collectors.toList());
    Collections.shuffle(numbers, new Random(5));
    for (int from = 0; from < numbers.size(); from += 1_000) {
      List<Write> writes = new ArrayList<>();
      for (long number : numbers.subList(from, from + 1_000)) {
        writes.add(new Write(bytes(number), bytes(-number)));
      }
      engine.write(writes, false);
    }
    for (int from = 0; from < 100_000; from += 1_000) {
      List<Write> writes = new ArrayList<>();
      for (long number = from; number < from + 1_000; number += 2) {
        writes.add(new Write(bytes(number), null));
      }
      engine.write(writes, from == 99_000);
    }
    long[] next = {1};
    engine.scan(
        new byte[0],
        Entries.END,
        (key, value) -> {
          assertArrayEquals(bytes(next[0]), key);
          assertArrayEquals(bytes(-next[0]), value);
          next[0] += 2;
          return true;
        });
    assertEquals(100_001, next[0]);
    assertNull(engine.get(bytes(4_242)));
    assertArrayEquals(bytes(-4_243), engine.get(bytes(4_243)));
  }

  @Test
  final void visitorMayWriteAndSeesTheEntriesAsTheyWere() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(set("01", "aa"), set("03", "cc")), true);
    List<String> seen = new ArrayList<>();
    engine.scan(
        key("00"),
        key("ff"),
        (key, value) -> {
          seen.add(text(key) + "=" + text(value));
          unchecked(() -> engine.write(List.of(set("02", "bb"), drop("03"), set("04", "")), false));
          return true;
        });
    assertEquals(List.of("01=aa", "03=cc"), seen);
    assertEquals(List.of("01=aa", "02=bb", "04="), all(engine));
  }

  @Test
  final void seekerGoesOnWithTheNextEntryOrWithALaterOneOrEnds() throws Exception {
    KvEngine engine = open();
    engine.write(
        List.of(set("01", ""), set("02", ""), set("03", ""), set("0300", ""), set("05", "")), true);
    Map<String, String> next = Map.of("02", "0201", "03", "04", "05", "");
    List<String> seen = new ArrayList<>();
    KvEngine.Seeker seeker =
        (key, value) -> {
          seen.add(text(key));
          String target = next.getOrDefault(text(key), text(key));
          return target.isEmpty() ? null : target.equals(text(key)) ? key : key(target);
        };
    engine.seek(key("01"), key("ff"), seeker);
    assertEquals(List.of("01", "02", "03", "05"), seen);
    seen.clear();
    engine.seek(key("0101"), key("05"), seeker);
    assertEquals(List.of("02", "03"), seen);
    seen.clear();
    engine.seek(key("05"), key("05"), seeker);
    assertEquals(List.of(), seen);
    assertThrows(
        IllegalArgumentException.class,
        () -> engine.seek(key("00"), key("ff"), (key, value) -> key("00")));
  }

  @Test
  final void failureOfAVisitorEndsItsScanOnly() throws Exception {
    KvEngine engine = open();
    engine.write(List.of(set("01", "aa"), set("02", "bb")), true);
    IllegalStateException failure = new IllegalStateException("a visitor's");
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                engine.scan(
                    key("00"),
                    key("ff"),
                    (key, value) -> {
                      throw failure;
                    }));
    assertSame(failure, thrown);
    engine.write(List.of(set("03", "cc")), true);
    assertEquals(List.of("01=aa", "02=bb", "03=cc"), all(engine));
  }

  @Test
  final void randomBatchesGiveTheStateOfAMap() throws Exception {
    Random random = new Random(42);
    KvEngine engine = open();
    TreeMap<byte[], byte[]> model = model();
    for (int batch = 0; batch < 200; batch++) {
      List<Write> writes = new ArrayList<>();
      for (int i = random.nextInt(20); i >= 0; i--) {
        byte[] key = new byte[random.nextInt(3)];
        random.nextBytes(key);
        byte @Nullable [] value = random.nextInt(3) == 0 ? null : new byte[random.nextInt(9)];
        writes.add(new Write(key, value));
        if (value == null) {
          model.remove(key);
        } else {
          model.put(key, value);
        }
      }
      engine.write(writes, random.nextBoolean());
    }
    assertEquals(all(model), all(engine));
  }

  @Test
  final void everyRangeOfKeysThatBeginAlikeIsThatOfAMap() throws Exception {
    Random random = new Random(7);
    KvEngine engine = open();
    TreeMap<byte[], byte[]> model = model();
    for (int round = 0; round < 3_000; round++) {
      byte[] key = keyOfFew(random);
      assertArrayEquals(model.get(key), engine.get(key));
      if (random.nextInt(5) < (round / 500 % 2 == 0 ? 1 : 4)) {
        engine.write(List.of(new Write(key, null)), round % 50 == 0);
        model.remove(key);
      } else {
        byte[] value = ByteBuffer.allocate(4).putInt(round).array();
        engine.write(List.of(new Write(key, value)), round % 50 == 0);
        model.put(key, value);
      }
      byte[] from = keyOfFew(random);
      byte[] to = keyOfFew(random);
      if (Arrays.compareUnsigned(from, to) < 0) {
        List<String> expected = new ArrayList<>();
        model.subMap(from, to).forEach((k, value) -> expected.add(text(k) + "=" + text(value)));
        assertEquals(expected, scan(engine, text(from), text(to)));
      }
    }
  }

  /** Seven to eighteen bytes that differ in few places, such as the store's keys. */
  private static byte[] keyOfFew(Random random) {
    byte[] key = new byte[random.nextBoolean() ? 16 : 7 + random.nextInt(12)];
    key[0] = (byte) (random.nextBoolean() ? 0x71 : 0xFF);
    for (int at : new int[] {6, 7, 8, key.length - 1}) {
      if (at < key.length) {
        key[at] = (byte) (random.nextInt(3) == 0 ? 0xFF : random.nextInt(3));
      }
    }
    return key;
  }

  @Test
  final void readersSeeAllOfABatchOrNothing() throws Exception {
    KvEngine engine = open();
    engine.write(batchOf(0), true);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writer =
        asynchronously(
            () -> {
              try {
                for (int round = 1; round <= 300; round++) {
                  engine.write(batchOf(round), false);
                }
              } finally {
                done.set(true);
              }
            });
    while (!done.get()) {
      List<String> seen = scan(engine, "00", "ff");
      assertEquals(1, seen.stream().map(entry -> entry.replaceAll(".*=", "")).distinct().count());
      assertEquals(50, seen.size());
      int first = ByteBuffer.wrap(present(engine.get(new byte[] {49}))).getInt();
      int second = ByteBuffer.wrap(present(engine.get(new byte[] {0}))).getInt();
      assertTrue(second >= first, "a later read saw an earlier batch");
    }
    writer.join();
  }

  @Test
  final void scanSeesWhatStaysAndNothingTwiceWhileOthersComeAndGo() throws Exception {
    KvEngine engine = open();
    List<Write> even = new ArrayList<>();
    for (long number = 0; number < 2_000; number += 2) {
      even.add(new Write(bytes(number), bytes(number)));
    }
    engine.write(even, true);
    Random random = new Random(11);
    CompletableFuture<Void> writer =
        asynchronously(
            () -> {
              for (int round = 0; round < 400; round++) {
                List<Write> odd = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                  long number = 2L * random.nextInt(1_000) + 1;
                  odd.add(new Write(bytes(number), round % 2 == 0 ? bytes(number) : null));
                }
                engine.write(odd, false);
              }
            });
    do {
      long[] last = {-1, 0};
      engine.scan(
          new byte[0],
          Entries.END,
          (key, value) -> {
            long number = ByteBuffer.wrap(key).getLong();
            assertTrue(number > last[0], "out of order");
            assertArrayEquals(key, value);
            last[0] = number;
            last[1] += 1 - number % 2;
            return true;
          });
      assertEquals(1_000, last[1], "of the keys that stay");
    } while (!writer.isDone());
    writer.join();
  }

  @Test
  final void manyReadAtOnceWhileOneWrites() throws Exception {
    KvEngine engine = open();
    List<Write> first = new ArrayList<>();
    for (long number = 0; number < 1_000; number++) {
      first.add(new Write(bytes(number), bytes(number)));
    }
    engine.write(first, true);
    AtomicBoolean done = new AtomicBoolean();
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int reader = 0; reader < 4; reader++) {
      Random random = new Random(reader);
      readers.add(
          asynchronously(
              () -> {
                while (!done.get()) {
                  long number = random.nextInt(990);
                  byte[] value = present(engine.get(bytes(number)));
                  assertEquals(number, ByteBuffer.wrap(value).getLong() % 1_000);
                  assertEquals(10, scan(engine, bytes(number), bytes(number + 10)).size());
                }
              }));
    }
    try {
      for (long round = 1; round <= 1_000; round++) {
        engine.write(List.of(new Write(bytes(round % 1_000), bytes(round + 1_000))), false);
      }
    } finally {
      done.set(true);
    }
    readers.forEach(CompletableFuture::join);
  }

  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  static CompletableFuture<Void> asynchronously(Action action) {
    return CompletableFuture.runAsync(
        () -> unchecked(action), task -> new Thread(task, "engine-test").start());
  }

  private static void unchecked(Action action) {
    try {
      action.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static List<Write> batchOf(int round) {
    byte[] value = ByteBuffer.allocate(4).putInt(round).array();
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(new Write(new byte[] {(byte) i}, value));
    }
    return writes;
  }
}
