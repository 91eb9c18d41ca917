package io.fluxmqtt.store.memory;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p>It is immediate, so that the data outlives an update of the store's bundle.
 */
@Component(
    immediate = true,
    property = {KvEngine.NAME + "=memory", KvEngine.DURABLE + ":Boolean=false"})
public final class MemoryEngine implements KvEngine {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final Map<Long, Shelf> shelves = new HashMap<>();

  @Override
  public byte @Nullable [] get(byte[] key) {
    lock.readLock().lock();
    try {
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
    Long beginning = Shelf.beginning(key);
    Shelf shelf = shelves.get(beginning);
    if (shelf == null) {
      shelves.put(beginning, new Shelf(key, value));
    } else {
      shelf.put(key, value);
    }
  }

  private void remove(byte[] key) {
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

  private List<Map.Entry<byte[], byte[]>> range(byte[] from, byte[] to) {
    List<Map.Entry<byte[], byte[]>> range = new ArrayList<>();
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return range;
    }
    long first = Shelf.beginning(from);
    long last = Shelf.beginning(to);
    lock.readLock().lock();
    try {
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
