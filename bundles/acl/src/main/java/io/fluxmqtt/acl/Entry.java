package io.fluxmqtt.acl;

import java.util.Comparator;

/**
 * A rule that is in force, and when it is asked. Of the same priority, the rules that deny come
 * first, then mosquitto's files one after the other, each in its own order, then the rules that
 * allow.
 *
 * @param pid the configuration that it belongs to
 * @param place where in the configuration or in which line it stands
 * @param text what stands there
 */
record Entry(Rule rule, int priority, Turn turn, String pid, String place, String text) {
  static final Comparator<Entry> ORDER =
      Comparator.comparingInt(Entry::priority)
          .reversed()
          .thenComparing(entry -> entry.turn.step)
          .thenComparing(Entry::pid)
          .thenComparing(Entry::turn);

  /** When it is asked among those of its priority. */
  enum Turn {
    DENIAL(0),
    /** A mosquitto file: what the client's own section denies. */
    SECTION_DENIAL(1),
    SECTION(1),
    /** A mosquitto file: names with wildcards go no further. */
    GUARD(1),
    PATTERN_DENIAL(1),
    PATTERN(1),
    ALLOWANCE(2);

    private final int step;

    Turn(int step) {
      this.step = step;
    }
  }

  /** A rule of a configuration. */
  static Entry of(Rule rule, int defaultPriority, String pid, String key) {
    Integer own = rule.priority();
    return new Entry(
        rule,
        own == null ? defaultPriority : own,
        rule.allow() ? Turn.ALLOWANCE : Turn.DENIAL,
        pid,
        key,
        rule.toString());
  }

  /** For an operator: which configuration, where in it, what. */
  @Override
  public String toString() {
    return pid + ": " + place + ": " + text;
  }
}
