package io.fluxmqtt.store.mvstore;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Keys from one on up to another, which is not among them; without that all that follow. */
record KeyRange(byte[] from, byte @Nullable [] to) {
  static final KeyRange ALL = new KeyRange(new byte[0], null);

  boolean contains(byte[] key) {
    return Arrays.compareUnsigned(from, key) <= 0
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  boolean isEmpty() {
    return !contains(from);
  }

  /** The part of this that is in another one too; may be empty. */
  KeyRange within(KeyRange other) {
    byte[] begin = Arrays.compareUnsigned(from, other.from) < 0 ? other.from : from;
    boolean endsFirst = other.to == null || to != null && Arrays.compareUnsigned(to, other.to) < 0;
    return new KeyRange(begin, endsFirst ? to : other.to);
  }

  /** The key that follows a key. */
  static byte[] after(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }
}
