package io.fluxmqtt.itests.engine;

import static io.fluxmqtt.itests.engine.Entries.all;
import static io.fluxmqtt.itests.engine.Entries.drop;
import static io.fluxmqtt.itests.engine.Entries.key;
import static io.fluxmqtt.itests.engine.Entries.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.itests.kit.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every engine must do that keeps its data on disk: what was synced is there after any end,
 * whatever happens to its files it opens, and where it cannot it says so and touches nothing.
 *
 * <p>Some tests open the engine in a JVM of its own, on this one's class path: the test's class
 * needs a constructor without parameters.
 */
public abstract class DurableEngineContract extends KvEngineContract {
  private static final int KILLS = Integer.getInteger("engine.kills", 5);
  private static final int DAMAGES = Integer.getInteger("engine.damages", 8);
  private static final int REMOVED = 20_000;
  private static final int REMOVED_AT_ONCE = 500;
  private static final int REMOVED_BYTES = 300;
  private static final long REMOVED_LEFT_BYTES = 1 << 20;
  private static final long REMOVED_LIMIT_NANOS = 120_000_000_000L;
  private static final long SEED = Long.getLong("engine.seed", new Random().nextLong());

  /** Turns a folder, closed, into one that a later version with another format has left. */
  protected abstract void makeNewer(Path folder) throws Exception;

  private Path folder() {
    return work.resolve("engine");
  }

  @Test
  final void whatWasWrittenIsThereWhenItIsOpenedAnew() throws Exception {
    for (long number = 0; number < 5; number++) {
      KvEngine engine = open(folder());
      assertEquals(number, Sequence.last(engine));
      assertEquals(all(Sequence.after(number)), all(engine));
      engine.write(Sequence.batch(number + 1), number % 2 == 0);
      close(engine);
    }
  }

  @Test
  final void missingFolderIsMadeForItsOwnerOnly() throws Exception {
    Path deep = work.resolve("a/b/engine");
    close(open(deep));
    for (Path made : List.of(deep, deep.getParent(), deep.getParent().getParent())) {
      assertEquals(
          "rwx------",
          PosixFilePermissions.toString(Files.getPosixFilePermissions(made)),
          made.toString());
    }
  }

  @Test
  final void lockedFolderIsRefusedByItsPathUntilItIsFree() throws Exception {
    KvEngine first = open(folder());
    first.write(List.of(set("01", "aa")), true);
    assertNames(folder(), assertThrows(IOException.class, () -> open(folder())).getMessage());
    first.write(List.of(set("02", "bb")), true);
    close(first);
    KvEngine second = open(folder());
    assertEquals(List.of("01=aa", "02=bb"), all(second));
    close(second);
  }

  @Test
  final void folderOfAnotherProcessIsRefusedByItsPathUntilThatEnds() throws Exception {
    try (EngineProcess other = start(folder(), EngineProcess.Task.HOLD, List.of())) {
      assertEquals(EngineProcess.OPENED, other.line());
      Map<String, String> before = contents(folder());
      assertNames(folder(), assertThrows(IOException.class, () -> open(folder())).getMessage());
      assertEquals(before.keySet(), contents(folder()).keySet());
      other.kill();
    }
    close(open(folder()));
  }

  @Test
  final void folderThatCannotBeWrittenIsRefusedByItsPath() throws Exception {
    KvEngine engine = open(folder());
    engine.write(Sequence.batch(1), true);
    close(engine);
    List<String> readOnly =
        mounted("mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"");
    Map<String, String> before = contents(folder());
    try (EngineProcess process = start(folder(), EngineProcess.Task.HOLD, readOnly)) {
      assertNames(folder(), process.line());
    }
    assertEquals(before, contents(folder()));
  }

  @Test
  final void fileInPlaceOfItsFolderIsRefusedByItsPath() throws Exception {
    Files.writeString(folder(), "not a folder");
    assertNames(folder(), assertThrows(IOException.class, () -> open(folder())).getMessage());
    assertEquals("not a folder", Files.readString(folder()));
  }

  @Test
  final void laterFormatIsRefusedByItsPathAndLeftUntouched() throws Exception {
    KvEngine engine = open(folder());
    engine.write(Sequence.batch(1), true);
    close(engine);
    makeNewer(folder());
    Map<String, String> before = contents(folder());
    for (int attempt = 0; attempt < 2; attempt++) {
      EngineException refused = assertThrows(EngineException.class, () -> open(folder()));
      assertEquals(EngineException.Reason.NEWER, refused.reason());
      assertNames(folder(), refused.getMessage());
      assertEquals(before, contents(folder()));
    }
  }

  @Test
  final void closedEngineSaysSo() throws Exception {
    KvEngine engine = open(folder());
    engine.write(List.of(set("01", "aa")), true);
    close(engine);
    assertThrows(IOException.class, () -> engine.get(key("01")));
    assertThrows(IOException.class, () -> engine.write(List.of(set("01", "bb")), true));
    assertThrows(IOException.class, () -> all(engine));
    close(engine);
  }

  @Test
  final void acknowledgedBatchesOutliveAKillAndEachIsThereAsAWhole() throws Exception {
    Random random = new Random(SEED);
    long acknowledged = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      try (EngineProcess process = start(folder(), EngineProcess.Task.WRITE, List.of())) {
        int lines = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(400);
        for (int line = 0; line < lines; line++) {
          acknowledged = number(process.line(), acknowledged);
        }
        process.kill();
        for (String line = process.line(); line != null; line = process.line()) {
          acknowledged = number(line, acknowledged);
        }
      }
      KvEngine engine = open(folder());
      long last = Sequence.last(engine);
      String which = "kill " + kill + ", -Dengine.seed=" + SEED;
      assertTrue(last >= acknowledged, last + " is left of " + acknowledged + ", " + which);
      assertEquals(all(Sequence.after(last)), all(engine), which);
      close(engine);
    }
  }

