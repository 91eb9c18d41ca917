package io.fluxmqtt.session.routing;

import java.util.concurrent.ThreadLocalRandom;

/** Where the levels of topics and filters end, and their hash, without cutting strings. */
final class Levels {
  // Differ from run to run, so that no client can choose levels that collide.
  private static final long SEED = ThreadLocalRandom.current().nextLong();
  private static final long MULTIPLIER = ThreadLocalRandom.current().nextLong() | 1;

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

  /**
   * The hash of a part of a text. Three characters to a multiplication, which takes longer than all
   * else here; not four, since the topmost bits of a factor come out as they went in, whatever the
   * multiplier, and could be played against each other.
   */
  static int hash(String text, int from, int end) {
    long hash = SEED;
    int i = from;
    for (; i < end - 2; i += 3) {
      long three =
          text.charAt(i) | (long) text.charAt(i + 1) << 16 | (long) text.charAt(i + 2) << 32;
      hash = mixed(hash ^ three);
    }
    for (; i < end; i++) {
      hash = mixed(hash ^ text.charAt(i));
    }
    return (int) hash;
  }

  private static long mixed(long hash) {
    long product = hash * MULTIPLIER;
    return product ^ product >>> 32;
  }

  /** Whether a level is the same as a part of a text. */
  static boolean equal(String level, String text, int from, int end) {
    return level.length() == end - from && text.startsWith(level, from);
  }
}
