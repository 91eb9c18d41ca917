package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.rocksdb.WriteBatch;

/**
 * Changes in the form in which RocksDB keeps a batch, built here: one call into the library for all
 * of them, instead of one for each.
 *
 * <p>Source: RocksDB, db/write_batch.cc: a sequence of 8 bytes, a count of 4, both little endian,
 * then for each change a tag (0 removes, 1 sets), the key and, if it sets, the value, each behind
 * its length as a varint.
 */
final class Batch {
  private static final int HEADER = 12;
  private static final int COUNT_AT = 8;
  private static final byte REMOVE = 0;
  private static final byte SET = 1;

  private final byte[] bytes;
  private final long given;
  private int at = HEADER;

  /** All changes, in their order. */
  Batch(List<Write> changes) {
    long size = HEADER;
    long payload = 0;
    for (Write change : changes) {
      byte[] value = change.value();
      size += 1 + size(change.key());
      payload += change.key().length;
      if (value != null) {
        size += size(value);
        payload += value.length;
      }
    }
    bytes = new byte[Math.toIntExact(size)];
    given = payload;
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[COUNT_AT + i] = (byte) (changes.size() >>> Byte.SIZE * i);
    }
    for (Write change : changes) {
      byte[] value = change.value();
      bytes[at++] = value == null ? REMOVE : SET;
      append(change.key());
      if (value != null) {
        append(value);
      }
    }
  }

  /** A copy in native memory; to be closed. */
  WriteBatch toNative() {
    return new WriteBatch(bytes);
  }

  /** Bytes of the batch. */
  int length() {
    return bytes.length;
  }

  /** Bytes of keys and values. */
  long given() {
    return given;
  }

  /** Whether bytes that were read from a log are a batch as those above. */
  static boolean isWellFormed(byte[] batch) {
    ByteBuffer in = ByteBuffer.wrap(batch).order(ByteOrder.LITTLE_ENDIAN);
    if (batch.length < HEADER) {
      return false;
    }
    int count = in.getInt(COUNT_AT);
    in.position(HEADER);
    int changes = 0;
    while (in.hasRemaining()) {
      byte tag = in.get();
      if (tag != REMOVE && tag != SET || !skip(in) || tag == SET && !skip(in)) {
        return false;
      }
      changes++;
    }
    return changes == count;
  }

  /** Goes behind a length and as many bytes; returns whether they are there. */
  private static boolean skip(ByteBuffer in) {
    long length = 0;
    for (int shift = 0; shift < Integer.SIZE && in.hasRemaining(); shift += 7) {
      byte next = in.get();
      length |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        boolean there = length <= in.remaining();
        if (there) {
          in.position(in.position() + (int) length);
        }
        return there;
      }
    }
    return false;
  }

  private static int size(byte[] part) {
    return Math.max(1, (38 - Integer.numberOfLeadingZeros(part.length)) / 7) + part.length;
  }

  private void append(byte[] part) {
    int rest = part.length;
    while (rest > 0x7F) {
      bytes[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at++] = (byte) rest;
    System.arraycopy(part, 0, bytes, at, part.length);
    at += part.length;
  }
}
