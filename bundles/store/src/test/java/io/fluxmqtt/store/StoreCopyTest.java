package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A copy is there as a whole or not at all, and what stands against it is said. */
@Timeout(30)
final class StoreCopyTest {
  @TempDir Path work;

  private final Disk disk = new Disk();
  private Store store;

  /** Stands for an engine on a disk; what it copies is a file. */
  private static final class Disk implements KvEngine {
    final HeapEngine heap = new HeapEngine();
    final CountDownLatch began = new CountDownLatch(1);
    volatile @Nullable CountDownLatch gate;
    volatile @Nullable Exception failure;
    volatile long bytes = 5;
    volatile @Nullable Path home;
    volatile @Nullable Path appears;

    @Override
    public byte @Nullable [] get(byte[] key) throws IOException {
      return heap.get(key);
    }

    @Override
    public void write(List<Write> changes, boolean sync) throws IOException {
      heap.write(changes, sync);
    }

    @Override
    public void scan(byte[] from, byte[] to, Visitor visitor) throws IOException {
      heap.scan(from, to, visitor);
    }

    @Override
    public Statistics statistics() {
      return new Statistics(bytes, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public @Nullable Path folder() {
      return home;
    }

    @Override
    public void backup(Path folder) throws IOException {
      Files.createDirectories(folder.resolve("deep"));
      Files.writeString(folder.resolve("deep/part"), "part");
      began.countDown();
      CountDownLatch shut = gate;
      if (shut != null) {
        try {
          shut.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      Path other = appears;
      if (other != null) {
        Files.createDirectory(other);
      }
      if (failure instanceof IOException io) {
        throw io;
      }
      if (failure instanceof RuntimeException runtime) {
        throw runtime;
      }
      Files.writeString(folder.resolve("deep/part"), "whole");
    }
  }

  @BeforeEach
  void open() throws Exception {
    store = Store.open(disk, new EngineProperties("heap", true));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void copyIsAsADataFolderHasIt() throws Exception {
    Path folder = work.resolve("copy");
    assertEquals(folder, backup(folder).get());
    assertEquals("whole", Files.readString(folder.resolve("heap/deep/part")));
    assertEquals("heap", new EngineNote(folder).read());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
    assertEquals(List.of(folder), in(work));
  }

  @Test
  void volatileEngineHasNothingToCopy() throws Exception {
    try (Store other = Store.open(new HeapEngine(), new EngineProperties("memory", false))) {
      assertRefused(other, work.resolve("copy"), "memory has nothing on disk", "set engine to");
    }
    disk.failure = new UnsupportedOperationException();
    assertRefused(store, work.resolve("copy"), "heap has nothing on disk", "set engine to");
    assertEquals(List.of(), in(work));
  }

  @Test
  void relativePathsAreRefused() throws Exception {
    assertRefused(store, Path.of("some", "copy"), "some/copy is a relative path", "give the whole");
  }

  @Test
  void whatIsThereIsNotOverwritten() throws Exception {
    Path file = Files.writeString(work.resolve("copy"), "mine");
    assertRefused(store, file, file + " is there already", "give a name");
    assertEquals("mine", Files.readString(file));
    assertRefused(store, Path.of("/"), "/ is there already", "give a name");
  }

  @Test
  void folderAboveMustBeThere() throws Exception {
    Path missing = work.resolve("missing");
    assertRefused(store, missing.resolve("copy"), missing + " is not there", "make that folder");
    assertEquals(List.of(), in(work));
  }

  @Test
  void whatAnInterruptedCopyLeftIsNotTouched() throws Exception {
    Path left = Files.createDirectory(work.resolve("copy.unfinished"));
    assertRefused(store, work.resolve("copy"), left + " was left by", "remove it first");
    assertEquals(List.of(left), in(work));
  }

  @Test
  void placeInsideOfTheStoreIsRefused() throws Exception {
    disk.home = work.resolve("store/heap");
    Files.createDirectories(work.resolve("store/heap"));
    assertRefused(store, work.resolve("store/copy"), "is inside of " + work.resolve("store"));
    assertRefused(
        store, work.resolve("other/../store/heap/copy").normalize(), "is inside of", "elsewhere");
    backup(work.resolve("copy")).get();
  }

  @Test
  void wantOfRoomIsToldBeforeItIsUsedUp() throws Exception {
    disk.bytes = Long.MAX_VALUE;
    assertRefused(store, work.resolve("copy"), work + " has ", " MB of room", "make room");
    assertEquals(1, disk.began.getCount());
    assertEquals(List.of(), in(work));
  }

  @Test
  void nothingIsLeftOfACopyThatFails() throws Exception {
    disk.failure = new EngineException(Reason.FULL, "no space");
    assertRefused(store, work.resolve("copy"), work + " has no room left", "make room", "no space");
    disk.failure = new EngineException(Reason.FAILED, "bad block");
    assertRefused(store, work.resolve("copy"), "could not be written", "bad block", "look at");
    disk.failure = new IOException("odd");
    assertRefused(store, work.resolve("copy"), "could not be written", "odd", "look at that disk");
    disk.failure = new IllegalStateException("odder");
    assertRefused(store, work.resolve("copy"), "could not be written", "odder");
    assertEquals(List.of(), in(work));
  }

  @Test
  void folderThatComesIntoBeingMeanwhileIsNotReplaced() throws Exception {
    Path folder = work.resolve("copy");
    disk.appears = folder;
    assertRefused(store, folder, "it has come into being meanwhile");
    assertEquals(List.of(folder), in(work));
    assertEquals(List.of(), in(folder));
  }

  @Test
  void oneCopyAtATime() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    disk.gate = gate;
    CompletableFuture<Path> first = backup(work.resolve("first"));
    disk.began.await();
    assertRefused(store, work.resolve("second"), "is being written already", "try again");
    assertFalse(first.isDone());
    gate.countDown();
    first.get();
    backup(work.resolve("second")).get();
    assertEquals(List.of(work.resolve("first"), work.resolve("second")), in(work));
  }

  @Test
  void copyWaitsForWhatWasGivenBefore() throws Exception {
    disk.heap.shutGate();
    Outcome stuck = new Outcome();
    store.retained().put(Traffic.message("r", 1, null), stuck);
    disk.heap.awaitWriter();
    CompletableFuture<Path> copy = backup(work.resolve("copy"));
    assertFalse(copy.isDone());
    assertEquals(1, disk.began.getCount());
    disk.heap.openGate();
    copy.get();
    assertTrue(stuck.isDone());
  }

  @Test
  void closedStoreEndsIt() throws Exception {
    store.close();
    assertRefused(store, work.resolve("copy"), "the store is closed");
  }

  private CompletableFuture<Path> backup(Path folder) {
    return store.admin().backup(folder).toCompletableFuture();
  }

  private static void assertRefused(Store by, Path folder, String... words) {
    CompletableFuture<Path> copy = by.admin().backup(folder).toCompletableFuture();
    Throwable why = assertThrows(ExecutionException.class, copy::get).getCause();
    assertInstanceOf(IOException.class, why);
    for (String each : words) {
      assertTrue(String.valueOf(why.getMessage()).contains(each), why.getMessage());
    }
  }

  private static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }
}
