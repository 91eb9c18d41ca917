package io.fluxmqtt.store.memory;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;

/**
 * An engine that keeps everything on the heap and forgets it when it stops. A read waits for a
 * batch that is being written, so it sees all of it or nothing. A scan visits the entries as they
 * were when it began; its visitor holds no lock, may take its time and may write.
 *
 * <p>It is immediate, so that the data outlives an update of the store's bundle.
 */
@Component(
    immediate = true,
    property = {KvEngine.NAME + "=memory", KvEngine.DURABLE + ":Boolean=false"})
public final class MemoryEngine implements KvEngine {
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

  @Override
  public byte @Nullable [] get(byte[] key) {
    lock.readLock().lock();
    try {
      return entries.get(key);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void write(List<Write> changes, boolean sync) {
    lock.writeLock().lock();
    try {
      for (Write change : changes) {
        if (change.value() == null) {
          entries.remove(change.key());
        } else {
          entries.put(change.key(), change.value());
        }
      }
    } finally {
      lock.writeLock().unlock();
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
    if (Arrays.compareUnsigned(from, to) >= 0) {
      return List.of();
    }
    List<Map.Entry<byte[], byte[]>> range = new ArrayList<>();
    lock.readLock().lock();
    try {
      entries
          .subMap(from, true, to, false)
          .forEach((key, value) -> range.add(Map.entry(key, value)));
    } finally {
      lock.readLock().unlock();
    }
    return range;
  }
}
