package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every engine must do. An engine's test implements this and says how to open an empty one.
 */
public interface KvEngineContract {
  /** An empty engine. */
  KvEngine openEmpty() throws Exception;

  @Test
  default void absentKeyIsNull() throws Exception {
    assertNull(openEmpty().get(key("00")));
  }

  @Test
  default void laterChangeOfOneBatchWins() throws Exception {
    KvEngine engine = openEmpty();
    engine.write(
        List.of(set("01", "aa"), set("01", "bb"), set("02", "cc"), drop("02"), drop("03")), true);
    assertArrayEquals(key("bb"), engine.get(key("01")));
    assertNull(engine.get(key("02")));
    assertNull(engine.get(key("03")));
    engine.write(List.of(drop("01"), set("01", "dd")), true);
    assertArrayEquals(key("dd"), engine.get(key("01")));
  }

  @Test
  default void emptyValueIsNotAbsent() throws Exception {
    KvEngine engine = openEmpty();
    engine.write(List.of(set("01", "")), true);
    assertArrayEquals(new byte[0], engine.get(key("01")));
    assertEquals(List.of("01="), scan(engine, "00", "ff"));
  }

  @Test
  default void emptyBatchIsAllowed() throws Exception {
    KvEngine engine = openEmpty();
    engine.write(List.of(), true);
    assertEquals(List.of(), scan(engine, "", "ff"));
  }

  @Test
  default void keysAreOrderedAsUnsignedBytesAndPrefixesComeFirst() throws Exception {
    KvEngine engine = openEmpty();
    for (String key : List.of("ff", "80", "7f", "00", "7fff", "7f00", "8000", "0000")) {
      engine.write(List.of(set(key, "")), false);
    }
    assertEquals(
        List.of("00=", "0000=", "7f=", "7f00=", "7fff=", "80=", "8000=", "ff="),
        scan(engine, "", "ffff"));
  }

  @Test
  default void scanIncludesFromAndExcludesTo() throws Exception {
    KvEngine engine = openEmpty();
    engine.write(List.of(set("01", ""), set("02", ""), set("0200", ""), set("03", "")), true);
    assertEquals(List.of("02=", "0200="), scan(engine, "02", "03"));
    assertEquals(List.of(), scan(engine, "04", "ff"));
    assertEquals(List.of(), scan(engine, "02", "02"));
    assertEquals(List.of(), scan(engine, "03", "01"));
  }

  @Test
  default void visitorEndsTheScan() throws Exception {
    KvEngine engine = openEmpty();
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
  default void visitorMayRead() throws Exception {
    KvEngine engine = openEmpty();
    engine.write(List.of(set("01", "02"), set("02", "aa")), true);
    List<String> followed = new ArrayList<>();
    engine.scan(
        key("01"),
        key("02"),
        (key, value) -> {
          try {
            followed.add(text(engine.get(value)));
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
          return true;
        });
    assertEquals(List.of("aa"), followed);
  }

  @Test
  default void largeKeysAndValuesAreKept() throws Exception {
    KvEngine engine = openEmpty();
    byte[] key = new byte[65_600];
    byte[] value = new byte[1 << 20];
    new Random(1).nextBytes(key);
    new Random(2).nextBytes(value);
    engine.write(List.of(new Write(key, value)), true);
    assertArrayEquals(value, engine.get(key));
  }

  @Test
  default void randomBatchesGiveTheStateOfAMap() throws Exception {
    Random random = new Random(42);
    KvEngine engine = openEmpty();
    TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
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
    List<String> expected = new ArrayList<>();
    model.forEach((key, value) -> expected.add(text(key) + "=" + text(value)));
    assertEquals(expected, scan(engine, "", "ffffff"));
  }

  @Test
  default void everyRangeOfKeysThatBeginAlikeIsThatOfAMap() throws Exception {
    Random random = new Random(7);
    KvEngine engine = openEmpty();
    TreeMap<byte[], byte[]> model = new TreeMap<>(Arrays::compareUnsigned);
    for (int round = 0; round < 3_000; round++) {
      byte[] key = keyOfFew(random);
      assertArrayEquals(model.get(key), engine.get(key));
      if (random.nextInt(5) < (round / 500 % 2 == 0 ? 1 : 4)) {
        engine.write(List.of(new Write(key, null)), true);
        model.remove(key);
      } else {
        byte[] value = ByteBuffer.allocate(4).putInt(round).array();
        engine.write(List.of(new Write(key, value)), true);
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
  default void readersSeeAllOfABatchOrNothing() throws Exception {
    KvEngine engine = openEmpty();
    engine.write(batchOf(0), true);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int round = 1; round <= 300; round++) {
                  engine.write(batchOf(round), false);
                }
              } catch (IOException e) {
                throw new IllegalStateException(e);
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
      assertEquals(true, second >= first, "a later read saw an earlier batch");
    }
    writer.join();
  }

  private static List<Write> batchOf(int round) {
    byte[] value = ByteBuffer.allocate(4).putInt(round).array();
    List<Write> writes = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      writes.add(new Write(new byte[] {(byte) i}, value));
    }
    return writes;
  }

  private static byte[] present(byte @Nullable [] value) {
    if (value == null) {
      throw new AssertionError("absent");
    }
    return value;
  }

  private static List<String> scan(KvEngine engine, String from, String to) throws IOException {
    List<String> seen = new ArrayList<>();
    engine.scan(
        key(from),
        key(to),
        (key, value) -> {
          seen.add(text(key) + "=" + text(value));
          return true;
        });
    return seen;
  }

  private static Write set(String key, String value) {
    return new Write(key(key), key(value));
  }

  private static Write drop(String key) {
    return new Write(key(key), null);
  }

  private static byte[] key(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static String text(byte @Nullable [] bytes) {
    return HexFormat.of().formatHex(present(bytes));
  }
}
