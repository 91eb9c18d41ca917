package io.fluxmqtt.itests.faults;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** How long starts took, and how much CPU: the first with an empty store, the others with more. */
final class Starts {
  private final List<Long> empty = new ArrayList<>();
  private final List<Long> filled = new ArrayList<>();
  private final List<Long> emptyCpu = new ArrayList<>();
  private final List<Long> filledCpu = new ArrayList<>();

  void add(boolean isEmpty, long millis, long cpuMillis) {
    (isEmpty ? empty : filled).add(millis);
    (isEmpty ? emptyCpu : filledCpu).add(cpuMillis);
  }

  static Starts all(Collection<Starts> each) {
    Starts all = new Starts();
    for (Starts starts : each) {
      all.empty.addAll(starts.empty);
      all.filled.addAll(starts.filled);
      all.emptyCpu.addAll(starts.emptyCpu);
      all.filledCpu.addAll(starts.filledCpu);
    }
    List.of(all.empty, all.filled, all.emptyCpu, all.filledCpu).forEach(Collections::sort);
    return all;
  }

  /** The value that half of them do not exceed, or another share; 0 if there is none. */
  private static long quantile(List<Long> sorted, double share) {
    return sorted.isEmpty() ? 0 : sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }

  /**
   * A line for humans.
   *
   * @param limit in milliseconds; 0 for none
   */
  String text(int stored, long limit) {
    String text =
        "ready with %d stored after p50 %d, p90 %d, max %d ms and p50 %d ms of CPU"
            .formatted(
                stored,
                quantile(filled, 0.5),
                quantile(filled, 0.9),
                quantile(filled, 1),
                quantile(filledCpu, 0.5));
    text += " (empty: %d, %d)".formatted(quantile(empty, 0.5), quantile(emptyCpu, 0.5));
    if (limit == 0) {
      return text;
    }
    long late = filled.stream().filter(each -> each > limit).count();
    return text + ", %d of %d after more than %d ms".formatted(late, filled.size(), limit);
  }

  /**
   * Whether half of the starts are in time. Where the machine is busy with other things they are if
   * their CPU would have allowed it.
   */
  boolean isInTime(long limit) {
    return quantile(filled, 0.5) <= limit || quantile(filledCpu, 0.5) <= limit;
  }
}
