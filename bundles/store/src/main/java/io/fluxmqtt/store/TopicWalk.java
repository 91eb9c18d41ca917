package io.fluxmqtt.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the topics that match a filter lie among the keys of Retained Messages. Since these are in
 * the order of levels, a filter is answered by going along them and leaping over branches that
 * cannot match, which needs no memory of where one was but the last key.
 */
final class TopicWalk {
  private final byte[] filter; // as the key of a topic
  private final byte[] from;
  private final byte[] to;

  private TopicWalk(byte[] filter, byte[] from, byte[] to) {
    this.filter = filter;
    this.from = from;
    this.to = to;
  }

  /** The walk of a valid filter. */
  static TopicWalk of(String text) {
    byte[] filter = Keys.retained(text);
    int end = literalEnd(filter, Keys.TOPIC_AT);
    byte[] from = Arrays.copyOf(filter, end);
    byte[] to;
    if (end == filter.length) { // no wildcard: one key
      to = Arrays.copyOf(filter, end + 1);
    } else if (end
        == Keys.TOPIC_AT) { // [MQTT-4.7.2-1] without what begins with '$': it lies behind
      to = new byte[] {filter[0], (byte) (filter[1] + 1)};
    } else {
      to = afterBranch(filter, end);
    }
    return new TopicWalk(filter, from, to);
  }

  /** The first key that may match. */
  byte[] from() {
    return from;
  }

  /** The first key behind all that match. */
  byte[] to() {
    return to;
  }

  /**
   * Where the first match is to be looked for that is not before a key of this walk: the key itself
   * if it matches, else one that comes after it, null if there can be none.
   */
  byte @Nullable [] onward(byte[] key) {
    int branch = -1; // end of the last level of the key that a '+' took
    int f = Keys.TOPIC_AT;
    int k = Keys.TOPIC_AT;
    while (true) {
      int fEnd = levelEnd(filter, f);
      int kEnd = levelEnd(key, k);
      if (isWildcard('#', f, fEnd)) {
        return key;
      }
      if (isWildcard('+', f, fEnd)) {
        branch = kEnd;
      } else {
        int order = Arrays.compareUnsigned(filter, f, fEnd, key, k, kEnd);
        if (order > 0) {
          return join(key, k, f);
        }
        if (order < 0) {
          return branch < 0 ? null : afterBranch(key, branch);
        }
      }
      if (kEnd == key.length) { // "a/#" also matches "a"
        boolean matches =
            fEnd == filter.length
                || (fEnd + 2 == filter.length && isWildcard('#', fEnd + 1, filter.length));
        return matches ? key : below(key, fEnd + 1);
      }
      if (fEnd == filter.length) {
        return branch < 0 ? null : afterBranch(key, branch);
      }
      f = fEnd + 1;
      k = kEnd + 1;
    }
  }

  /** The first key after all those that have the same beginning and are that topic or below it. */
  private static byte[] afterBranch(byte[] key, int end) {
    byte[] after = Arrays.copyOf(key, end + 1);
    after[end] = Keys.LEVEL_END + 1;
    return after;
  }

  /** The beginning of a key, and the levels of the filter from an index to the next wildcard. */
  private byte[] join(byte[] key, int end, int from) {
    int length = literalEnd(filter, from) - from;
    byte[] joined = Arrays.copyOf(key, end + length);
    System.arraycopy(filter, from, joined, end, length);
    return joined;
  }

  /** As {@link #join}, on a level below a key. */
  private byte[] below(byte[] key, int from) {
    byte[] parent = Arrays.copyOf(key, key.length + 1);
    parent[key.length] = Keys.LEVEL_END;
    return join(parent, parent.length, from);
  }

  /** The end of the levels from an index that are before a wildcard. */
  private static int literalEnd(byte[] filter, int from) {
    int end = from;
    while (end < filter.length && filter[end] != '+' && filter[end] != '#') {
      end++;
    }
    boolean endsLevel = end < filter.length && end > from;
    return endsLevel ? end - 1 : end; // without what ends the level before the wildcard
  }

  private boolean isWildcard(char wildcard, int from, int end) {
    return end - from == 1 && filter[from] == wildcard;
  }

  private static int levelEnd(byte[] key, int from) {
    int end = from;
    while (end < key.length && key[end] != Keys.LEVEL_END) {
      end++;
    }
    return end;
  }
}
