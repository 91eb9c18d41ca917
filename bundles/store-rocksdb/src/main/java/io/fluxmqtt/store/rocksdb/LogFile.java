package io.fluxmqtt.store.rocksdb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The batches in a log of RocksDB that can be read, whatever lies between them. Its own ways to
 * read on behind damage give up at some kinds of it.
 *
 * <p>Source: RocksDB, db/log_format.h: blocks of 32 KB hold pieces of batches, each behind a masked
 * CRC-32C of its type and bytes (4 bytes), a length (2) and a type: whole, first, middle, last.
 * What is too short for a head at the end of a block is zeros.
 */
final class LogFile {
  private static final int BLOCK = 1 << 15;
  private static final int HEAD = 7;
  private static final int WHOLE = 1;
  private static final int FIRST = 2;
  private static final int MIDDLE = 3;
  private static final int LAST = 4;
  private static final int MASK = 0xa282ead8;
  private static final int MASK_SHIFT = 15;

  private final List<byte[]> batches = new ArrayList<>();
  private final ByteBuffer bytes;
  private @Nullable ByteArrayOutputStream begun; // a batch whose end has not come
  private int damagedPlaces;

  private LogFile(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static LogFile read(Path file) throws IOException {
    LogFile log = new LogFile(Files.readAllBytes(file));
    for (int block = 0; block < log.bytes.limit(); block += BLOCK) {
      log.readBlock(block, Math.min(block + BLOCK, log.bytes.limit()));
    }
    if (log.begun != null) {
      log.damage();
    }
    return log;
  }

  /** Where something cannot be read; a batch that was never finished counts. */
  int damagedPlaces() {
    return damagedPlaces;
  }

  int batches() {
    return batches.size();
  }

  private void readBlock(int start, int end) {
    int at = start;
    while (end - at >= HEAD) {
      int length = bytes.getShort(at + 4) & 0xFFFF;
      int type = bytes.get(at + 6);
      boolean sound = at + HEAD + length <= end && bytes.getInt(at) == checksum(at + 6, 1 + length);
      if (!sound || type < WHOLE || type > LAST) {
        damage();
        return; // where the next piece begins is not known before the next block
      }
      take(type, at + HEAD, length);
      at += HEAD + length;
    }
  }

  private void take(int type, int at, int length) {
    if (type == WHOLE || type == FIRST) {
      if (begun != null) {
        damage();
      }
      begun = new ByteArrayOutputStream(length);
    }
    if (begun == null) { // its beginning was damaged, and counted
      return;
    }
    begun.write(bytes.array(), at, length);
    if (type == WHOLE || type == LAST) {
      byte[] batch = begun.toByteArray();
      begun = null;
      if (Batch.isWellFormed(batch)) {
        batches.add(batch);
      } else {
        damagedPlaces++;
      }
    }
  }

  private void damage() {
    damagedPlaces++;
    begun = null;
  }

  private int checksum(int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), from, length);
    int value = (int) crc.getValue();
    return (value >>> MASK_SHIFT | value << Integer.SIZE - MASK_SHIFT) + MASK;
  }

  /** Writes a log of these batches, in place of the file. */
  void writeTo(Path file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] batch : batches) {
      write(batch, out);
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, out.toByteArray());
    Folders.sync(fresh);
    Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void write(byte[] batch, ByteArrayOutputStream out) {
    int at = 0;
    do {
      int room = BLOCK - out.size() % BLOCK;
      if (room < HEAD) {
        out.writeBytes(new byte[room]);
        room = BLOCK;
      }
      int length = Math.min(batch.length - at, room - HEAD);
      boolean last = at + length == batch.length;
      int type = at == 0 ? last ? WHOLE : FIRST : last ? LAST : MIDDLE;
      byte[] piece = new byte[HEAD + length];
      piece[HEAD - 1] = (byte) type;
      System.arraycopy(batch, at, piece, HEAD, length);
      LogFile framed = new LogFile(piece);
      framed.bytes.putShort(4, (short) length).putInt(0, framed.checksum(HEAD - 1, 1 + length));
      out.writeBytes(piece);
      at += length;
    } while (at < batch.length);
  }
}
