package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.Durability;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How safe messages are to be before they are acknowledged, by Topic Filter. Of those that match a
 * topic the most specific counts: at the first level in which two of them differ, a name is more
 * specific than {@code +}, and that more than {@code #}. So no two are alike, and their order does
 * not matter. What none matches is synced. Immutable.
 */
public final class DurabilityRules {
  /** Everything is synced. */
  public static final DurabilityRules NONE = new DurabilityRules(Map.of());

  private static final String ONE_LEVEL = "+";
  private static final String ALL_LEVELS = "#";

  private final Node root = new Node();
  private final boolean empty;

  /** Of valid Topic Filters, which are no Shared Subscriptions. */
  public DurabilityRules(Map<String, Durability> byFilter) {
    empty = byFilter.isEmpty();
    byFilter.forEach(
        (filter, durability) -> {
          Node node = root;
          for (String level : filter.split("/", -1)) {
            node = node.children.computeIfAbsent(level, added -> new Node());
          }
          node.durability = durability;
        });
  }

  boolean isEmpty() {
    return empty;
  }

  /** What holds for a Topic Name. Any thread. */
  Durability find(String topic) {
    Durability found = empty ? null : find(root, topic, 0);
    return found == null ? Durability.SYNC : found;
  }

  /**
   * Looks below a node for the level that begins at an index; behind the end of the topic there is
   * none. Each node is come to at most once, since its path is that of the topic.
   */
  private static @Nullable Durability find(Node node, String topic, int from) {
    Node rest = node.children.get(ALL_LEVELS);
    if (from > topic.length()) { // "a/#" matches "a" too, and "a" is more specific
      return node.durability != null || rest == null ? node.durability : rest.durability;
    }
    int slash = topic.indexOf('/', from);
    int end = slash < 0 ? topic.length() : slash;
    Durability found = below(node.children.get(topic.substring(from, end)), topic, end + 1);
    if (found != null || (from == 0 && topic.charAt(0) == '$')) { // [MQTT-4.7.2-1]
      return found;
    }
    found = below(node.children.get(ONE_LEVEL), topic, end + 1);
    return found != null || rest == null ? found : rest.durability;
  }

  private static @Nullable Durability below(@Nullable Node node, String topic, int from) {
    return node == null ? null : find(node, topic, from);
  }

  private static final class Node {
    final Map<String, Node> children = new HashMap<>(2);
    @Nullable Durability durability; // of the filter that ends here, if one does
  }
}
