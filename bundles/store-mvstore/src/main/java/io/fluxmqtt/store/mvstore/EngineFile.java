package io.fluxmqtt.store.mvstore;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;

/**
 * The file below MVStore: counts what is written, knows the last chunk (what one commit has
 * written) and can undo it, and tells what was once synced though MVStore opens without it.
 *
 * <p>Each commit is synced before the next is written, so whatever shows that a commit was begun
 * proves the one before it; and a clean end is noted when all is synced.
 */
final class EngineFile extends SingleFileStore {
  static final int BLOCK_SIZE = 4096; // of any MVStore file
  private static final int WRITABLE = -1;

  private final Disk disk;
  private final int age;
  private HeaderNotes notes = HeaderNotes.NONE;
  private volatile long synced;

  private EngineFile(Map<String, Object> config, Disk disk, int age) {
    super(config);
    this.disk = disk;
    this.age = age;
  }

  /** Opens a file to be written, new if it is missing. */
  static EngineFile writable(Path path, Map<String, Object> config, Disk disk) {
    EngineFile file = new EngineFile(config, disk, WRITABLE);
    file.open(path.toString(), false, null);
    return file;
  }

  /**
   * Opens a file to be read as one of its commits left it, whether or not all that this refers to
   * is there.
   *
   * @param age 0 for the newest commit whose own chunk begins and ends as it should, 1 for the one
   *     before it
   */
  static EngineFile readable(Path path, Map<String, Object> config, int age) {
    EngineFile file = new EngineFile(config, new Disk(), age);
    file.open(path.toString(), true, null);
    return file;
  }

  @Override
  protected void readStoreHeader(boolean recoveryMode) {
    if (age == WRITABLE) {
      notes = HeaderNotes.of(readFully((SFChunk) null, 0, HeaderNotes.COPIES * BLOCK_SIZE));
      super.readStoreHeader(recoveryMode);
      synced = lastVersion();
      return;
    }
    Blocks blocks = new Blocks(new BitSet());
    blocks.visit();
    List<SFChunk> whole =
        blocks.whole.stream()
            .sorted(Comparator.comparingLong((SFChunk chunk) -> chunk.version).reversed())
            .toList();
    if (age >= whole.size()) {
      throw KeyType.corrupt("no commit is left of which the beginning and the end are whole");
    }
    setLastChunk(whole.get(age));
  }

  /** The version that the last commit made, 0 if there was none. */
  long lastVersion() {
    SFChunk last = lastChunk;
    return last == null ? 0 : last.version;
  }

  /** The version that was the last one when the file was synced last, or opened. */
  long syncedVersion() {
    return synced;
  }

  /**
   * The highest version of which the file, just opened, shows that it was synced. Reads what lies
   * outside of the chunks in use, unless it was closed and has what it was closed with.
   */
  long provenVersion() {
    long last = lastVersion();
    if (notes.closed() >= last) {
      return notes.closed();
    }
    BitSet used = new BitSet();
    for (SFChunk chunk : getChunks().values()) {
      if (chunk.block > 0) {
        used.set((int) chunk.block, (int) chunk.block + chunk.len);
      }
    }
    Blocks rest = new Blocks(used);
    rest.visit();
    return Math.max(last, Math.max(notes.begun(), rest.newest) - 1);
  }

  /** The number of the chunk that the last commit made, -1 if there was none. */
  int lastChunkId() {
    SFChunk last = lastChunk;
    return last == null ? -1 : last.id;
  }

  /** Whether nothing was written since it was closed. */
  boolean wasClosed() {
    return notes.closed() == lastVersion();
  }

  /**
   * Where the last commit's chunk begins and ends: without these two blocks it is none, and the one
   * before it is the last.
   */
  List<Long> endsOfLast() {
    SFChunk last = lastChunk;
    if (last == null) {
      return List.of();
    }
    long first = last.block * BLOCK_SIZE;
    return List.of(first, first + (last.len - 1L) * BLOCK_SIZE);
  }

  @Override
  protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
    disk.write(source, bytes -> super.writeFully(chunk, position, bytes));
  }

  @Override
  public void sync() {
    long version = lastVersion();
    disk.sync(super::sync);
    synced = version;
  }

  /** Notes that it was closed once all that this says is synced, not together with it. */
  @Override
  protected void writeCleanShutdown() {
    if (!isReadOnly()) {
      sync();
    }
    super.writeCleanShutdown();
  }

  /** What blocks of the file show of chunks. */
  private final class Blocks {
    private static final int AT_ONCE = 64;
    private static final String BEGIN = "chunk:";
    private static final int FOOTER_LENGTH = 128; // of any MVStore file

    private final BitSet used;
    private final List<SFChunk> whole = new ArrayList<>(); // those with a beginning and its end
    private long newest;

    /** Blocks but those that are known. */
    Blocks(BitSet used) {
      this.used = used;
    }

    void visit() {
      int end = (int) (size() / BLOCK_SIZE);
      int from = used.nextClearBit(HeaderNotes.COPIES);
      while (from < end) {
        int next = used.nextSetBit(from);
        int to = Math.min(next < 0 ? end : Math.min(next, end), from + AT_ONCE);
        visit(from, readFully((SFChunk) null, (long) from * BLOCK_SIZE, (to - from) * BLOCK_SIZE));
        from = used.nextClearBit(to);
      }
    }

    private void visit(int first, ByteBuffer bytes) {
      for (int at = 0; at < bytes.limit(); at += BLOCK_SIZE) {
        int block = first + at / BLOCK_SIZE;
        SFChunk header = begins(bytes, at) ? readChunkHeaderOptionally(block) : null;
        if (header != null) {
          newest = Math.max(newest, header.version);
          SFChunk same = readChunkHeaderAndFooter(block, header.id);
          SFChunk footer = same == null ? null : readChunkFooter((long) block + header.len);
          if (footer != null && footer.version == header.version) {
            whole.add(header);
          }
        }
        SFChunk footer =
            begins(bytes, at + BLOCK_SIZE - FOOTER_LENGTH) ? readChunkFooter(block + 1L) : null;
        newest = Math.max(newest, footer == null ? 0 : footer.version);
      }
    }

    private static boolean begins(ByteBuffer bytes, int at) {
      for (int i = 0; i < BEGIN.length(); i++) {
        if (bytes.get(at + i) != BEGIN.charAt(i)) {
          return false;
        }
      }
      return true;
    }
  }
}
