package io.fluxmqtt.store.mvstore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import io.fluxmqtt.itests.kit.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail and files that are damaged, and how little is lost. */
final class MvStoreFaultsTest {
  private static final byte[] END = {(byte) 0xFF};
  private static final int ENTRIES = 2_000;

  @TempDir Path work;
  private Path folder;
  private Path file;
  private final FaultyDisk disk = new FaultyDisk();
  private @Nullable MvStoreEngine engine;

  @BeforeEach
  void prepare() {
    folder = work.resolve("engine");
    file = folder.resolve("mvstore.db");
  }

  @AfterEach
  void closeLast() {
    if (engine != null) {
      engine.close();
    }
  }

  private MvStoreEngine open(Path path) throws IOException {
    closeLast();
    MvStoreEngine opened = MvStoreEngine.open(path, disk);
    engine = opened;
    return opened;
  }

  @Test
  void failedSyncUndoesItsWriteAndNothingIsWrittenUntilItWorksAgain() throws Exception {
    MvStoreEngine engine = open(folder);
    engine.write(List.of(set(1, "one")), true);
    engine.write(List.of(set(2, "waits")), false);
    disk.failsToSync = true;
    assertEquals(Reason.FAILED, refusal(engine, List.of(set(1, "other"), set(3, "three"))));
    assertEquals(Reason.FAILED, refusal(engine, List.of(set(4, "four"))));
    EngineException known = engine.failure();
    assertNotNull(known);
    assertTrue(String.valueOf(known.getMessage()).contains(folder.toString()), known.getMessage());
    assertEquals(List.of("1=one", "2=waits"), all(engine));

    disk.failsToSync = false;
    Await.until("healed", () -> engine.failure() == null);
    assertEquals(List.of("1=one", "2=waits"), all(engine));
    engine.write(List.of(set(5, "five")), true);
    engine.close();
    assertEquals(List.of("1=one", "2=waits", "5=five"), all(open(folder)));
  }

  @Test
  void fullDiskRefusesAndTakesTheNextWriteOnceThereIsRoom() throws Exception {
    MvStoreEngine engine = open(folder);
    engine.write(List.of(set(1, "one")), true);
    disk.isFull = true;
    for (int attempt = 0; attempt < 3; attempt++) {
      assertEquals(Reason.FULL, refusal(engine, List.of(set(2, "two"))));
      assertEquals(List.of("1=one"), all(engine));
    }
    disk.isFull = false;
    engine.write(List.of(set(3, "three")), true);
    assertNull(engine.failure());
    engine.close();
    assertEquals(List.of("1=one", "3=three"), all(open(folder)));
  }

  @Test
  void fullDiskIsForgottenWhenThereIsRoomThoughNobodyWrites() throws Exception {
    MvStoreEngine engine = open(folder);
    disk.isFull = true;
    assertEquals(Reason.FULL, refusal(engine, List.of(set(1, "one"))));
    Await.until("room on the real disk", () -> engine.failure() == null);
  }

  @Test
  void tornLastCommitIsUndoneAndNothingElseIsLost() throws Exception {
    MvStoreEngine engine = open(folder);
    fill(engine);
    List<String> before = all(engine);
    disk.tears = true;
    List<Write> batch = new ArrayList<>();
    for (int i = 0; i < ENTRIES; i += 3) {
      batch.add(set(i, "changed"));
    }
    try {
      engine.write(batch, true);
    } catch (EngineException e) {
      // it may read what it has just written
    }
    Path copy = Files.createDirectory(work.resolve("after-the-power-cut"));
    Files.copy(file, copy.resolve("mvstore.db"));
    disk.tears = false;
    engine.close();
    MvStoreEngine opened = open(copy);
    assertEquals(before, all(opened));
    assertEquals(0, opened.statistics().setAside());
  }

  @Test
  void flippedBitInAValueCostsThatEntry() throws Exception {
    MvStoreEngine engine = open(folder);
    fill(engine);
    List<String> before = all(engine);
    engine.close();
    int count = flipAllCopies(value(77));
    assertTrue(count > 0);
    MvStoreEngine opened = open(folder);
    List<String> after = all(opened);
    assertTrue(before.containsAll(after));
    assertEquals(ENTRIES - 1, after.size());
    assertNull(opened.get(key(77)));
    assertEquals(1, opened.statistics().setAside());
    assertEquals(List.of(folder.resolve("damaged-1.db")), setAside());
    opened.write(List.of(set(77, "again")), true);
    opened.close();
    assertEquals(ENTRIES, all(open(folder)).size());
    assertEquals(List.of(folder.resolve("damaged-1.db")), setAside());
  }

  @Test
  void damageThatIsMetByAGetCostsThatEntryToo() throws Exception {
    MvStoreEngine engine = open(folder);
    fill(engine);
    engine.close();
    MvStoreEngine opened = open(folder);
    flipAllCopies(value(1_234));
    assertNull(opened.get(key(1_234)));
    assertArrayEquals(value(1_235), opened.get(key(1_235)));
    assertEquals(1, opened.statistics().setAside());
    assertEquals(ENTRIES - 1, all(opened).size());
  }

