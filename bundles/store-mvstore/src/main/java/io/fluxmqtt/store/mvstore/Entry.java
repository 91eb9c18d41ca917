package io.fluxmqtt.store.mvstore;

import java.util.zip.CRC32C;

/**
 * A value with a checksum over its key and itself: MVStore checks where pages lie and how long they
 * are, not what stands in them.
 */
record Entry(byte[] value, int checksum) {
  /** What cannot be read. Never true for its key. */
  static final Entry UNREADABLE = new Entry(new byte[0], 0);

  static Entry of(byte[] key, byte[] value) {
    return new Entry(value, checksum(key, value));
  }

  /** Whether this is what was written for this key. */
  @SuppressWarnings("ReferenceEquality")
  boolean isOf(byte[] key) {
    return this != UNREADABLE && checksum == checksum(key, value);
  }

  private static int checksum(byte[] key, byte[] value) {
    CRC32C crc = new CRC32C();
    crc.update(key);
    crc.update(value);
    return (int) crc.getValue();
  }
}
