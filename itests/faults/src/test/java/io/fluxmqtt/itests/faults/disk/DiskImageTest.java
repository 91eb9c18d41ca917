package io.fluxmqtt.itests.faults.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.faults.disk.DiskLog.Kind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a cut may leave, and what it may not. */
final class DiskImageTest {
  private static final long FOLDER = 1;
  private static final long FILE = 1L << 60; // no inode of a real file

  @TempDir private Path temporary;
  private Path root;
  private Path log;
  private long syncs;

  @BeforeEach
  void prepare() throws IOException {
    root = Files.createDirectory(temporary.resolve("root")).toRealPath();
    log = temporary.resolve("log");
  }

  @Test
  void whatWasSyncedIsLeft() throws Exception {
    create("a");
    write(FILE, 0, "hello");
    sync(FILE);
    sync(FOLDER);
    write(FILE, 5, " world");
    assertEquals("hello", cut(Remains.SYNCED, "a"));
  }

  @Test
  void aNameNeedsASyncOfItsFolder() throws Exception {
    create("a");
    write(FILE, 0, "hello");
    sync(FILE);
    assertEquals(null, cut(Remains.SYNCED, "a"));
  }

  @Test
  void whatIsWrittenWhileASyncRunsIsNotCoveredByIt() throws Exception {
    create("a");
    sync(FOLDER);
    write(FILE, 0, "x");
    note(Kind.SYNC_BEGIN, FILE, ++syncs, 0, "");
    write(FILE, 0, "y");
    note(Kind.SYNC_END, FILE, syncs, 0, "");
    assertEquals("x", cut(Remains.SYNCED, "a"));
  }

  @Test
  void aSyncThatFailedLosesWhatWasWrittenForGood() throws Exception {
    create("a");
    sync(FOLDER);
    write(FILE, 0, "x");
    note(Kind.SYNC_BEGIN, FILE, ++syncs, 0, "");
    note(Kind.SYNC_FAILED, FILE, syncs, 0, "");
    write(FILE, 1, "y");
    sync(FILE);
    assertEquals("\0y", cut(Remains.SYNCED, "a"));
  }

  @Test
  void aDiskThatLiesKeepsNothing() throws Exception {
    create("a");
    write(FILE, 0, "x");
    sync(FILE);
    sync(FOLDER);
    new DiskImage(root, false).follow(log).cut(Remains.SYNCED, new Random(1));
    assertFalse(Files.exists(root.resolve("a")));
  }

  @Test
  void aRenameHappensAsAWholeOrNotAtAll() throws Exception {
    create("new");
    write(FILE, 0, "x");
    sync(FILE);
    sync(FOLDER);
    note(Kind.RENAME, 0, 0, 0, root.resolve("new") + "\0" + root.resolve("current"));
    Set<String> seen = new HashSet<>();
    Random random = new Random(1);
    for (int round = 0; round < 40; round++) {
      Files.deleteIfExists(root.resolve("new"));
      Files.deleteIfExists(root.resolve("current"));
      new DiskImage(root, true).follow(log).cut(Remains.PREFIX, random);
      seen.add(Files.exists(root.resolve("new")) + " " + Files.exists(root.resolve("current")));
    }
    assertEquals(Set.of("true false", "false true"), seen);
  }

  @Test
  void aRemovedFileComesBackUnlessItsFolderWasSynced() throws Exception {
    Files.writeString(root.resolve("a"), "old");
    Files.writeString(root.resolve("b"), "old");
    note(Kind.UNLINK, 0, 0, 0, root.resolve("a").toString());
    sync(FOLDER);
    note(Kind.UNLINK, 0, 0, 0, root.resolve("b").toString());
    DiskImage image = new DiskImage(root, true);
    Files.delete(root.resolve("a"));
    Files.delete(root.resolve("b"));
    image.follow(log).cut(Remains.SYNCED, new Random(1));
    assertFalse(Files.exists(root.resolve("a")));
    assertEquals("old", Files.readString(root.resolve("b")));
  }

