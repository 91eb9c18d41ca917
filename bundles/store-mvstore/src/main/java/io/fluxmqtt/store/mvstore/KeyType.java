package io.fluxmqtt.store.mvstore;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/**
 * Keys, ordered as unsigned bytes. The keys of a page carry a checksum: one that is wrong would
 * send a search to the wrong page and nobody would notice.
 */
final class KeyType extends BasicDataType<byte[]> {
  /** A page has a few dozen; a count that is damaged must not take all memory. */
  private static final int MAX_PER_PAGE = 100_000;

  private static final int OVERHEAD = 24;

  private final boolean lenient;

  /** Keys; {@code lenient} takes those of a damaged page as they are. */
  KeyType(boolean lenient) {
    this.lenient = lenient;
  }

  @Override
  public int compare(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other);
  }

  @Override
  public int getMemory(byte[] key) {
    return OVERHEAD + key.length;
  }

  @Override
  public void write(WriteBuffer buffer, byte[] key) {
    buffer.putVarInt(key.length).put(key);
  }

  @Override
  public byte[] read(ByteBuffer buffer) {
    return readBytes(buffer);
  }

  @Override
  public void write(WriteBuffer buffer, Object storage, int length) {
    CRC32C crc = new CRC32C();
    byte[][] keys = cast(storage);
    for (int i = 0; i < length; i++) {
      write(buffer, keys[i]);
      crc.update(keys[i].length);
      crc.update(keys[i]);
    }
    buffer.putInt((int) crc.getValue());
  }

  @Override
  public void read(ByteBuffer buffer, Object storage, int length) {
    CRC32C crc = new CRC32C();
    byte[][] keys = cast(storage);
    for (int i = 0; i < length; i++) {
      keys[i] = read(buffer);
      crc.update(keys[i].length);
      crc.update(keys[i]);
    }
    if (buffer.getInt() != (int) crc.getValue() && !lenient) {
      throw corrupt("the keys of a page are damaged");
    }
  }

  @Override
  public byte[][] createStorage(int size) {
    if (size < 0 || size > MAX_PER_PAGE) {
      throw corrupt("a page of " + size + " keys");
    }
    return new byte[size][];
  }

  /** Bytes behind their length. */
  static byte[] readBytes(ByteBuffer buffer) {
    int length = DataUtils.readVarInt(buffer);
    if (length < 0 || length > buffer.remaining()) {
      throw corrupt("a length of " + length + " where " + buffer.remaining() + " bytes are left");
    }
    byte[] bytes = new byte[length];
    buffer.get(bytes);
    return bytes;
  }

  /** As MVStore says it. */
  static MVStoreException corrupt(String what) {
    return new MVStoreException(DataUtils.ERROR_FILE_CORRUPT, what);
  }
}
