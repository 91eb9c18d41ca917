package io.fluxmqtt.store.mvstore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of which MVStore opens an older state without a word, and what is told of it. */
final class MvStoreLostCommitsTest {
  private static final int BLOCK = EngineFile.BLOCK_SIZE;
  private static final int COMMITS = 40;
  private static final int EACH = 25;
  private static final byte[] END = {(byte) 0xFF};

  @TempDir Path work;
  private Path closed;
  private Path cut;

  /** The same entries in a file that was closed, and in one that was not. */
  @BeforeEach
  void fill() throws Exception {
    closed = work.resolve("closed");
    cut = Files.createDirectory(work.resolve("cut"));
    try (MvStoreEngine engine = MvStoreEngine.open(closed)) {
      for (int commit = 0; commit < COMMITS; commit++) {
        List<Write> batch = new ArrayList<>();
        for (int i = 0; i < EACH; i++) {
          byte[] key = ByteBuffer.allocate(4).putInt(i * COMMITS + commit).array();
          byte[] value = new byte[200];
          Arrays.fill(value, (byte) commit);
          batch.add(new Write(key, value));
        }
        engine.write(batch, true);
      }
      Files.copy(file(closed), file(cut));
    }
  }

  @Test
  void wholeFilesAreTakenAsTheyAre() throws Exception {
    assertEquals(new Outcome(COMMITS * EACH, 0), open(closed));
    assertEquals(new Outcome(COMMITS * EACH, 0), open(cut));
  }

  @Test
  void lostBeginningOfTheLastCommitIsToldOfAFileThatWasClosed() throws Exception {
    overwrite(closed, newest(closed, 0).begin, 64);
    Outcome outcome = open(closed);
    assertEquals(1, outcome.setAside);
    assertTrue(outcome.entries >= (COMMITS - 1) * EACH, outcome.toString());
    assertTrue(Files.exists(closed.resolve("damaged-1.db")));
  }

  @Test
  void lostEndOfTheLastCommitIsToldOfAFileThatWasClosed() throws Exception {
    Chunk last = newest(closed, 0);
    overwrite(closed, last.end - 128, 128);
    Outcome outcome = open(closed);
    assertEquals(1, outcome.setAside);
    assertTrue(outcome.entries >= (COMMITS - 1) * EACH, outcome.toString());
  }

  @Test
  void flippedBitInTheEndOfTheLastCommitIsToldOfAFileThatWasClosed() throws Exception {
    flip(closed, newest(closed, 0).end - 120);
    assertEquals(1, open(closed).setAside);
  }

  @Test
  void headOfACommitThatLaterOnesNeedCostsNothingButItself() throws Exception {
    for (Path folder : List.of(closed, cut)) {
      overwrite(folder, newest(folder, 5).begin, 64);
      Outcome outcome = open(folder);
      assertEquals(new Outcome(COMMITS * EACH, 1), outcome); // its pages are whole
    }
  }

  @Test
  void commitThatLaterOnesNeedAndIsAllZeroIsTold() throws Exception {
    for (Path folder : List.of(closed, cut)) {
      Chunk chunk = newest(folder, 3);
      overwrite(folder, chunk.begin, (int) (chunk.end - chunk.begin));
      Outcome outcome = open(folder);
      assertEquals(1, outcome.setAside);
      assertTrue(outcome.entries > 0);
    }
  }

  @Test
  void lastTwoCommitsLostAreToldOfAFileThatWasNotClosed() throws Exception {
    overwrite(cut, newest(cut, 0).end - 128, 128);
    overwrite(cut, newest(cut, 1).end - 128, 128);
    Outcome outcome = open(cut);
    assertEquals(1, outcome.setAside);
    assertTrue(outcome.entries >= (COMMITS - 2) * EACH, outcome.toString());
  }

  @Test
  void fileThatWasClosedAndIsTruncatedIsToldWhereverThatIs() throws Exception {
    byte[] whole = Files.readAllBytes(file(closed));
    for (int at = 3 * BLOCK; at < whole.length; at += 5 * BLOCK + 77) {
      Path folder = Files.createDirectory(work.resolve("truncated-" + at));
      Files.write(file(folder), Arrays.copyOf(whole, at));
      assertEquals(1, open(folder).setAside, "truncated at " + at);
    }
  }

  @Test
  void lastCommitThatIsTornIsUndoneWithoutAWord() throws Exception {
    byte[] whole = Files.readAllBytes(file(cut));
    Chunk last = newest(cut, 0);
    List<byte[]> torn = new ArrayList<>();
    byte[] noEnd = whole.clone();
    Arrays.fill(noEnd, (int) last.begin + 512, (int) last.end, (byte) 0);
    torn.add(noEnd);
    byte[] noBeginning = whole.clone();
    Arrays.fill(noBeginning, (int) last.begin, (int) last.begin + 512, (byte) 0);
    torn.add(noBeginning);
    byte[] noMiddle = whole.clone();
    Arrays.fill(noMiddle, (int) last.begin + 512, (int) last.end - 512, (byte) 0);
    torn.add(noMiddle);
    for (int i = 0; i < torn.size(); i++) {
      Path folder = Files.createDirectory(work.resolve("torn-" + i));
      Files.write(file(folder), torn.get(i));
      assertEquals(new Outcome((COMMITS - 1) * EACH, 0), open(folder), "torn " + i);
      assertEquals(new Outcome((COMMITS - 1) * EACH, 0), open(folder), "torn " + i + ", again");
    }
  }

