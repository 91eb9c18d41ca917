package io.fluxmqtt.api.admin;

import java.util.List;

/**
 * How often a value was how large.
 *
 * @param bounds upper bounds of the classes, ascending, each inclusive; one class more has no bound
 * @param counts how many values fell into each class, one more than there are bounds
 * @param sum of all values
 */
public record Histogram(List<Double> bounds, List<Long> counts, double sum) {
  /** Copies the lists. */
  public Histogram {
    bounds = List.copyOf(bounds);
    counts = List.copyOf(counts);
    if (counts.size() != bounds.size() + 1) {
      throw new IllegalArgumentException(
          counts.size() + " counts do not fit " + bounds.size() + " bounds");
    }
  }

  /** How many values there were. */
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
