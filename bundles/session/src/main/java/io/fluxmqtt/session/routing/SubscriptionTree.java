package io.fluxmqtt.session.routing;

import io.fluxmqtt.api.message.TopicFilter;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * All Subscriptions, found by the Topic Names that match their filters (MQTT 5.0, section 4.7).
 *
 * <p>A tree with one level of a filter per node, children hashed by name, {@code +} apart, and
 * {@code #} in the node of the level above it. Matching costs by the depth of the name and the
 * number of matches, not by the number of Subscriptions; it takes no lock and allocates nothing. A
 * change locks one node, or two while an empty branch is cut off, for a time that does not grow
 * with the tree.
 *
 * <p>All methods are for any thread. What is subscribed all the while a match runs is found; what
 * is added or removed meanwhile may be found or not. A subscriber that leaves a filter and comes
 * back to it during one match may be shown twice.
 *
 * @param <S> the subscribers, told apart by identity
 */
public final class SubscriptionTree<S> {
  private final FilterNode<S> root = new FilterNode<>();
  private final LevelNames names = new LevelNames();
  private final AtomicLong version = new AtomicLong();
  private final LongAdder size = new LongAdder();

  /**
   * Adds a Subscription, or replaces the grant of the one that the subscriber has with this filter
   * [MQTT-3.8.4-3].
   *
   * @return whether it is new
   */
  public boolean add(TopicFilter filter, S subscriber, Grant grant) {
    String shareName = filter.shareName();
    String text = filter.filter();
    boolean ofRest = text.endsWith("#");
    FilterNode.Added added;
    do {
      FilterNode<S> node = make(text, levelsEnd(text, ofRest));
      added =
          shareName == null
              ? node.put(ofRest, subscriber, grant)
              : node.putShared(ofRest, shareName, text, subscriber, grant);
    } while (added == FilterNode.Added.REFUSED);
    boolean isNew = added == FilterNode.Added.NEW;
    if (isNew) {
      size.increment();
    }
    version.incrementAndGet();
    return isNew;
  }

  /**
   * Takes out the Subscription that a subscriber has with a filter.
   *
   * @return its grant, or null if there is no such Subscription
   */
  public @Nullable Grant remove(TopicFilter filter, S subscriber) {
    String text = filter.filter();
    boolean ofRest = text.endsWith("#");
    FilterNode<S> node = find(text, levelsEnd(text, ofRest));
    if (node == null) {
      return null;
    }
    String shareName = filter.shareName();
    Grant grant =
        shareName == null
            ? node.remove(ofRest, subscriber)
            : node.removeShared(ofRest, shareName, subscriber);
    if (grant != null) {
      prune(node);
      size.decrement();
      version.incrementAndGet();
    }
    return grant;
  }

  /** Shows every Subscription whose filter matches a valid Topic Name. */
  public void match(String topicName, MatchVisitor<S> visitor) {
    if (topicName.startsWith("$")) { // [MQTT-4.7.2-1] a leading wildcard does not match
      int end = Levels.end(topicName, 0);
      FilterNode<S> child = root.named(topicName, 0, end);
      if (child != null) {
        match(child, topicName, end + 1, visitor);
      }
    } else {
      match(root, topicName, 0, visitor);
    }
  }

  /** Goes down one level per call, so at most {@link TopicFilter#MAX_LEVELS} deep. */
  private static <S> void match(
      FilterNode<S> node, String topicName, int from, MatchVisitor<S> visitor) {
    node.showRest(visitor); // matches the level above it, too
    if (from > topicName.length()) {
      node.show(visitor);
      return;
    }
    int end = Levels.end(topicName, from);
    FilterNode<S> named = node.named(topicName, from, end);
    if (named != null) {
      match(named, topicName, end + 1, visitor);
    }
    FilterNode<S> plus = node.plus();
    if (plus != null) {
      match(plus, topicName, end + 1, visitor);
    }
  }

  /**
   * Changes with every change of a Subscription, after it has become visible. What was matched
   * after this was read is up to date as long as it stays the same.
   */
  public long version() {
    return version.get();
  }

  /** The number of Subscriptions, shared ones included. */
  public long size() {
    return size.sum();
  }

  /** The number of nodes, 1 when empty. */
  int nodes() {
    return root.count();
  }

  /** Where the levels end that have nodes: before {@code /#}; -1 if there is none but that. */
  private static int levelsEnd(String filter, boolean endsWithRest) {
    return endsWithRest ? filter.length() - 2 : filter.length();
  }

  private @Nullable FilterNode<S> find(String filter, int levelsEnd) {
    FilterNode<S> node = root;
    for (int from = 0; node != null && from <= levelsEnd; ) {
      int end = Levels.end(filter, from);
      node = node.child(filter, from, end);
      from = end + 1;
    }
    return node;
  }

  private FilterNode<S> make(String filter, int levelsEnd) {
    FilterNode<S> node = root;
    int from = 0;
    while (from <= levelsEnd) {
      int end = Levels.end(filter, from);
      FilterNode<S> child = node.child(filter, from, end);
      if (child == null) {
        child = node.makeChild(filter, from, end, names);
      }
      if (child == null) { // the node was cut off meanwhile
        node = root;
        from = 0;
      } else {
        node = child;
        from = end + 1;
      }
    }
    return node;
  }

  private static <S> void prune(FilterNode<S> emptied) {
    FilterNode<S> node = emptied;
    FilterNode<S> parent = node.parent();
    while (parent != null && parent.prune(node)) {
      node = parent;
      parent = node.parent();
    }
  }
}