  @Test
  void firstCommitAfterACloseThatIsTornCostsNothing() throws Exception {
    byte[] before = Files.readAllBytes(file(closed));
    byte[] after;
    try (MvStoreEngine engine = MvStoreEngine.open(closed)) {
      engine.write(List.of(new Write(new byte[] {1}, new byte[BLOCK * 3])), true);
      after = Files.readAllBytes(file(closed));
    }
    Files.write(file(closed), after);
    Chunk torn = newest(closed, 0);
    Arrays.fill(after, (int) torn.begin + 512, (int) torn.end - 512, (byte) 0);
    for (int written = 0; written < 8; written++) { // copies of the header, ends of the chunk
      byte[] state = Arrays.copyOf(before, Math.max(before.length, after.length));
      for (int copy = 0; copy < 2; copy++) {
        if ((written & 1 << copy) != 0) {
          System.arraycopy(after, copy * BLOCK, state, copy * BLOCK, BLOCK);
        }
      }
      if ((written & 4) != 0) {
        int begin = (int) torn.begin;
        System.arraycopy(after, begin, state, begin, (int) torn.end - begin);
      }
      Path folder = Files.createDirectory(work.resolve("header-" + written));
      Files.write(file(folder), state);
      Outcome outcome = open(folder);
      assertEquals(COMMITS * EACH, outcome.entries, "written " + written);
      if (written < 4) { // with its ends MVStore goes too far back, and all is salvaged
        assertEquals(0, outcome.setAside, "written " + written);
      }
    }
  }

  @Test
  void fileThatIsGoneIsMissedOnlyWhereThereWasOne() throws Exception {
    for (Path folder : List.of(closed, work.resolve("new"))) {
      open(folder);
      try (Folder locked = Folder.open(folder)) {
        assertFalse(locked.lacksData());
        Files.delete(file(folder));
        assertTrue(locked.lacksData());
      }
      assertEquals(new Outcome(0, 0), open(folder));
    }
    try (Folder fresh = Folder.open(work.resolve("fresh"))) {
      assertFalse(fresh.lacksData());
    }
  }

  @Test
  void emptiedFileStaysEmptyWhenItIsSalvaged() throws Exception {
    try (MvStoreEngine engine = MvStoreEngine.open(closed)) {
      List<Write> all = new ArrayList<>();
      for (int i = 0; i < COMMITS * EACH; i++) {
        all.add(new Write(ByteBuffer.allocate(4).putInt(i).array(), null));
      }
      engine.write(all, true);
    }
    overwrite(closed, 0, 2 * BLOCK);
    assertEquals(new Outcome(0, 1), open(closed));
  }

  private record Outcome(int entries, long setAside) {}

  private static Outcome open(Path folder) throws IOException {
    try (MvStoreEngine engine = MvStoreEngine.open(folder)) {
      int[] count = {0};
      engine.scan(
          new byte[0],
          END,
          (key, value) -> {
            count[0]++;
            return true;
          });
      return new Outcome(count[0], engine.statistics().setAside());
    }
  }

  private record Chunk(long version, long begin, long end) {}

  /** The chunk of the last commit, or of one before it. */
  private static Chunk newest(Path folder, int before) throws IOException {
    byte[] bytes = Files.readAllBytes(file(folder));
    List<Chunk> chunks = new ArrayList<>();
    for (int at = 2 * BLOCK; at + BLOCK <= bytes.length; at += BLOCK) {
      String text = new String(bytes, at, 256, StandardCharsets.ISO_8859_1);
      if (text.startsWith("chunk:")) {
        long length = attribute(text, ",len:") * BLOCK;
        chunks.add(new Chunk(attribute(text, ",version:"), at, at + length));
      }
    }
    chunks.sort((one, other) -> Long.compare(other.version, one.version));
    return chunks.get(before);
  }

  private static long attribute(String header, String name) {
    int begin = header.indexOf(name) + name.length();
    int end = begin;
    while (Character.digit(header.charAt(end), 16) >= 0) {
      end++;
    }
    return Long.parseLong(header.substring(begin, end), 16);
  }

  private static Path file(Path folder) {
    return folder.resolve("mvstore.db");
  }

  private static void overwrite(Path folder, long at, int count) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file(folder).toFile(), "rw")) {
      open.seek(at);
      open.write(new byte[count]);
    }
  }

  private static void flip(Path folder, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file(folder).toFile(), "rw")) {
      open.seek(at);
      int value = open.read();
      open.seek(at);
      open.write(value ^ 1);
    }
  }
}
