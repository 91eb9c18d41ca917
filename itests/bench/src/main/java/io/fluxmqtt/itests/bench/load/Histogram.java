package io.fluxmqtt.itests.bench.load;

/** Times in nanoseconds, to within 3 %. One thread writes; {@link #add} joins them afterwards. */
public final class Histogram {
  private static final int STEP_BITS = 5; // 32 steps from one power of two to the next
  private static final int STEPS = 1 << STEP_BITS;

  private final long[] counts = new long[(Long.SIZE - STEP_BITS) * STEPS];
  private long total;

  void record(long nanos) {
    counts[index(Math.max(0, nanos))]++;
    total++;
  }

  public void add(Histogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    total += other.total;
  }

  public long count() {
    return total;
  }

  /** The time that a share of all did not exceed, in nanoseconds; NaN if there is none at all. */
  public double quantile(double share) {
    if (total == 0) {
      return Double.NaN;
    }
    long rank = Math.max(1, (long) Math.ceil(share * total));
    int index = 0;
    for (long seen = counts[0]; seen < rank; seen += counts[index]) {
      index++;
    }
    return middle(index);
  }

  private static int index(long value) {
    if (value < STEPS) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - STEP_BITS;
    return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
  }

  private static double middle(int index) {
    if (index < STEPS) {
      return index;
    }
    int shift = index / STEPS - 1;
    return (index % STEPS + STEPS + 0.5) * (1L << shift);
  }
}
