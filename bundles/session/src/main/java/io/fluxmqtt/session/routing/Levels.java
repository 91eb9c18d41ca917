package io.fluxmqtt.session.routing;

import java.util.concurrent.ThreadLocalRandom;

/** Where the levels of topics and filters end, and their hash, without cutting strings. */
final class Levels {
  /** Differs from run to run, so that no client can choose levels that collide. */
  private static final int SEED = ThreadLocalRandom.current().nextInt();

  private static final int MULTIPLIER = 0x9E37_79B1;

  private Levels() {}

  /** The end, exclusive, of the level that begins at an index. */
  static int end(String text, int from) {
    int slash = text.indexOf('/', from);
    return slash < 0 ? text.length() : slash;
  }

  /** Whether a level is exactly one wildcard character. */
  static boolean is(char wildcard, String filter, int from, int end) {
    return end - from == 1 && filter.charAt(from) == wildcard;
  }

  /** The hash of a part of a text. */
  static int hash(String text, int from, int end) {
    int hash = SEED;
    for (int i = from; i < end; i++) {
      hash = (hash ^ text.charAt(i)) * MULTIPLIER;
      hash ^= hash >>> 15;
    }
    return hash;
  }

  /** Whether a level is the same as a part of a text. */
  static boolean equal(String level, String text, int from, int end) {
    return level.length() == end - from && text.startsWith(level, from);
  }

  /** Compares two levels as texts. */
  static int compare(String a, int aFrom, int aEnd, String b, int bFrom, int bEnd) {
    int common = Math.min(aEnd - aFrom, bEnd - bFrom);
    for (int i = 0; i < common; i++) {
      int order = a.charAt(aFrom + i) - b.charAt(bFrom + i);
      if (order != 0) {
        return order;
      }
    }
    return (aEnd - aFrom) - (bEnd - bFrom);
  }
}