  @Test
  void aPrefixIsTornAtASector() throws Exception {
    create("a");
    sync(FOLDER);
    byte[] first = new byte[1_000];
    byte[] second = new byte[5_000];
    Arrays.fill(first, (byte) 1);
    Arrays.fill(second, (byte) 2);
    note(Kind.WRITE, FILE, 0, 0, first);
    note(Kind.WRITE, FILE, 1_000, 0, second);
    Set<Integer> sizes = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      byte[] left = left(Remains.PREFIX, seed);
      sizes.add(left.length);
      for (int i = 0; i < left.length; i++) {
        assertEquals(i < 1_000 ? 1 : 2, left[i]);
      }
    }
    assertTrue(sizes.size() > 5, sizes::toString);
    sizes.forEach(
        size -> assertTrue(size % 512 == 0 || size == 1_000 || size == 6_000, sizes::toString));
  }

  @Test
  void sectorsAreLeftInAnyOrder() throws Exception {
    create("a");
    sync(FOLDER);
    byte[] data = new byte[2_048];
    Arrays.fill(data, (byte) 1);
    note(Kind.WRITE, FILE, 0, 0, data);
    Set<String> seen = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      byte[] left = left(Remains.SECTORS, seed);
      StringBuilder pattern = new StringBuilder();
      for (int i = 0; i < left.length; i += 512) {
        pattern.append(left[i]);
      }
      seen.add(pattern.toString());
    }
    assertEquals(16, seen.size(), seen::toString); // each of four sectors is there or not
  }

  @Test
  void whatTheShimDoesNotSeeIsNamed() throws Exception {
    create("a");
    note(Kind.BLIND, FILE, 0, 0, "mmap");
    assertEquals(Set.of("mmap of /a"), new DiskImage(root, true).follow(log).blind());
  }

  @Test
  void theLogMayEndWithinAChange() throws Exception {
    create("a");
    sync(FOLDER);
    byte[] whole = Files.readAllBytes(log);
    write(FILE, 0, "x");
    byte[] more = Files.readAllBytes(log);
    for (int length = whole.length; length < more.length; length++) {
      Files.write(log, Arrays.copyOf(more, length));
      assertEquals("", cut(Remains.ALL, "a"));
    }
  }

  @Test
  void sizesAreCutAndGrow() throws Exception {
    create("a");
    sync(FOLDER);
    write(FILE, 0, "abcdef");
    note(Kind.TRUNCATE, FILE, 3, 0, "");
    note(Kind.EXTEND, FILE, 5, 0, "");
    note(Kind.EXTEND, FILE, 2, 0, "");
    note(Kind.ZERO, FILE, 0, 1, "");
    sync(FILE);
    assertEquals("\0bc\0\0", cut(Remains.SYNCED, "a"));
  }

  private String cut(Remains remains, String name) throws IOException {
    new DiskImage(root, true).follow(log).cut(remains, new Random(1));
    Path file = root.resolve(name);
    String text = Files.exists(file) ? Files.readString(file) : null;
    Files.deleteIfExists(file);
    return text;
  }

  private byte[] left(Remains remains, int seed) throws IOException {
    new DiskImage(root, true).follow(log).cut(remains, new Random(seed));
    byte[] left = Files.readAllBytes(root.resolve("a"));
    Files.delete(root.resolve("a"));
    return left;
  }

  private void create(String name) throws IOException {
    note(Kind.OPEN, FOLDER, 4, 0, root.toString());
    note(Kind.OPEN, FILE, 1, 0, root.resolve(name).toString());
  }

  private void write(long inode, long offset, String text) throws IOException {
    note(Kind.WRITE, inode, offset, 0, text);
  }

  private void sync(long inode) throws IOException {
    if (inode == FOLDER) {
      note(Kind.OPEN, FOLDER, 4, 0, root.toString());
    }
    note(Kind.SYNC_BEGIN, inode, ++syncs, 0, "");
    note(Kind.SYNC_END, inode, syncs, 0, "");
  }

  private void note(Kind kind, long inode, long a, long b, String data) throws IOException {
    note(kind, inode, a, b, data.getBytes(StandardCharsets.UTF_8));
  }

  private void note(Kind kind, long inode, long a, long b, byte[] data) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(40).order(ByteOrder.nativeOrder());
    head.putInt(0x584C4654).putInt(kind.ordinal() + 1).putLong(inode).putLong(a).putLong(b);
    head.putLong(data.length);
    try (OutputStream out =
        Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      out.write(head.array());
      out.write(data);
    }
  }
}
