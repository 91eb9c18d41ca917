package io.fluxmqtt.itests.faults.load;

import io.fluxmqtt.itests.faults.load.Findings.Kind;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one application has got, over all its connections, and whether it may be so: a QoS 2 message
 * once, no first delivery before that of an earlier message of the same publisher, in the end all
 * of them. Any thread.
 */
final class Inbox {
  private final String name;
  private final boolean ordered;
  private final Findings findings;
  private final Map<Integer, Integer> qos = new TreeMap<>(); // by publisher
  private final Map<Integer, BitSet> seen = new TreeMap<>(); // by publisher; guarded by this
  private long deliveries; // guarded by this
  private long again; // guarded by this

  /**
   * An inbox that is empty.
   *
   * @param qos at which the messages of each publisher come
   * @param ordered whether they come in the order in which they were sent
   */
  Inbox(String name, Map<Integer, Integer> qos, boolean ordered, Findings findings) {
    this.name = name;
    this.ordered = ordered;
    this.findings = findings;
    this.qos.putAll(qos);
    qos.keySet().forEach(each -> seen.put(each, new BitSet()));
  }

  /** The application is given a message. */
  synchronized void deliver(Letter letter) {
    BitSet numbers = seen.get(letter.publisher());
    if (numbers == null) {
      findings.add(Kind.PROTOCOL, name + " got what it did not ask for: " + letter);
      return;
    }
    deliveries++;
    if (numbers.get(letter.number())) {
      again++;
      if (qos.get(letter.publisher()) == 2) {
        findings.add(Kind.TWICE, name + " got " + letter + " twice");
      }
    } else if (ordered && letter.number() < numbers.length() - 1) {
      findings.add(
          Kind.ORDER,
          name + " got " + letter + " for the first time after " + (numbers.length() - 1));
    }
    numbers.set(letter.number());
  }

  /** Whether a message has come. */
  synchronized boolean has(int publisher, int number) {
    return seen.get(publisher).get(number);
  }

  /** Whether all that is owed has come; of whom nothing comes here nothing is owed. */
  boolean hasAll(Source source) {
    return missing(source) == 0;
  }

  /** How much of what is owed has not come. */
  int missing(Source source) {
    return qos.containsKey(source.id()) ? missing(source.id(), source.owed()).cardinality() : 0;
  }

  /** Adds a finding for what is owed and has not come. */
  void check(Source source) {
    if (!qos.containsKey(source.id())) {
      return;
    }
    BitSet missing = missing(source.id(), source.owed());
    if (!missing.isEmpty()) {
      findings.add(
          Kind.LOST,
          "%s misses %d acknowledged messages of publisher %d (QoS %d), %d to %d"
              .formatted(
                  name,
                  missing.cardinality(),
                  source.id(),
                  qos.get(source.id()),
                  missing.nextSetBit(0),
                  missing.length() - 1));
    }
  }

  private synchronized BitSet missing(int publisher, BitSet owed) {
    BitSet missing = (BitSet) owed.clone();
    missing.andNot(seen.get(publisher));
    return missing;
  }

  synchronized long deliveries() {
    return deliveries;
  }

  /** How many deliveries were repetitions. */
  synchronized long again() {
    return again;
  }
}
