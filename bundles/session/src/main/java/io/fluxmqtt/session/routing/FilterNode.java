package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/**
 * One level of the filters in a {@link SubscriptionTree}: its subscribers, its groups and its
 * children. Read without a lock; changed under its own monitor. A node that has been cut from the
 * tree is dead for good and refuses additions, so that nothing is added where nobody would find it.
 */
final class FilterNode<S> {
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

  private volatile @Nullable Children<S> children;
  private volatile @Nullable FilterNode<S> plus;
  private volatile @Nullable FilterNode<S> rest; // the level '#'
  private volatile @Nullable Subscribers<S> subscribers;
  private volatile @Nullable Groups<S> groups;
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

  /** The child of all names of one level. */
  @Nullable FilterNode<S> plus() {
    return plus;
  }

  /** The child of all that follows, nothing included. */
  @Nullable FilterNode<S> rest() {
    return rest;
  }

  /** The child of a level of a Topic Name. */
  @Nullable FilterNode<S> named(String topic, int from, int end) {
    Children<S> all = children;
    return all == null ? null : all.find(topic, from, end, Levels.hash(topic, from, end));
  }

  /** The child of a level of a filter. */
  @Nullable FilterNode<S> child(String filter, int from, int end) {
    if (Levels.is('+', filter, from, end)) {
      return plus;
    }
    return Levels.is('#', filter, from, end) ? rest : named(filter, from, end);
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
    } else if (child.level.equals("#")) {
      rest = child;
    } else {
      Children<S> all = children == null ? new Children<>() : children;
      all.insert(child);
      children = all;
    }
  }

  private void unlink(FilterNode<S> child) {
    if (plus == child) {
      plus = null;
    } else if (rest == child) {
      rest = null;
    } else {
      Children<S> all = children;
      all.remove(child);
      if (all.isEmpty()) {
        children = null;
      }
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
    return subscribers == null
        && groups == null
        && children == null
        && plus == null
        && rest == null;
  }

  /** Adds a subscriber of this node's plain filter or replaces its grant. */
  Added put(S subscriber, Grant grant) {
    Member<S> member = new Member<>(subscriber, grant);
    synchronized (this) {
      if (dead) {
        return Added.REFUSED;
      }
      Subscribers<S> all = subscribers;
      if (all == null) {
        all = new Subscribers<>();
        all.insert(member);
        subscribers = all;
        return Added.NEW;
      }
      Member<S> old = all.find(subscriber);
      if (old == null) {
        all.insert(member);
        return Added.NEW;
      }
      all.replace(old, member);
      return Added.REPLACED;
    }
  }

  /** Takes a subscriber of this node's plain filter out; null if it is none. */
  @Nullable Grant remove(S subscriber) {
    synchronized (this) {
      Subscribers<S> all = subscribers;
      Member<S> member = all == null ? null : all.find(subscriber);
      if (member == null) {
        return null;
      }
      all.remove(member);
      if (all.isEmpty()) {
        subscribers = null;
      }
      return member.grant();
    }
  }

  /** Adds a subscriber to a group of this node's filter or replaces its grant. */
  Added putShared(String shareName, String filter, S subscriber, Grant grant) {
    synchronized (this) {
      if (dead) {
        return Added.REFUSED;
      }
      Groups<S> all = groups;
      SharedGroup<S> group = all == null ? null : all.find(shareName);
      if (group != null) {
        return group.put(subscriber, grant) ? Added.NEW : Added.REPLACED;
      }
      group = new SharedGroup<>(shareName, filter);
      group.put(subscriber, grant);
      if (all == null) {
        all = new Groups<>();
      }
      all.insert(group);
      groups = all;
      return Added.NEW;
    }
  }

  /** Takes a subscriber out of a group of this node's filter; null if it is no member. */
  @Nullable Grant removeShared(String shareName, S subscriber) {
    synchronized (this) {
      Groups<S> all = groups;
      SharedGroup<S> group = all == null ? null : all.find(shareName);
      Grant grant = group == null ? null : group.remove(subscriber);
      if (grant != null && group.isEmpty()) {
        all.remove(group);
        if (all.isEmpty()) {
          groups = null;
        }
      }
      return grant;
    }
  }

  /** Shows the subscribers and groups of this node's filter. */
  void show(MatchVisitor<S> visitor) {
    Subscribers<S> plain = subscribers;
    if (plain != null) {
      @Nullable Object[] slots = plain.slots();
      for (int i = 0; i < slots.length; i++) {
        Member<S> member = plain.element(slots, i);
        if (member != null) {
          visitor.subscriber(member.subscriber(), member.grant());
        }
      }
    }
    Groups<S> shared = groups;
    if (shared != null) {
      @Nullable Object[] slots = shared.slots();
      for (int i = 0; i < slots.length; i++) {
        SharedGroup<S> group = shared.element(slots, i);
        if (group != null) {
          visitor.group(group);
        }
      }
    }
  }

  /** How many nodes there are from here down. */
  int count() {
    int count = 1;
    FilterNode<S> wild = plus;
    count += wild == null ? 0 : wild.count();
    wild = rest;
    count += wild == null ? 0 : wild.count();
    Children<S> all = children;
    if (all != null) {
      @Nullable Object[] slots = all.slots();
      for (int i = 0; i < slots.length; i++) {
        FilterNode<S> child = all.element(slots, i);
        count += child == null ? 0 : child.count();
      }
    }
    return count;
  }

  /** Children by level. */
  private static final class Children<S> extends HashSlots<FilterNode<S>> {
    @Override
    int hash(FilterNode<S> child) {
      return child.hash;
    }

    @SuppressWarnings("unchecked") // what is not GONE is a child
    @Nullable FilterNode<S> find(String text, int from, int end, int hash) {
      @Nullable Object[] slots = slots();
      int mask = slots.length - 1;
      for (int index = hash & mask; ; index = (index + 1) & mask) {
        Object found = read(slots, index);
        if (found == null) {
          return null;
        }
        if (found != GONE) {
          FilterNode<S> child = (FilterNode<S>) found;
          if (child.hash == hash && Levels.equal(child.level, text, from, end)) {
            return child;
          }
        }
      }
    }
  }

  /** Subscribers by identity. */
  private static final class Subscribers<S> extends HashSlots<Member<S>> {
    @Override
    int hash(Member<S> member) {
      return System.identityHashCode(member.subscriber());
    }

    @SuppressWarnings({"unchecked", "ReferenceEquality"}) // what is not GONE is a member
    @Nullable Member<S> find(S subscriber) {
      @Nullable Object[] slots = slots();
      int mask = slots.length - 1;
      for (int index = System.identityHashCode(subscriber) & mask; ; index = (index + 1) & mask) {
        Object found = read(slots, index);
        if (found == null) {
          return null;
        }
        if (found != GONE && ((Member<S>) found).subscriber() == subscriber) {
          return (Member<S>) found;
        }
      }
    }
  }

  /** Groups by ShareName. */
  private static final class Groups<S> extends HashSlots<SharedGroup<S>> {
    @Override
    int hash(SharedGroup<S> group) {
      return group.hash();
    }

    @SuppressWarnings("unchecked") // what is not GONE is a group
    @Nullable SharedGroup<S> find(String name) {
      @Nullable Object[] slots = slots();
      int mask = slots.length - 1;
      for (int index = Levels.hash(name, 0, name.length()) & mask; ; index = (index + 1) & mask) {
        Object found = read(slots, index);
        if (found == null) {
          return null;
        }
        if (found != GONE && ((SharedGroup<S>) found).name().equals(name)) {
          return (SharedGroup<S>) found;
        }
      }
    }
  }
}
