package io.fluxmqtt.session.routing;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Lets levels of the same name share one string. A small direct-mapped cache: a name that occurs
 * often is almost always found, one that occurs once costs nothing for long, and nothing has to be
 * counted or cleaned. Losing a race only means one string more.
 */
final class LevelNames {
  private static final int ENTRIES = 4_096;

  /** Longer names are rare and not worth holding on to. */
  private static final int MAX_CHARS = 64;

  private final AtomicReferenceArray<String> recent = new AtomicReferenceArray<>(ENTRIES);

  /** The name of a level of a filter, whose hash is given. */
  String name(String filter, int from, int end, int hash) {
    if (end - from > MAX_CHARS) {
      return filter.substring(from, end);
    }
    int slot = hash & (ENTRIES - 1);
    String cached = recent.get(slot);
    if (cached != null && Levels.equal(cached, filter, from, end)) {
      return cached;
    }
    String name = filter.substring(from, end);
    recent.set(slot, name);
    return name;
  }
}
