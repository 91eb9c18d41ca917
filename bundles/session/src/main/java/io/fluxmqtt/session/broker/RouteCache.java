package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.routing.Grant;
import io.fluxmqtt.session.routing.MatchVisitor;
import io.fluxmqtt.session.routing.SharedGroup;
import io.fluxmqtt.session.routing.SubscriptionTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the tree of Subscriptions last showed for a topic, on one loop. Most topics are published to
 * again and again, and in a large tree each level costs a wait for memory. Owned by its loop.
 *
 * <p>All of it holds for one version of the tree, which was read before the tree was asked; any
 * change of any Subscription ends it as a whole. So what is found is what the tree would show, and
 * no session is held that has left, save until the loop looks next ({@link #forgetIfOutdated}).
 * While Subscriptions change often nothing is kept: not before a number of matches have seen the
 * same version.
 *
 * <p>Groups of four cells, a topic in any cell of its group. Bounded by cells and bytes. Once it is
 * full, or a group is, only each sixteenth new topic replaces an old one, so that topics that come
 * by once cost little and do not drive out the others.
 *
 * @param <S> the subscribers
 */
final class RouteCache<S> {
  /** What a topic leads to: each a subscriber and then its grant, or a group. Immutable. */
  static final class Route {
    private final String topic;
    private final int hash;
    private final Object[] targets;
    private final boolean distinct;

    Route(String topic, Object[] targets, boolean distinct) {
      this.topic = topic;
      this.hash = spread(topic);
      this.targets = targets;
      this.distinct = distinct;
    }

    /** A subscriber and then its grant, or a group, and so on. */
    Object[] targets() {
      return targets;
    }

    /** Whether no subscriber is among them twice. */
    boolean isDistinct() {
      return distinct;
    }

    int bytes() {
      return OVERHEAD_BYTES + 2 * topic.length() + REFERENCE_BYTES * targets.length;
    }
  }

  static final int BYTES_MAX = 1 << 20;
  static final int CELLS_MAX = 1 << 13;
  static final int SUBSCRIPTIONS_MIN = 8; // a smaller tree is as quick itself
  static final int CALM = 64; // matches that must see the same version first
  private static final int CELLS_MIN = 64;
  private static final int GROUP = 4;
  private static final int GOLDEN = 0x9E37_79B9; // 2^32 divided by the golden ratio
  private static final int TOPIC_CHARS_MAX = 512;
  private static final int TARGETS_MAX = 1 << 13;
  private static final int REPLACE_EACH = 16;
  private static final int OVERHEAD_BYTES = 100;
  private static final int REFERENCE_BYTES = 8;
  private static final @Nullable Route[] NONE = {};

  private final SubscriptionTree<S> tree;
  private @Nullable Route[] cells = NONE;
  private long version; // of the tree, for all that is kept
  private boolean isSmall = true; // the tree
  private int calm;
  private int count;
  private int bytes;
  private int turn; // of the cells of a group, to be replaced

  RouteCache(SubscriptionTree<S> tree) {
    this.tree = tree;
  }

  /** What the tree would show, or null if it must be asked. */
  @Nullable Route find(String topic) {
    forgetIfOutdated();
    if (count == 0) {
      return null;
    }
    int hash = spread(topic);
    int first = group(hash);
    for (int i = first; i < first + GROUP; i++) {
      Route route = cells[i];
      if (route != null && route.hash == hash && route.topic.equals(topic)) {
        return route;
      }
    }
    return null;
  }

  /** Asks the tree, after {@link #find} has found nothing, and may take note of what it shows. */
  void match(String topic, MatchVisitor<S> visitor) {
    if (calm < CALM || !isWanted(topic)) {
      calm = Math.min(calm + 1, CALM);
      tree.match(topic, visitor);
      return;
    }
    Collector<S> collector = new Collector<>(visitor);
    tree.match(topic, collector);
    if (collector.targets.size() <= TARGETS_MAX) {
      add(new Route(topic, collector.targets.toArray(), collector.isDistinct()));
    }
  }

  /** Lets go of everything if a Subscription has changed. */
  void forgetIfOutdated() {
    long current = tree.version();
    if (current != version) {
      version = current;
      isSmall = tree.size() < SUBSCRIPTIONS_MIN;
      calm = 0;
      count = 0;
      bytes = 0;
      cells = NONE;
    }
  }

  int count() {
    return count;
  }

  int bytes() {
    return bytes;
  }

  private boolean isWanted(String topic) {
    if (isSmall || topic.length() > TOPIC_CHARS_MAX) {
      return false;
    }
    boolean isRoom = mustGrow() || cells[place(spread(topic))] == null;
    return (isRoom && bytes < BYTES_MAX) || turn++ % REPLACE_EACH == 0;
  }

  private void add(Route route) {
    if (mustGrow()) {
      grow();
    }
    int at = place(route.hash);
    empty(at);
    int first = group(route.hash);
    for (int i = first; i < first + GROUP && bytes + route.bytes() > BYTES_MAX; i++) {
      empty(i);
    }
    if (bytes + route.bytes() <= BYTES_MAX) {
      cells[at] = route;
      bytes += route.bytes();
      count++;
    }
  }

  private void empty(int at) {
    Route route = cells[at];
    if (route != null) {
      cells[at] = null;
      bytes -= route.bytes();
      count--;
    }
  }

  private boolean mustGrow() {
    return count >= cells.length / 2 && cells.length < CELLS_MAX;
  }

  /** A free cell of a group, or one to replace. */
  private int place(int hash) {
    int first = group(hash);
    for (int i = first; i < first + GROUP; i++) {
      if (cells[i] == null) {
        return i;
      }
    }
    return first + (turn / REPLACE_EACH & GROUP - 1);
  }

  private void grow() {
    @Nullable Route[] old = cells;
    cells = new Route[Math.max(CELLS_MIN, old.length * 2)];
    count = 0;
    bytes = 0;
    for (Route route : old) {
      if (route != null) {
        add(route);
      }
    }
  }

  private int group(int hash) {
    return (hash & (cells.length / GROUP - 1)) * GROUP;
  }

  /** Topics with numbers have hashes close together; this strews them (Fibonacci hashing). */
  private static int spread(String topic) {
    int hash = topic.hashCode() * GOLDEN;
    return hash ^ hash >>> 16;
  }

  /** Shows on what it is shown, and keeps it. */
  private static final class Collector<S> implements MatchVisitor<S> {
    final List<Object> targets = new ArrayList<>();
    private final MatchVisitor<S> visitor;

    Collector(MatchVisitor<S> visitor) {
      this.visitor = visitor;
    }

    @Override
    public void subscriber(S subscriber, Grant grant) {
      targets.add(subscriber);
      targets.add(grant);
      visitor.subscriber(subscriber, grant);
    }

    @Override
    public void group(SharedGroup<S> group) {
      targets.add(group);
      visitor.group(group);
    }

    /** Grants may be one object for several; they are not counted. */
    boolean isDistinct() {
      Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      for (Object target : targets) {
        if (!(target instanceof Grant) && !seen.add(target)) {
          return false;
        }
      }
      return true;
    }
  }
}
