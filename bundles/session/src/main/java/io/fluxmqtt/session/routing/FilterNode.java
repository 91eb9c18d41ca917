package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/**
 * One level of the filters in a {@link SubscriptionTree}: its children, and the receivers of the
 * filters that end here. Read without a lock; changed under its own monitor. A node that has been
 * cut from the tree is dead for good and refuses additions, so that nothing is added where nobody
 * would find it.
 *
 * <p>There are as many of these as filters, and a match waits for memory at each object on its way.
 * So the level {@code #}, which has nothing below it, is no node but a second set of receivers, and
 * a single child or receiver stands here by itself, without a table around it.
 */
final class FilterNode<S> implements NamedChildren<S> {
  /** What became of an addition. */
  enum Added {
    NEW,
    REPLACED,
    /** The node is dead; the caller begins again at the root. */
    REFUSED
  }

  private final @Nullable FilterNode<S> parent;
  private final String level;
  private final int hash;

  private volatile @Nullable NamedChildren<S> named;
  private volatile @Nullable FilterNode<S> plus;
  private volatile @Nullable Receivers<S> receivers; // of the filter that ends here
  private volatile @Nullable Receivers<S> rest; // of the filter that ends with '#' after this
  private boolean dead; // under this monitor

  /** A root. */
  FilterNode() {
    this(null, "", 0);
  }

  private FilterNode(@Nullable FilterNode<S> parent, String level, int hash) {
    this.parent = parent;
    this.level = level;
    this.hash = hash;
  }

  @Nullable FilterNode<S> parent() {
    return parent;
  }

  int hash() {
    return hash;
  }

  /** Whether this is the child of a level, whose hash is given. */
  boolean isNamed(String text, int from, int end, int levelHash) {
    return hash == levelHash && Levels.equal(level, text, from, end);
  }

  /** The child of all names of one level. */
  @Nullable FilterNode<S> plus() {
    return plus;
  }

  /** The child of a level of a Topic Name. */
  @Nullable FilterNode<S> named(String topic, int from, int end) {
    NamedChildren<S> all = named;
    return all == null ? null : all.find(topic, from, end, Levels.hash(topic, from, end));
  }

  /** The child of a level of a filter that is not {@code #}. */
  @Nullable FilterNode<S> child(String filter, int from, int end) {
    return Levels.is('+', filter, from, end) ? plus : named(filter, from, end);
  }

  /** The child of a level of a filter, made if there is none; null if this node is dead. */
  @Nullable FilterNode<S> makeChild(String filter, int from, int end, LevelNames names) {
    synchronized (this) {
      FilterNode<S> child = child(filter, from, end);
      if (child == null && !dead) {
        int childHash = Levels.hash(filter, from, end);
        String name = names.name(filter, from, end, childHash);
        child = new FilterNode<>(this, name, childHash);
        link(child);
      }
      return child;
    }
  }

  private void link(FilterNode<S> child) {
    if (child.level.equals("+")) {
      plus = child;
    } else {
      NamedChildren<S> all = named;
      named = all == null ? child : all.with(child);
    }
  }

  private void unlink(FilterNode<S> child) {
    NamedChildren<S> all = named;
    if (plus == child) {
      plus = null;
    } else if (all != null) {
      named = all.without(child);
    }
  }

  /**
   * Cuts off a child that has nothing left.
   *
   * @return whether the child was cut off and this node has nothing left either
   */
  boolean prune(FilterNode<S> child) {
    synchronized (this) {
      synchronized (child) { // always parent before child
        if (child.dead || !child.isEmpty()) {
          return false;
        }
        child.dead = true;
      }
      unlink(child);
      return isEmpty();
    }
  }

  private boolean isEmpty() {
    return receivers == null && rest == null && named == null && plus == null;
  }

  private @Nullable Receivers<S> receivers(boolean ofRest) {
    return ofRest ? rest : receivers;
  }

  private void set(boolean ofRest, @Nullable Receivers<S> changed) {
    if (ofRest) {
      rest = changed;
    } else {
      receivers = changed;
    }
  }

  /**
   * Adds a subscriber or replaces its grant.
   *
   * @param ofRest whether the filter goes on with {@code #} after this level
   */
  Added put(boolean ofRest, S subscriber, Grant grant) {
    Member<S> member = new Member<>(subscriber, grant);
    synchronized (this) {
      if (dead) {
        return Added.REFUSED;
      }
      Receivers<S> all = receivers(ofRest);
      boolean isNew = all == null || all.member(subscriber) == null;
      set(ofRest, all == null ? member : all.with(member));
      return isNew ? Added.NEW : Added.REPLACED;
    }
  }

  /** Takes a subscriber out; null if it is none. */
  @Nullable Grant remove(boolean ofRest, S subscriber) {
    synchronized (this) {
      Receivers<S> all = receivers(ofRest);
      Member<S> member = all == null ? null : all.member(subscriber);
      if (member == null) {
        return null;
      }
      set(ofRest, all.without(member));
      return member.grant();
    }
  }

  /** Adds a subscriber to a group or replaces its grant. */
  Added putShared(boolean ofRest, String shareName, String filter, S subscriber, Grant grant) {
    synchronized (this) {
      if (dead) {
        return Added.REFUSED;
      }
      Receivers<S> all = receivers(ofRest);
      SharedGroup<S> group = all == null ? null : all.group(shareName);
      if (group != null) {
        return group.put(subscriber, grant) ? Added.NEW : Added.REPLACED;
      }
      group = new SharedGroup<>(shareName, filter);
      group.put(subscriber, grant);
      set(ofRest, (all == null ? new ManyReceivers<S>() : all).with(group));
      return Added.NEW;
    }
  }

  /** Takes a subscriber out of a group; null if it is no member. */
  @Nullable Grant removeShared(boolean ofRest, String shareName, S subscriber) {
    synchronized (this) {
      Receivers<S> all = receivers(ofRest);
      SharedGroup<S> group = all == null ? null : all.group(shareName);
      Grant grant = group == null ? null : group.remove(subscriber);
      if (grant != null && group.isEmpty()) {
        set(ofRest, all.without(group));
      }
      return grant;
    }
  }

  /** Shows the receivers of this node's filter. */
  void show(MatchVisitor<S> visitor) {
    Receivers<S> all = receivers;
    if (all != null) {
      all.show(visitor);
    }
  }

  /** Shows the receivers of this node's filter with {@code #} after it. */
  void showRest(MatchVisitor<S> visitor) {
    Receivers<S> all = rest;
    if (all != null) {
      all.show(visitor);
    }
  }

  @Override
  public int count() {
    FilterNode<S> wild = plus;
    NamedChildren<S> all = named;
    return 1 + (wild == null ? 0 : wild.count()) + (all == null ? 0 : all.count());
  }

  // --- as an only child ---

  @Override
  public @Nullable FilterNode<S> find(String text, int from, int end, int levelHash) {
    return isNamed(text, from, end, levelHash) ? this : null;
  }

  @Override
  public NamedChildren<S> with(FilterNode<S> sibling) {
    return new ManyChildren<>(this).with(sibling);
  }

  @Override
  public @Nullable NamedChildren<S> without(FilterNode<S> child) {
    return null;
  }
}
