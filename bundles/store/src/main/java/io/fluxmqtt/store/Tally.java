package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/** A histogram in the making: one thread adds, without a lock or a fence; any may read. */
final class Tally {
  private final long[] bounds;
  private final double unit;
  private final AtomicLongArray counts; // one more than there are bounds, and the sum behind them

  /**
   * An empty one.
   *
   * @param unit what one is when it is told, in what is added
   * @param bounds inclusive upper bounds in what is added, ascending
   */
  Tally(double unit, long... bounds) {
    this.unit = unit;
    this.bounds = bounds.clone();
    counts = new AtomicLongArray(bounds.length + 2);
  }

  /** Adds one value, 0 or more. By one thread only. */
  void add(long value) {
    int at = 0;
    while (at < bounds.length && value > bounds[at]) {
      at++;
    }
    more(at, 1);
    more(bounds.length + 1, value);
  }

  private void more(int at, long by) {
    counts.lazySet(at, counts.get(at) + by);
  }

  Histogram histogram() {
    List<Double> told = new ArrayList<>(bounds.length);
    List<Long> counted = new ArrayList<>(bounds.length + 1);
    for (int i = 0; i <= bounds.length; i++) {
      counted.add(counts.get(i));
      if (i < bounds.length) {
        told.add(bounds[i] / unit);
      }
    }
    return new Histogram(told, counted, counts.get(bounds.length + 1) / unit);
  }
}