  private static long number(@Nullable String line, long before) {
    if (line == null || line.startsWith(EngineProcess.REFUSED)) {
      throw new AssertionError("the engine's process ended: " + line);
    }
    return line.equals(EngineProcess.OPENED) ? before : Long.parseLong(line);
  }

  @ParameterizedTest
  @EnumSource
  final void whateverHappensToAFileItOpensWithWhatIsStillTrue(Damage damage) throws Exception {
    DamagedFolder folder = DamagedFolder.fill(this, folder());
    List<String> failures = new ArrayList<>();
    int copies = 0;
    for (Path file : folder.files()) {
      for (int i = 0; i < (damage.varies() ? DAMAGES : 1); i++) {
        Path copy = work.resolve("copy-" + copies++);
        long seed = SEED + copies;
        try {
          folder.open(copy, file, damage, new Random(seed));
        } catch (Exception | AssertionError e) {
          failures.add(file + ", seed " + seed + ": " + e);
        }
        remove(copy);
      }
    }
    assertEquals(List.of(), failures, "-Dengine.seed=" + SEED);
  }

  @Test
  final void fullDiskIsToldApartAndHealsByItself() throws Exception {
    Path disk = Files.createDirectory(work.resolve("disk"));
    Path folder = disk.resolve("engine");
    List<String> small =
        mounted(
            "mount -t tmpfs -o size=%dk flux \"$1\" && head -c %dK /dev/zero >\"$1/%s\""
                .formatted(diskKilobytes(), diskKilobytes() * 9 / 16, FullDisk.BALLAST));
    small.set(small.size() - 1, disk.toString());
    List<String> lines = new ArrayList<>();
    try (EngineProcess process = start(folder, EngineProcess.Task.FILL, small)) {
      for (String line = process.line(); line != null; line = process.line()) {
        lines.add(line);
      }
    }
    assertTrue(lines.contains(FullDisk.HEALED), lines.toString());
  }

  /** The size of the disk that is filled, in kilobytes; somewhat more than half is freed again. */
  protected int diskKilobytes() {
    return 4096;
  }

  @Test
  final void backupIsWhatWasThereWhenItBeganAndOpensByItself() throws Exception {
    KvEngine engine = open(folder());
    engine.write(List.of(set("01", "aa"), set("02", "bb"), set("03", "cc")), true);
    engine.write(List.of(drop("02"), set("03", "dd")), true);
    Path copy = work.resolve("backup");
    engine.backup(copy);
    engine.write(List.of(set("04", "ee"), drop("01")), true);
    assertEquals(List.of("03=dd", "04=ee"), all(engine));
    KvEngine restored = open(copy);
    assertEquals(List.of("01=aa", "03=dd"), all(restored));
    restored.write(List.of(set("05", "ff")), true);
    assertEquals(List.of("01=aa", "03=dd", "05=ff"), all(restored));
    assertEquals(List.of("03=dd", "04=ee"), all(engine));
    close(restored);
    close(engine);
  }

