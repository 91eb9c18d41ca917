package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What one application has got, over all its connections, and whether it may be so: a QoS 2 message
 * once, no first delivery before that of an earlier message of the same publisher, in the end all
 * of them. One thread at a time.
 */
final class Inbox {
  private final String name;
  private final Findings findings;
  private final List<BitSet> seen = new ArrayList<>();
  private final List<Integer> qos = new ArrayList<>();
  private long deliveries;
  private long again;

  /**
   * An inbox that is empty.
   *
   * @param qos at which the messages of each publisher come
   */
  Inbox(String name, List<Integer> qos, Findings findings) {
    this.name = name;
    this.findings = findings;
    this.qos.addAll(qos);
    qos.forEach(each -> seen.add(new BitSet()));
  }

  /** The application is given a message. */
  void deliver(Letter letter) {
    if (letter.publisher() >= seen.size()) {
      findings.add(Kind.PROTOCOL, name + " got what it did not ask for: " + letter);
      return;
    }
    deliveries++;
    BitSet numbers = seen.get(letter.publisher());
    if (numbers.get(letter.number())) {
      again++;
      if (qos.get(letter.publisher()) == 2) {
        findings.add(Kind.TWICE, name + " got " + letter + " twice");
      }
    } else if (letter.number() < numbers.length() - 1) {
      findings.add(
          Kind.ORDER,
          name + " got " + letter + " for the first time after " + (numbers.length() - 1));
    }
    numbers.set(letter.number());
  }

  /** Whether all messages below a number have come. */
  boolean hasAll(int publisher, int below) {
    return seen.get(publisher).nextClearBit(0) >= below;
  }

  /** Adds a finding for those below a number that have not come. */
  void check(int publisher, int below) {
    BitSet missing = new BitSet();
    missing.set(0, below);
    missing.andNot(seen.get(publisher));
    if (!missing.isEmpty()) {
      findings.add(
          Kind.LOST,
          "%s misses %d acknowledged messages of publisher %d (QoS %d), %d to %d"
              .formatted(
                  name,
                  missing.cardinality(),
                  publisher,
                  qos.get(publisher),
                  missing.nextSetBit(0),
                  missing.length() - 1));
    }
  }

  long deliveries() {
    return deliveries;
  }

  /** How many deliveries were repetitions. */
  long again() {
    return again;
  }
}
