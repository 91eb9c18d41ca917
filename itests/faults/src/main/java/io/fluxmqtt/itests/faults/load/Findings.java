package io.fluxmqtt.itests.faults.load;

import java.util.ArrayList;
import java.util.List;

/** Promises that were not kept. Any thread adds; at most some of each kind are kept as text. */
public final class Findings {
  private static final int KEPT = 20;

  /** What can go wrong. */
  public enum Kind {
    /** An acknowledged message is gone, or a Retained Message is not what it was set to. */
    LOST,
    /** A QoS 2 message came twice. */
    TWICE,
    /** A message overtook an earlier one of its publisher. */
    ORDER,
    /** A message came that had expired. */
    EXPIRED,
    /** A session is gone, or its Subscriptions are not those that were acknowledged. */
    SESSION,
    /** The broker did not start, or not in time. */
    START,
    /** The broker said or did what it may not. */
    PROTOCOL
  }

  private final String where;
  private final List<String> texts = new ArrayList<>(); // guarded by this
  private final int[] counts = new int[Kind.values().length]; // guarded by this

  /** Findings about one broker. */
  public Findings(String where) {
    this.where = where;
  }

  public synchronized void add(Kind kind, String text) {
    if (counts[kind.ordinal()]++ < KEPT) {
      texts.add(where + ": " + kind + " " + text);
    }
  }

  /** Takes over the findings about another broker. */
  public synchronized void addAll(Findings others) {
    synchronized (others) {
      texts.addAll(others.texts);
      for (int i = 0; i < counts.length; i++) {
        counts[i] += others.counts[i];
      }
    }
  }

  public synchronized int count(Kind kind) {
    return counts[kind.ordinal()];
  }

  public synchronized boolean isEmpty() {
    return texts.isEmpty();
  }

  public synchronized List<String> texts() {
    return List.copyOf(texts);
  }

  /** As {@code 0 lost, 0 twice, ...}. */
  public synchronized String summary() {
    StringBuilder text = new StringBuilder();
    for (Kind kind : Kind.values()) {
      text.append(text.length() > 0 ? ", " : "")
          .append(counts[kind.ordinal()])
          .append(' ')
          .append(kind.name().toLowerCase(java.util.Locale.ROOT));
    }
    return text.toString();
  }
}
