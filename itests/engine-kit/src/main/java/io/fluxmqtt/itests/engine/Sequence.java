package io.fluxmqtt.itests.engine;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.KvEngine.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Batches with a number. Each sets the number of the last batch, changes some entries anew, adds
 * one and removes an old one; so the number tells every entry that there must be, and every entry
 * tells whether all of its batch was written.
 */
final class Sequence {
  private static final byte[] LAST = {'n'};
  private static final int CHANGED = 8;
  private static final int KEPT = 100;

  private Sequence() {}

  /** The number of the last batch, 0 if there was none. */
  static long last(KvEngine engine) throws IOException {
    byte[] value = engine.get(LAST);
    return value == null ? 0 : ByteBuffer.wrap(value).getLong();
  }

  static List<Write> batch(long number) {
    List<Write> batch = new ArrayList<>();
    batch.add(new Write(LAST, ByteBuffer.allocate(Long.BYTES).putLong(number).array()));
    for (int i = 0; i < CHANGED; i++) {
      batch.add(new Write(changed(i), changedValue(i, number)));
    }
    batch.add(new Write(added(number), addedValue(number)));
    if (number > KEPT) {
      batch.add(new Write(added(number - KEPT), null));
    }
    return batch;
  }

  /** Every entry after the batch of this number. */
  static TreeMap<byte[], byte[]> after(long number) {
    TreeMap<byte[], byte[]> entries = Entries.model();
    for (long i = Math.max(1, number - KEPT + 1); i <= number; i++) {
      for (Write write : batch(i)) {
        byte[] value = write.value();
        if (value == null) {
          entries.remove(write.key());
        } else {
          entries.put(write.key(), value);
        }
      }
    }
    return entries;
  }

  private static byte[] changed(int i) {
    return new byte[] {'g', (byte) i};
  }

  private static byte[] changedValue(int i, long number) {
    return random(number * CHANGED + i, 200);
  }

  private static byte[] added(long number) {
    return ByteBuffer.allocate(1 + Long.BYTES).put((byte) 'a').putLong(number).array();
  }

  private static byte[] addedValue(long number) {
    return random(-number, number % 50 == 0 ? 100_000 : 2_000);
  }

  private static byte[] random(long seed, int bound) {
    Random random = new Random(seed);
    byte[] value = new byte[random.nextInt(bound)];
    random.nextBytes(value);
    return value;
  }
}
