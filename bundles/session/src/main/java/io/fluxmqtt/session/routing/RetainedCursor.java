package io.fluxmqtt.session.routing;

import io.fluxmqtt.session.routing.RetainedMessages.Entry;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A walk through the Retained Messages whose topics match a filter, in the order of their levels.
 * It may rest between any two calls. A message that is there during the whole walk is shown exactly
 * once, no topic is shown twice, and what is shown is the topic's message at that moment.
 *
 * <p>For one thread at a time.
 */
public final class RetainedCursor<M> {
  /** So many entries are passed over one by one before a search pays. */
  private static final int NEAR = 8;

  private final RetainedMessages<M> messages;
  private final String filter;
  private @Nullable Iterator<Entry<M>> ahead; // null before the first call
  private @Nullable Entry<M> candidate; // taken from ahead, not yet looked at
  private boolean exhausted;

  RetainedCursor(RetainedMessages<M> messages, String filter) {
    this.messages = messages;
    this.filter = filter;
  }

  /** The next matching message, or null at the end. */
  public @Nullable Entry<M> next() {
    Entry<M> entry = null;
    while (entry == null && !exhausted) {
      entry = next(Integer.MAX_VALUE);
    }
    return entry;
  }

  /**
   * The next matching message if it is found in a limited number of steps, each of which looks at
   * one topic; for a caller whose time is limited and who goes on later.
   *
   * @return null if it was not found in time or at the end; {@link #isExhausted()} tells which
   */
  public @Nullable Entry<M> next(int steps) {
    for (int step = 0; step < steps && !exhausted; step++) {
      Entry<M> entry = following();
      String onward = entry == null ? null : onward(entry.topic());
      if (entry == null || onward == null) {
        exhausted = true;
      } else if (onward.equals(entry.topic())) {
        if (entry.isGone()) { // and may have come back
          entry = messages.entry(entry.topic());
        }
        if (entry != null) {
          return entry;
        }
      } else {
        jump(onward);
      }
    }
    return null;
  }

  /** Whether the end was reached. */
  public boolean isExhausted() {
    return exhausted;
  }

  private @Nullable Entry<M> following() {
    Entry<M> entry = candidate;
    candidate = null;
    if (entry == null) {
      Iterator<Entry<M>> entries = ahead();
      entry = entries.hasNext() ? entries.next() : null;
    }
    return entry;
  }

  private Iterator<Entry<M>> ahead() {
    Iterator<Entry<M>> entries = ahead;
    if (entries == null) {
      String literal = literal(0);
      entries =
          literal.length() == filter.length() // no wildcard: one look-up
              ? only(messages.entry(filter))
              : messages.from(literal);
      ahead = entries;
    }
    return entries;
  }

  private static <M> Iterator<Entry<M>> only(@Nullable Entry<M> entry) {
    return entry == null ? Collections.emptyIterator() : List.of(entry).iterator();
  }

  /** Goes to the first topic that is not before a text. */
  private void jump(String text) {
    Iterator<Entry<M>> entries = ahead();
    for (int i = 0; i < NEAR && entries.hasNext(); i++) {
      Entry<M> entry = entries.next();
      if (LevelOrder.INSTANCE.compare(entry.topic(), text) >= 0) {
        candidate = entry;
        return;
      }
    }
    if (entries.hasNext()) {
      ahead = messages.from(text);
    }
  }

  /**
   * Where the first match is to be looked for that is not before a topic: the topic itself if it
   * matches, else a text that comes after it, null if there can be none.
   */
  private @Nullable String onward(String topic) {
    if (topic.charAt(0) == '$' && isWildcard(0)) { // [MQTT-4.7.2-1]
      return "%"; // the first text after all that begin with '$'
    }
    int branch = -1; // end of the last level of the topic that a '+' took
    int f = 0;
    int t = 0;
    while (true) {
      int fEnd = Levels.end(filter, f);
      int tEnd = Levels.end(topic, t);
      if (Levels.is('#', filter, f, fEnd)) {
        return topic;
      }
      if (Levels.is('+', filter, f, fEnd)) {
        branch = tEnd;
      } else {
        int order = Levels.compare(filter, f, fEnd, topic, t, tEnd);
        if (order > 0) {
          return topic.substring(0, t) + literal(f);
        }
        if (order < 0) {
          return afterBranch(topic, branch);
        }
      }
      if (tEnd == topic.length()) { // "a/#" also matches "a"
        boolean matches = fEnd == filter.length() || filter.startsWith("/#", fEnd);
        return matches ? topic : topic + "/" + literal(fEnd + 1);
      }
      if (fEnd == filter.length()) {
        return afterBranch(topic, branch);
      }
      f = fEnd + 1;
      t = tEnd + 1;
    }
  }

  private static @Nullable String afterBranch(String topic, int branch) {
    return branch < 0 ? null : LevelOrder.afterBranch(topic.substring(0, branch));
  }

  /** The levels of the filter from an index to the next wildcard. */
  private String literal(int from) {
    int end = from;
    while (end < filter.length() && !isWildcard(end)) {
      end++;
    }
    if (end < filter.length() && end > from) {
      end--; // the '/' before the wildcard
    }
    return filter.substring(from, end);
  }

  private boolean isWildcard(int index) {
    char c = filter.charAt(index);
    return c == '+' || c == '#';
  }
}
