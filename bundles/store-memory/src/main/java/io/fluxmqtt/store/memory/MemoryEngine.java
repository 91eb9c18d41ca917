package io.fluxmqtt.store.memory;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * An engine that keeps everything on the heap and forgets it when it stops. A read waits for a
 * batch that is being written, so it sees all of it or nothing. A scan visits the entries as they
 * were when it began; its visitor holds no lock, may take its time and may write.
 *
 * <p>Writes are frequent and scans are rare, so entries are hashed, and a scan sorts: a tree of all
 * keys would cost each write some twenty comparisons. What begins with the same eight bytes lies on
 * one {@link Shelf}; the store's keys begin with what it scans for, so a scan within one beginning,
 * such as one session's subscriptions, looks at no other.
 *
 * <p>Keys with a text after their first byte, such as topics, are sought, and so are kept in order.
 * They are told by their second byte: it is 0 where a number follows, which is never so large. A
 * seek through them takes no lock, so nobody waits for a batch.
 *
 * <p>It is immediate, so that the data outlives an update of the store's bundle.
 */
@Component(
    immediate = true,
    property = {KvEngine.NAME + "=memory", KvEngine.DURABLE + ":Boolean=false"})
public final class MemoryEngine implements KvEngine {
  /** So many entries are passed over one by one before a search pays. */
  private static final int NEAR = 8;

  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<Long, Shelf> shelves = new HashMap<>();
  private final ConcurrentNavigableMap<byte[], byte[]> texts =
      new ConcurrentSkipListMap<>(Arrays::compareUnsigned);

  @Override
  public byte @Nullable [] get(byte[] key) {
    lock.readLock().lock();
    try {
      if (isText(key)) {
        return texts.get(key);
      }
      Shelf shelf = shelves.get(Shelf.beginning(key));
      return shelf == null ? null : shelf.get(key);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void write(List<Write> changes, boolean sync) {
    lock.writeLock().lock();
    try {
      for (Write change : changes) {
        byte[] value = change.value();
        if (value == null) {
          remove(change.key());
        } else {
          put(change.key(), value);
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void put(byte[] key, byte[] value) {
    if (isText(key)) {
      texts.put(key, value);
      return;
    }
    Long beginning = Shelf.beginning(key);
    Shelf shelf = shelves.get(beginning);
    if (shelf == null) {
      shelves.put(beginning, new Shelf(key, value));
    } else {
      shelf.put(key, value);
    }
  }

  private void remove(byte[] key) {
    if (isText(key)) {
      texts.remove(key);
      return;
    }
    Long beginning = Shelf.beginning(key);
    Shelf shelf = shelves.get(beginning);
    if (shelf != null && shelf.remove(key)) {
      shelves.remove(beginning);
    }
  }

  @Override
  public void scan(byte[] from, byte[] to, Visitor visitor) {
    for (Map.Entry<byte[], byte[]> entry : range(from, to)) {
      if (!visitor.visit(entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  @Override
  public void seek(byte[] from, byte[] to, Seeker seeker) throws IOException {
    if (mayHoldNumbers(from, to)) {
      KvEngine.super.seek(from, to, seeker);
      return;
    }
    byte[] next = from;
    while (next != null && Arrays.compareUnsigned(next, to) < 0) {
      next = seekOn(texts.subMap(next, to).entrySet(), seeker);
    }
  }

  /** Seeks until a leap is too far to pass over what lies between; returns where it goes to. */
  private static byte @Nullable [] seekOn(
      Iterable<Map.Entry<byte[], byte[]>> entries, Seeker seeker) {
    byte[] target = null;
    int passed = 0;
    for (Map.Entry<byte[], byte[]> entry : entries) {
      byte[] key = entry.getKey();
      if (target != null && Arrays.compareUnsigned(key, target) < 0) {
        if (++passed > NEAR) {
          return target;
        }
        continue;
      }
      byte[] onward = seeker.visit(key, entry.getValue());
      if (onward == null) {
        return null;
      }
      if (onward != key && Arrays.compareUnsigned(onward, key) <= 0) {
        throw new IllegalArgumentException("a seek must go forward");
      }
      target = onward == key ? null : onward;
      passed = 0;
    }
    return null;
  }

  @Override
  public boolean isOnHeap() {
    return true;
  }

  private static boolean isText(byte[] key) {
    return key.length < 2 || key[1] != 0;
  }

  /** Whether a range has room for a key that is not a text. */
  private static boolean mayHoldNumbers(byte[] from, byte[] to) {
    byte[] first = from;
    if (isText(from)) {
      int beginning = from.length == 0 ? 0 : Byte.toUnsignedInt(from[0]);
      first = new byte[] {(byte) (from.length < 2 ? beginning : beginning + 1), 0};
      if (from.length >= 2 && beginning == 0xFF) {
        return false;
      }
    }
    return Arrays.compareUnsigned(first, to) < 0;
  }

  private List<Map.Entry<byte[], byte[]>> range(byte[] from, byte[] to) {
    List<Map.Entry<byte[], byte[]>> range = new ArrayList<>();
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return range;
    }
    long first = Shelf.beginning(from);
    long last = Shelf.beginning(to);
    lock.readLock().lock();
    try {
      range.addAll(texts.subMap(from, to).entrySet());
      if (!mayHoldNumbers(from, to)) {
        return range;
      }
      if (last == first || last == first + 1) {
        collect(shelves.get(first), from, to, range);
        collect(last == first ? null : shelves.get(last), from, to, range);
      } else {
        shelves.forEach(
            (beginning, shelf) -> {
              if (Long.compareUnsigned(first, beginning) <= 0
                  && Long.compareUnsigned(beginning, last) <= 0) {
                collect(shelf, from, to, range);
              }
            });
      }
    } finally {
      lock.readLock().unlock();
    }
    range.sort((one, other) -> Arrays.compareUnsigned(one.getKey(), other.getKey()));
    return range;
  }

  private static void collect(
      @Nullable Shelf shelf, byte[] from, byte[] to, List<Map.Entry<byte[], byte[]>> range) {
    if (shelf == null) {
      return;
    }
    shelf.forEach(
        (key, value) -> {
          if (Arrays.compareUnsigned(from, key) <= 0 && Arrays.compareUnsigned(key, to) < 0) {
            range.add(Map.entry(key, value));
          }
        });
  }
}