  @Test
  void scanGoesOnWhereItMetDamage() throws Exception {
    MvStoreEngine engine = open(folder);
    fill(engine);
    engine.close();
    MvStoreEngine opened = open(folder);
    flipAllCopies(value(1_500));
    int[] next = {0};
    opened.scan(
        new byte[0],
        END,
        (key, value) -> {
          next[0] += next[0] == 1_500 ? 1 : 0;
          assertArrayEquals(key(next[0]), key);
          next[0]++;
          return true;
        });
    assertEquals(ENTRIES, next[0]);
  }

  @Test
  void lostHeaderCostsNothing() throws Exception {
    MvStoreEngine engine = open(folder);
    fill(engine);
    List<String> before = all(engine);
    engine.close();
    overwrite(0, new byte[2 * 4096]);
    MvStoreEngine opened = open(folder);
    assertEquals(before, all(opened));
    assertEquals(1, opened.statistics().setAside());
  }

  @Test
  void lastTwoDamagedFilesAreKept() throws Exception {
    for (int i = 0; i < 4; i++) {
      MvStoreEngine engine = open(folder);
      engine.write(List.of(set(1, "one")), true);
      engine.close();
      overwrite(0, new byte[(int) Files.size(file)]);
    }
    open(folder);
    assertEquals(
        List.of(folder.resolve("damaged-3.db"), folder.resolve("damaged-4.db")), setAside());
  }

  @Test
  void replacementThatWasCutShortIsFinished() throws Exception {
    MvStoreEngine engine = open(folder);
    engine.write(List.of(set(1, "one")), true);
    engine.close();
    Files.move(file, folder.resolve("mvstore.db.salvaged"));
    assertEquals(List.of("1=one"), all(open(folder)));
    closeLast();
    Files.writeString(folder.resolve("mvstore.db.salvaged"), "of an attempt before the last");
    assertEquals(List.of("1=one"), all(open(folder)));
    assertTrue(Files.notExists(folder.resolve("mvstore.db.salvaged")));
  }

  @Test
  void fileShrinksWhenItsEntriesAreGone() throws Exception {
    MvStoreEngine engine = open(folder);
    for (int round = 0; round < 20; round++) {
      List<Write> batch = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        byte[] value = new byte[8_000];
        new Random(i).nextBytes(value);
        batch.add(new Write(key(100 * round + i), value));
      }
      engine.write(batch, true);
    }
    engine.write(List.of(set(1_999, "stays")), true);
    assertTrue(Files.size(file) > 12 << 20);
    for (int round = 0; round < 20; round++) {
      List<Write> batch = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        batch.add(new Write(key(100 * round + i), null));
      }
      engine.write(batch.subList(0, round == 19 ? 99 : 100), true);
    }
    Await.until("small again", Duration.ofSeconds(60), () -> Files.size(file) < 1 << 20);
    assertEquals(List.of("1999=stays"), all(engine));
    engine.close();
    assertEquals(List.of("1999=stays"), all(open(folder)));
  }

  @Test
  void failedBackupLeavesNothing() throws Exception {
    MvStoreEngine engine = open(folder);
    engine.write(List.of(set(1, "one")), true);
    Path missing = work.resolve("missing/backup");
    engine.backup(missing);
    assertEquals(List.of("1=one"), all(open(missing)));
  }

  private static void fill(KvEngine engine) throws IOException {
    for (int from = 0; from < ENTRIES; from += 100) {
      List<Write> batch = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        batch.add(new Write(key(i), value(i)));
      }
      engine.write(batch, true);
    }
  }

  private static byte[] key(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  private static byte[] value(int number) {
    byte[] value = new byte[100];
    new Random(number).nextBytes(value);
    return value;
  }

  private static Write set(int key, String value) {
    return new Write(key(key), value.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private static Reason refusal(KvEngine engine, List<Write> changes) {
    return assertThrows(EngineException.class, () -> engine.write(changes, true)).reason();
  }

  private static List<String> all(KvEngine engine) throws IOException {
    List<String> all = new ArrayList<>();
    engine.scan(
        new byte[0],
        END,
        (key, value) -> {
          all.add(
              ByteBuffer.wrap(key).getInt()
                  + "="
                  + new String(value, java.nio.charset.StandardCharsets.ISO_8859_1));
          return true;
        });
    return all;
  }

  /** Flips a bit in every place of the file that holds these bytes. */
  private int flipAllCopies(byte[] bytes) throws IOException {
    byte[] all = Files.readAllBytes(file);
    int count = 0;
    for (int at = 0; at + bytes.length <= all.length; at++) {
      if (Arrays.equals(all, at, at + bytes.length, bytes, 0, bytes.length)) {
        overwrite(at + 10, new byte[] {(byte) (bytes[10] ^ 4)});
        count++;
      }
    }
    return count;
  }

  private void overwrite(long at, byte[] bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private List<Path> setAside() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(path -> path.getFileName().toString().startsWith("damaged-"))
          .sorted()
          .toList();
    }
  }
}
