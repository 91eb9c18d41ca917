package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.Durability;
import org.jspecify.annotations.Nullable;

/**
 * What {@link DurabilityRules} said of the topics that came last, one cell each. All of it holds
 * for one set of rules. Bounded: 256 topics of at most 256 characters; nothing before the first.
 * Owned by its worker's loop.
 */
final class DurabilityCache {
  private static final int CELLS = 256; // a power of two
  private static final int TOPIC_CHARS_MAX = 256;
  private static final int GOLDEN = 0x9E37_79B9; // 2^32 divided by the golden ratio
  private static final int SHIFT = 24; // leaves as many bits as there are cells

  private record Kept(String topic, Durability durability) {}

  private @Nullable Kept @Nullable [] cells; // null before the first
  private DurabilityRules rules = DurabilityRules.NONE; // of all that is kept

  /** What the rules say of a topic. */
  @SuppressWarnings("ReferenceEquality") // each configuration has its own
  Durability find(DurabilityRules current, String topic) {
    @Nullable Kept[] present = cells;
    if (present == null || current != rules) {
      present = new Kept[CELLS];
      cells = present;
      rules = current;
    }
    int at = topic.hashCode() * GOLDEN >>> SHIFT;
    Kept kept = present[at];
    if (kept != null && kept.topic.equals(topic)) {
      return kept.durability;
    }
    Durability found = current.find(topic);
    if (topic.length() <= TOPIC_CHARS_MAX) {
      present[at] = new Kept(topic, found);
    }
    return found;
  }
}
