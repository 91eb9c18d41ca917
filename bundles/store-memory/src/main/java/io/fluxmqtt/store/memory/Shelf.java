package io.fluxmqtt.store.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The entries whose keys begin with the same eight bytes, one at least. Most shelves hold one entry
 * for good, a message or a session; only where there are more is there a map.
 */
final class Shelf {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /**
   * Bytes as a key of a map, comparable so that a client that makes hashes collide gains nothing.
   */
  private record Key(byte[] bytes) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      if (bytes.length == 2 * Long.BYTES) { // of a queue: its second half is what differs
        return Long.hashCode((long) LONG.get(bytes, Long.BYTES));
      }
      return Arrays.hashCode(bytes);
    }
  }

  private byte[] soleKey;
  private byte[] soleValue;
  private @Nullable Map<Key, byte[]> many; // instead of the sole one

  Shelf(byte[] key, byte[] value) {
    soleKey = key;
    soleValue = value;
  }

  /** The first eight bytes, with zeros behind what is shorter: in the order of the keys. */
  static long beginning(byte[] key) {
    if (key.length >= Long.BYTES) {
      return (long) LONG.get(key, 0);
    }
    return (long) LONG.get(Arrays.copyOf(key, Long.BYTES), 0);
  }

  byte @Nullable [] get(byte[] key) {
    if (many != null) {
      return many.get(new Key(key));
    }
    return Arrays.equals(soleKey, key) ? soleValue : null;
  }

  void put(byte[] key, byte[] value) {
    if (many == null && Arrays.equals(soleKey, key)) {
      soleValue = value;
      return;
    }
    if (many == null) {
      many = new HashMap<>();
      many.put(new Key(soleKey), soleValue);
    }
    many.put(new Key(key), value);
  }

  /** Removes an entry; returns whether nothing is left. */
  boolean remove(byte[] key) {
    if (many == null) {
      return Arrays.equals(soleKey, key);
    }
    many.remove(new Key(key));
    return many.isEmpty();
  }

  /** Visits all entries, in no order. */
  void forEach(BiConsumer<byte[], byte[]> visitor) {
    if (many == null) {
      visitor.accept(soleKey, soleValue);
    } else {
      many.forEach((key, value) -> visitor.accept(key.bytes(), value));
    }
  }
}
