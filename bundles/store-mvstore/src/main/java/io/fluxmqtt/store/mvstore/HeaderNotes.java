package io.fluxmqtt.store.mvstore;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/**
 * What the copies of the file's header say, each by itself: MVStore reads one over the other, and a
 * power cut may leave an old one beside a new one.
 *
 * @param begun the highest version whose commit was begun, 0 if none is named
 * @param closed the highest version with which the file was closed, -1 if it says nowhere that it
 *     was
 */
record HeaderNotes(long begun, long closed) {
  static final int COPIES = 2; // each in a block of its own
  static final HeaderNotes NONE = new HeaderNotes(0, -1);

  private static final String CHECKSUM = ",fletcher:";

  /** Reads the first blocks of a file. A copy that is damaged says nothing. */
  static HeaderNotes of(ByteBuffer blocks) {
    HeaderNotes notes = NONE;
    for (int copy = 0; copy < COPIES; copy++) {
      byte[] block = new byte[EngineFile.BLOCK_SIZE];
      blocks.get(copy * block.length, block);
      try {
        notes = notes.with(new String(block, StandardCharsets.ISO_8859_1));
      } catch (MVStoreException | NumberFormatException e) {
        continue; // damaged
      }
    }
    return notes;
  }

  private HeaderNotes with(String text) {
    int end = text.indexOf(CHECKSUM);
    int line = text.indexOf('\n');
    if (end < 0 || line < end) {
      return this;
    }
    byte[] bytes = text.substring(0, end).getBytes(StandardCharsets.ISO_8859_1);
    int checksum = Integer.parseUnsignedInt(text, end + CHECKSUM.length(), line, 16);
    if (checksum != DataUtils.getFletcher32(bytes, 0, bytes.length)) {
      return this;
    }
    Map<String, String> header = DataUtils.parseMap(text.substring(0, end));
    long version = DataUtils.readHexLong(header, "version", 0);
    boolean clean = header.containsKey("clean");
    return new HeaderNotes(Math.max(begun, version), clean ? Math.max(closed, version) : closed);
  }
}
