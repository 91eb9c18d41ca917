package io.fluxmqtt.shell.karaf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.Histogram;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.admin.StoreInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mqtt:store-…} on a fake store. */
class StoreCommandsTest {
  private static final Histogram NONE = new Histogram(List.of(0.001), List.of(0L, 0L), 0);

  private final FakeStore store = new FakeStore();
  private final FakeKaraf karaf = new FakeKaraf(store);
  @TempDir Path folder;

  @Test
  void infoShowsWhatTheStoreHoldsAndHowItKeepsUp() throws Exception {
    store.info =
        new StoreInfo(
            "rocksdb",
            true,
            Path.of("/data/store/rocksdb"),
            3,
            null,
            4,
            5,
            6,
            2_048,
            7,
            8,
            5 << 20,
            3_000,
            2_000,
            9,
            0.25,
            10,
            new Histogram(List.of(0.001, 0.005), List.of(50L, 49L, 1L), 0.2),
            new Histogram(List.of(1.0), List.of(0L, 100L), 250));
    assertEquals(
        """
        Engine           rocksdb
        Durable          yes
        Folder           /data/store/rocksdb
        Format           3
        Writable         yes
        Sessions         4
        Queued           5 messages
        Retained         6 messages, 2048 bytes (2.0 KB)
        Set aside        7 damaged entries, 8 parts of files
        On disk          5242880 bytes (5.0 MB)
        Written          3000 bytes (2.9 KB), 1.5 times what was given
        Waiting          9 bytes, the oldest for 0.25 s
        Syncs            100; half within 1 ms, 99 % within 5 ms
        Records a sync   2.5 on average
        Failed writes    10
        """,
        karaf.run(new StoreInfoCommand()).replace(System.lineSeparator(), "\n"));
    assertEquals(0, karaf.held.get());
  }

  @Test
  void infoOfAnIdleStoreInMemorySaysSo() throws Exception {
    store.info =
        new StoreInfo(
            "memory",
            false,
            null,
            3,
            "disk full: make room",
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            NONE,
            NONE);
    String shown = karaf.run(new StoreInfoCommand());
    assertTrue(shown.contains("Durable          no, it forgets at the end of the process"), shown);
    assertTrue(shown.contains("Folder           -"), shown);
    assertTrue(shown.contains("Writable         no: disk full: make room"), shown);
    assertTrue(shown.contains("Written          0 bytes\n"), shown);
    assertTrue(shown.contains("Waiting          0 bytes, the oldest for 0 s"), shown);
    assertTrue(shown.contains("Syncs            0\n"), shown);
    assertTrue(shown.contains("Records a sync   -"), shown);
  }

  @Test
  void syncsThatTookLongerThanAnyBoundAreTold() throws Exception {
    store.info =
        new StoreInfo(
            "e",
            true,
            null,
            3,
            null,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            new Histogram(List.of(0.001, 2.5), List.of(0L, 1L, 1L), 9),
            NONE);
    String shown = karaf.run(new StoreInfoCommand());
    assertTrue(shown.contains("2; half within 2500 ms, 99 % within more than 2500 ms"), shown);
  }

  @Test
  void backupGoesToAFolderOfKarafsAndSaysWhere() throws Exception {
    karaf.base = folder;
    List<String> shown = backup("copies/one").lines().toList();
    Path copy = folder.resolve("copies/one");
    assertEquals(List.of(copy), store.backups);
    assertTrue(
        shown.get(0).matches("Backed up to \\Q" + copy + "\\E: 15 bytes in \\d+\\.\\d s"),
        shown.get(0));
    assertEquals(
        "To use it, end the broker and put it in place of store in its data folder", shown.get(1));
    assertEquals(2, shown.size());
  }

  @Test
  void backupTakesAnAbsolutePathAsItIs() throws Exception {
    karaf.base = Path.of("/nowhere");
    backup(folder.resolve("x/../copy").toString());
    assertEquals(List.of(folder.resolve("copy")), store.backups);
  }

  @Test
  void backupThatFailsSaysWhy() {
    store.failure = new IOException("there is no room for it");
    assertEquals(
        "there is no room for it",
        assertThrows(IllegalStateException.class, () -> backup("x")).getMessage());
    store.failure = new CompletionException(new UncheckedIOException(new IOException("gone")));
    assertEquals(
        "java.io.IOException: gone",
        assertThrows(IllegalStateException.class, () -> backup("x")).getMessage());
  }

  @Test
  void pathThatIsNoneIsRefused() {
    String failure =
        assertThrows(IllegalStateException.class, () -> backup("a\u0000b")).getMessage();
    assertTrue(failure.startsWith("a\\u0000b is no path: "), failure);
    assertEquals(List.of(), store.backups);
  }

  @Test
  void verifyOfAHealthyStoreSaysSo() throws Exception {
    store.check = new StoreCheck(42, List.of(), 0);
    assertEquals("All is well: 42 entries read", karaf.run(new StoreVerifyCommand()).strip());
  }

  @Test
  void verifyTellsEachFindingAndFails() {
    store.check = new StoreCheck(42, List.of("queue 1: damaged", "body 2:\n orphan"), 0);
    assertEquals(
        "2 of 42 entries are damaged or belong to nothing", failure(new StoreVerifyCommand()));
    assertEquals(
        List.of("queue 1: damaged", "body 2:\\u000a orphan"), karaf.printed().lines().toList());
  }

  @Test
  void verifyTellsHowManyMoreThereAre() {
    store.check = new StoreCheck(42, List.of("queue 1: damaged"), 7);
    assertEquals(
        "8 of 42 entries are damaged or belong to nothing", failure(new StoreVerifyCommand()));
    assertEquals(List.of("queue 1: damaged", "and 7 more"), karaf.printed().lines().toList());
  }

  @Test
  void verifyThatCannotReadFails() {
    store.failure = new IOException("Input/output error");
    assertEquals("Input/output error", failure(new StoreVerifyCommand()));
  }

  @Test
  void withoutStoreCommandsSayWhy() {
    FakeKaraf without = new FakeKaraf(null);
    for (StoreCommand command :
        List.of(new StoreInfoCommand(), new StoreBackupCommand(), new StoreVerifyCommand())) {
      assertEquals(
          "The store is not running: nobody offers StoreAdmin; log:display says why",
          assertThrows(IllegalStateException.class, () -> without.run(command)).getMessage());
    }
  }

  private String backup(String to) throws Exception {
    StoreBackupCommand command = new StoreBackupCommand();
    command.folder = to;
    return karaf.run(command);
  }

  private String failure(ServiceCommand<?> command) {
    return assertThrows(IllegalStateException.class, () -> karaf.run(command)).getMessage();
  }

  /** A store that answers what a test says. */
  private static final class FakeStore implements StoreAdmin {
    private final java.util.ArrayList<Path> backups = new java.util.ArrayList<>();
    private @Nullable StoreInfo info;
    private @Nullable StoreCheck check;
    private @Nullable Exception failure;

    @Override
    public StoreInfo info() {
      return info;
    }

    @Override
    public CompletionStage<Path> backup(Path target) {
      backups.add(target);
      if (failure != null) {
        return CompletableFuture.failedFuture(failure);
      }
      try {
        Files.createDirectories(target.resolve("1"));
        Files.writeString(target.resolve("1/CURRENT"), "ten bytes!");
        Files.writeString(target.resolve("note"), "five5");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return CompletableFuture.completedFuture(target);
    }

    @Override
    public CompletionStage<StoreCheck> verify() {
      return failure == null
          ? CompletableFuture.completedFuture(check)
          : CompletableFuture.failedFuture(failure);
    }
  }
}
