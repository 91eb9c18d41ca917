package io.fluxmqtt.store.rocksdb;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractRocksIterator;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SstFileReaderIterator;

/**
 * Reads all that can be read where some blocks cannot. An iterator ends at the first bad block; so
 * it reads from the front, then from the back, then probes the middle of what lies between, and so
 * on, until the gaps are as small as blocks or the probes are used up.
 */
final class Rescue {
  private static final int PROBES = 400;
  private static final int DIGITS = 12; // bytes by which neighbours are told apart

  /** Takes what was read, in no order. */
  @FunctionalInterface
  interface Sink {
    void put(byte[] key, byte[] value) throws RocksDBException;
  }

  private interface Entry {
    byte[] get();
  }

  /**
   * What was not read between two keys, of which neither belongs to it; null is an end.
   *
   * @param seam the same key as another gap's end, if nothing was found between the two
   */
  record Gap(byte @Nullable [] from, byte @Nullable [] to, byte @Nullable [] seam) {
    /** All there is. */
    static final Gap ALL = new Gap(null, null, null);
  }

  private final AbstractRocksIterator<?> iterator;
  private final Entry key;
  private final Entry value;
  private final Sink sink;
  private final Deque<Gap> gaps = new ArrayDeque<>();

  private Rescue(AbstractRocksIterator<?> iterator, Entry key, Entry value, Sink sink) {
    this.iterator = iterator;
    this.key = key;
    this.value = value;
    this.sink = sink;
  }

  /**
   * Reads a database; returns what cannot be read.
   *
   * @param gaps what is to be read
   * @param fences keys to look at first, such as where tables begin
   */
  static List<Gap> read(RocksIterator iterator, List<Gap> gaps, List<byte[]> fences, Sink sink)
      throws RocksDBException {
    return new Rescue(iterator, iterator::key, iterator::value, sink).run(gaps, fences);
  }

  /** Reads a table; returns what cannot be read. */
  static List<Gap> read(SstFileReaderIterator iterator, Sink sink) throws RocksDBException {
    return new Rescue(iterator, iterator::key, iterator::value, sink)
        .run(List.of(Gap.ALL), List.of());
  }

  /** How many bad places gaps are: those with a seam come of halving one. */
  static int places(List<Gap> gaps) {
    Set<ByteBuffer> starts = new HashSet<>();
    gaps.forEach(gap -> starts.add(mark(gap.seam())));
    gaps.forEach(gap -> starts.remove(mark(gap.to())));
    return gaps.isEmpty() ? 0 : Math.max(1, starts.size());
  }

  private List<Gap> run(List<Gap> wanted, List<byte[]> fences) throws RocksDBException {
    for (Gap gap : wanted) {
      enter(gap);
    }
    for (byte[] fence : fences) {
      for (Gap gap : List.copyOf(gaps)) {
        if (isWithin(fence, gap)) {
          gaps.remove(gap);
          probe(gap, fence);
          break;
        }
      }
    }
    List<Gap> left = new ArrayList<>();
    int probes = PROBES;
    while (!gaps.isEmpty()) {
      Gap gap = gaps.poll();
      byte[] middle = probes > 0 ? middle(gap.from(), gap.to()) : null;
      if (middle != null) {
        probes--;
        probe(gap, middle);
      } else {
        left.add(gap);
      }
    }
    return left;
  }

  /** Reads from both ends of a gap. */
  private void enter(Gap gap) throws RocksDBException {
    byte[] from = gap.from();
    byte[] to = gap.to();
    if (from == null) {
      iterator.seekToFirst();
    } else {
      iterator.seek(Arrays.copyOf(from, from.length + 1));
    }
    byte[] last = forward(to);
    if (isWhole()) {
      return;
    }
    if (to == null) {
      iterator.seekToLast();
    } else {
      iterator.seekForPrev(below(to));
    }
    byte[] first = backward(last == null ? from : last);
    gaps.add(
        new Gap(
            last == null ? from : last,
            first == null ? to : first,
            last == null ? gap.seam() : last));
  }

  private static boolean isWithin(byte[] key, Gap gap) {
    byte[] from = gap.from();
    byte[] to = gap.to();
    return (from == null || Arrays.compareUnsigned(from, key) < 0)
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  private static ByteBuffer mark(byte @Nullable [] key) {
    return ByteBuffer.wrap(key == null ? new byte[0] : key);
  }

  private void probe(Gap gap, byte[] middle) throws RocksDBException {
    iterator.seek(middle);
    if (!iterator.isValid() && !isWhole()) {
      gaps.add(new Gap(gap.from(), middle, gap.seam()));
      gaps.add(new Gap(below(middle), gap.to(), middle));
      return;
    }
    byte[] last = forward(gap.to());
    if (!isWhole()) {
      gaps.add(new Gap(last, gap.to(), last));
    }
    iterator.seekForPrev(middle);
    byte[] first = backward(gap.from());
    if (!isWhole()) {
      gaps.add(new Gap(gap.from(), first == null ? middle : first, gap.seam()));
    }
  }

  /** A key that is lower than another, with hardly any between them. */
  private static byte[] below(byte[] key) {
    if (key.length == 0 || key[key.length - 1] == 0) {
      return Arrays.copyOf(key, Math.max(0, key.length - 1));
    }
    byte[] lower = Arrays.copyOf(key, key.length + 1);
    lower[key.length - 1]--;
    lower[key.length] = (byte) 0xFF;
    return lower;
  }

  /** Reads on up to a key that was read already; returns the last one before the end or damage. */
  private byte @Nullable [] forward(byte @Nullable [] end) throws RocksDBException {
    byte[] last = null;
    while (iterator.isValid()) {
      byte[] at = key.get();
      if (end != null && Arrays.compareUnsigned(at, end) >= 0) {
        break;
      }
      sink.put(at, value.get());
      last = at;
      iterator.next();
    }
    return last;
  }

  private byte @Nullable [] backward(byte @Nullable [] end) throws RocksDBException {
    byte[] first = null;
    while (iterator.isValid()) {
      byte[] at = key.get();
      if (end != null && Arrays.compareUnsigned(at, end) <= 0) {
        break;
      }
      sink.put(at, value.get());
      first = at;
      iterator.prev();
    }
    return first;
  }

  private boolean isWhole() {
    try {
      iterator.status();
      return true;
    } catch (RocksDBException e) {
      return false;
    }
  }

  /** A key about half-way, or null if there is none to speak of. */
  static byte @Nullable [] middle(byte @Nullable [] from, byte @Nullable [] to) {
    byte[] low = from == null ? new byte[0] : from;
    int shared = 0;
    while (to != null && shared < low.length && shared < to.length && low[shared] == to[shared]) {
      shared++;
    }
    int length = shared + DIGITS;
    BigInteger lowest = new BigInteger(1, Arrays.copyOf(low, length));
    BigInteger highest =
        to == null
            ? BigInteger.ONE.shiftLeft(length * Byte.SIZE)
            : new BigInteger(1, Arrays.copyOf(to, length));
    BigInteger middle = lowest.add(highest).shiftRight(1);
    if (middle.compareTo(lowest) <= 0) {
      return null;
    }
    byte[] digits = middle.toByteArray();
    byte[] key = new byte[length];
    int start = Math.max(0, digits.length - length); // a sign byte
    System.arraycopy(digits, start, key, length - (digits.length - start), digits.length - start);
    return key;
  }
}
