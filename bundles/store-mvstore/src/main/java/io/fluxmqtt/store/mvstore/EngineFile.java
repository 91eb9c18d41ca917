package io.fluxmqtt.store.mvstore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;

/**
 * The file below MVStore: counts what is written, knows the last chunk (what one commit has
 * written) and can undo it, and reads a file whose header is lost.
 */
final class EngineFile extends SingleFileStore {
  static final int BLOCK_SIZE = 4096; // of any MVStore file
  private static final int HEADER_COPIES = 2;
  private static final String CLEAN = "clean";
  private static final String FORMAT = "format";

  private final Disk disk;
  private final boolean mendsHeader;

  private EngineFile(Map<String, Object> config, Disk disk, boolean mendsHeader) {
    super(config);
    this.disk = disk;
    this.mendsHeader = mendsHeader;
  }

  /** Opens a file to be written, new if it is missing. */
  static EngineFile writable(Path path, Map<String, Object> config, Disk disk) {
    EngineFile file = new EngineFile(config, disk, false);
    file.open(path.toString(), false, null);
    return file;
  }

  /**
   * Opens a file to be read.
   *
   * @param mendsHeader whether to do without the header that stands in it
   */
  static EngineFile readable(Path path, Map<String, Object> config, boolean mendsHeader) {
    EngineFile file = new EngineFile(config, new Disk(), mendsHeader);
    file.open(path.toString(), true, null);
    return file;
  }

  /** The version that the last commit made, 0 if there was none. */
  long lastVersion() {
    SFChunk last = lastChunk;
    return last == null ? 0 : last.version;
  }

  /** The number of the chunk that the last commit made, -1 if there was none. */
  int lastChunkId() {
    SFChunk last = lastChunk;
    return last == null ? -1 : last.id;
  }

  /** Whether nothing was written since it was closed. */
  boolean wasClosed() {
    return storeHeader.containsKey(CLEAN);
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
    disk.sync(super::sync);
  }

  @Override
  public ByteBuffer readFully(SFChunk chunk, long position, int length) {
    if (mendsHeader && position == 0 && length == HEADER_COPIES * BLOCK_SIZE) {
      return header();
    }
    return super.readFully(chunk, position, length);
  }

  /** A header that names no chunk: MVStore searches the file for them then. */
  private static ByteBuffer header() {
    StringBuilder text = new StringBuilder();
    text.append("H:2,blockSize:").append(Integer.toHexString(BLOCK_SIZE));
    text.append(",created:1,").append(FORMAT).append(":3");
    byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    text.append(",fletcher:")
        .append(Integer.toHexString(DataUtils.getFletcher32(bytes, 0, bytes.length)))
        .append('\n');
    bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer header = ByteBuffer.allocate(HEADER_COPIES * BLOCK_SIZE);
    header.put(bytes).position(BLOCK_SIZE);
    return header.put(bytes).rewind();
  }
}
