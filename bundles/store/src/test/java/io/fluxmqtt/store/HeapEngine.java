package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** An engine for tests: it can fail, stand still, and show what was written. */
final class HeapEngine implements KvEngine {
  private final TreeMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);
  private final List<List<Write>> batches = new ArrayList<>();
  private final List<Boolean> syncs = new ArrayList<>(); // beside the batches
  private @Nullable IOException failure;
  private volatile @Nullable IOException readFailure;
  private volatile @Nullable IOException getFailure;
  private volatile boolean onHeap;
  private volatile @Nullable CountDownLatch gate;
  private final Semaphore arrivals = new Semaphore(0);
  private volatile int setAside;
  private volatile @Nullable Path folder;
  private volatile @Nullable EngineException known;
  private volatile long usable = Long.MAX_VALUE;

  /** It has set so many damaged parts aside. */
  void setAside(int parts) {
    setAside = parts;
  }

  /** So much is free. */
  void usable(long bytes) {
    usable = bytes;
  }

  @Override
  public long usableBytes() {
    return usable;
  }

  @Override
  public Statistics statistics() {
    return new Statistics(11, 12, 13, 0, 0, 0, setAside);
  }

  @Override
  public @Nullable Path folder() {
    return folder;
  }

  /** It keeps its files here. */
  void folder(Path where) {
    folder = where;
  }

  @Override
  public @Nullable EngineException failure() {
    return known;
  }

  /** It knows that it cannot write, or that it can if null; writes go on. */
  void fail(@Nullable EngineException why) {
    known = why;
  }

  @Override
  public synchronized byte @Nullable [] get(byte[] key) throws IOException {
    IOException unreadable = getFailure;
    if (unreadable != null) {
      throw unreadable;
    }
    return entries.get(key);
  }

  @Override
  public void write(List<Write> changes, boolean sync) throws IOException {
    CountDownLatch closed = gate;
    if (closed != null) {
      arrivals.release();
      try {
        closed.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    apply(changes, sync);
  }

  private synchronized void apply(List<Write> changes, boolean sync) throws IOException {
    if (failure != null) {
      throw failure;
    }
    batches.add(List.copyOf(changes));
    syncs.add(sync);
    for (Write change : changes) {
      if (change.value() == null) {
        entries.remove(change.key());
      } else {
        entries.put(change.key(), change.value());
      }
    }
  }

  @Override
  public void scan(byte[] from, byte[] to, Visitor visitor) throws IOException {
    IOException unreadable = readFailure;
    if (unreadable != null) {
      throw unreadable;
    }
    for (Map.Entry<byte[], byte[]> entry : entries(from, to).entrySet()) {
      if (!visitor.visit(entry.getKey(), entry.getValue())) {
        return;
      }
    }
  }

  private synchronized TreeMap<byte[], byte[]> entries(byte[] from, byte[] to) {
    TreeMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
    if (Arrays.compareUnsigned(from, to) < 0) {
      copy.putAll(entries.subMap(from, true, to, false));
    }
    return copy;
  }

  @Override
  public boolean isOnHeap() {
    return onHeap;
  }

  /** From now on reads are said not to wait. */
  HeapEngine onHeap() {
    onHeap = true;
    return this;
  }

  /** Lets every write wait until the gate is opened. */
  void shutGate() {
    gate = new CountDownLatch(1);
  }

  /** Waits until a write stands at the gate. */
  void awaitWriter() throws InterruptedException {
    arrivals.acquire();
  }

  void openGate() {
    CountDownLatch shut = gate;
    gate = null;
    if (shut != null) {
      shut.countDown();
    }
  }

  /** Fails every write from now on, or none if null. */
  synchronized void failWith(@Nullable IOException newFailure) {
    failure = newFailure;
  }

  /** Fails every scan from now on, or none if null. */
  void failReadsWith(@Nullable IOException newFailure) {
    readFailure = newFailure;
  }

  /** Fails every look at one key from now on, or none if null. */
  void failGetsWith(@Nullable IOException newFailure) {
    getFailure = newFailure;
  }

  synchronized List<List<Write>> batches() {
    return List.copyOf(batches);
  }

  /** Of each batch, whether it was to be synced. */
  synchronized List<Boolean> syncs() {
    return List.copyOf(syncs);
  }

  /** All entries of a table, or of one session in it. */
  Map<byte[], byte[]> entries(KeyRange range) {
    return entries(range.from(), range.to());
  }

  synchronized void put(byte[] key, byte[] value) {
    entries.put(key, value);
  }

  synchronized void remove(byte[] key) {
    entries.remove(key);
  }

  synchronized HeapEngine copy() {
    HeapEngine copy = new HeapEngine();
    copy.entries.putAll(entries);
    return copy;
  }

  /** All entries but those of the store itself. */
  synchronized Map<byte[], byte[]> data() {
    TreeMap<byte[], byte[]> data = new TreeMap<>(Arrays::compareUnsigned);
    data.putAll(entries);
    data.keySet().removeIf(key -> key[0] == Table.META.tag());
    return data;
  }
}