  @Test
  final void backupWhileOthersWriteIsTheStateBetweenTwoBatches() throws Exception {
    KvEngine engine = open(folder());
    engine.write(Sequence.batch(1), true);
    CompletableFuture<Void> writer =
        asynchronously(
            () -> {
              for (long number = 2; number < 400; number++) {
                engine.write(Sequence.batch(number), number % 10 == 0);
              }
            });
    long before = 0;
    int backups = 0;
    do {
      Path copy = work.resolve("backup-" + backups++);
      long least = Sequence.last(engine);
      engine.backup(copy);
      KvEngine restored = open(copy);
      long last = Sequence.last(restored);
      assertTrue(last >= least && last >= before, last + " after " + least + ", " + before);
      assertEquals(all(Sequence.after(last)), all(restored));
      close(restored);
      before = last;
    } while (!writer.isDone() && backups < 20);
    writer.join();
    close(engine);
  }

  @Test
  final void backupNeverOverwrites() throws Exception {
    KvEngine engine = open(folder());
    Path copy = Files.createDirectory(work.resolve("backup"));
    Files.writeString(copy.resolve("file"), "mine");
    assertNames(copy, assertThrows(IOException.class, () -> engine.backup(copy)).getMessage());
    assertEquals("mine", Files.readString(copy.resolve("file")));
    close(engine);
  }

  @Test
  final void statisticsCountWhatIsWritten() throws Exception {
    KvEngine engine = open(folder());
    KvEngine.Statistics before = engine.statistics();
    engine.write(List.of(set("0102", "aabbcc")), true);
    engine.write(List.of(set("03", "dd"), drop("0102")), false);
    KvEngine.Statistics after = engine.statistics();
    assertEquals(2, after.writes() - before.writes());
    assertEquals(1, after.syncs() - before.syncs());
    assertEquals(2 + 3 + 1 + 1 + 2, after.bytesGiven() - before.bytesGiven());
    assertTrue(after.syncNanos() > before.syncNanos(), after.toString());
    assertTrue(after.bytesWritten() >= before.bytesWritten() + 5, after.toString());
    assertTrue(after.bytesOnDisk() > 0, after.toString());
    assertEquals(0, after.setAside());
    assertEquals(null, engine.failure());
    close(engine);
  }

  /** Nobody writes afterwards, so this may take its time, but nothing else needs to happen. */
  @Test
  final void whatIsRemovedLeavesTheDisk() throws Exception {
    KvEngine engine = open(folder());
    engine.write(List.of(set("00", "aa")), true);
    for (int begin = 0; begin < REMOVED; begin += REMOVED_AT_ONCE) {
      List<KvEngine.Write> values = new ArrayList<>();
      List<KvEngine.Write> removals = new ArrayList<>();
      for (int i = begin; i < begin + REMOVED_AT_ONCE; i++) {
        byte[] key = key("01%08x".formatted(i));
        values.add(new KvEngine.Write(key, randomBytes(i)));
        removals.add(new KvEngine.Write(key, null));
      }
      engine.write(values, true);
      engine.write(removals, true);
    }
    long end = System.nanoTime() + REMOVED_LIMIT_NANOS;
    while (engine.statistics().bytesOnDisk() > REMOVED_LEFT_BYTES) {
      assertTrue(System.nanoTime() < end, engine.statistics().toString());
      Thread.sleep(100);
    }
    assertEquals(1, all(engine).size());
    close(engine);
  }

  private static byte[] randomBytes(int seed) {
    byte[] bytes = new byte[REMOVED_BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private EngineProcess start(Path folder, EngineProcess.Task task, List<String> before)
      throws IOException {
    return EngineProcess.start(getClass(), folder, task, before);
  }

  /**
   * A command that mounts something for the process behind it alone; skips the test if it cannot.
   */
  private List<String> mounted(String script) throws Exception {
    String unshare = Tool.require("unshare", "util-linux");
    Path probe = Files.createDirectories(work.resolve("probe"));
    List<String> command =
        new ArrayList<>(
            List.of(unshare, "-m", "sh", "-c", script + " && shift && exec \"$@\"", "sh"));
    command.add(probe.toString());
    command.add("true");
    Tool.skipUnless(
        Tool.run(java.time.Duration.ofSeconds(10), command.toArray(String[]::new)).exit() == 0,
        getClass().getSimpleName() + " may not mount a file system here (needs root)");
    command.set(command.size() - 2, folder().toString());
    command.remove(command.size() - 1);
    return command;
  }

  private static void assertNames(Path path, @Nullable String text) {
    assertNotNull(text);
    assertTrue(text.contains(path.toString()), text);
  }

  /** Every file below a folder with what is in it, as a text that can be compared. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).collect(Collectors.toList())) {
        contents.put(folder.relativize(path).toString(), Entries.text(Files.readAllBytes(path)));
      }
    }
    return contents;
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      paths.sorted(java.util.Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    }
  }
}
