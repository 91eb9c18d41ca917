package io.fluxmqtt.itests.faults;

import io.fluxmqtt.itests.faults.load.Findings;
import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What became of damaged stores, by what was done to them. */
final class Toll {
  private static final class Count {
    int stores;
    int lossy;
    int silent;
  }

  private final Map<String, Count> counts = new TreeMap<>();
  private final boolean strict;
  private final Findings findings;

  /**
   * None yet.
   *
   * @param strict whether it is a finding if no line tells of a loss
   */
  Toll(boolean strict, Findings findings) {
    this.strict = strict;
    this.findings = findings;
  }

  /**
   * Counts one.
   *
   * @param expected the messages that were in it
   * @param got those that it still has
   * @param told whether a line says that something is missing
   */
  void add(Wound wound, Set<String> expected, Set<String> got, boolean told) {
    Count count = counts.computeIfAbsent(wound.kind(), kind -> new Count());
    count.stores++;
    Set<String> invented = new HashSet<>(got);
    invented.removeAll(expected);
    if (!invented.isEmpty()) {
      findings.add(Kind.PROTOCOL, wound.text() + ": has what was never there: " + invented);
    }
    if (got.containsAll(expected)) {
      return;
    }
    count.lossy++;
    if (!told) {
      count.silent++;
      if (strict) {
        findings.add(
            Kind.LOST,
            "%s: %d of %d messages are gone, and no line says so"
                .formatted(wound.text(), expected.size() - got.size(), expected.size()));
      }
    }
  }

  /** As {@code 20 damaged stores (cut 20), something set aside in 3 (cut 3), ...}. */
  String text() {
    int stores = 0;
    int lossy = 0;
    int silent = 0;
    StringBuilder kinds = new StringBuilder();
    for (Map.Entry<String, Count> each : counts.entrySet()) {
      Count count = each.getValue();
      stores += count.stores;
      lossy += count.lossy;
      silent += count.silent;
      kinds
          .append(kinds.length() > 0 ? ", " : "")
          .append("%s %d of %d".formatted(each.getKey(), count.lossy, count.stores));
    }
    return "%d of %d damaged stores had lost something (%s), of these %d told by no line"
        .formatted(lossy, stores, kinds, silent);
  }
}
