package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/** More than one subscriber, hashed by identity, or groups, hashed by ShareName. */
final class ManyReceivers<S> extends HashSlots<Member<S>> implements Receivers<S> {
  private volatile @Nullable Groups<S> groups;

  ManyReceivers() {}

  ManyReceivers(Member<S> first) {
    insert(first);
  }

  @Override
  int hash(Member<S> member) {
    return System.identityHashCode(member.subscriber());
  }

  @Override
  public void show(MatchVisitor<S> visitor) {
    @Nullable Object[] slots = slots();
    for (int i = 0; i < slots.length; i++) {
      Member<S> member = element(slots, i);
      if (member != null) {
        member.show(visitor);
      }
    }
    Groups<S> shared = groups;
    if (shared != null) {
      shared.show(visitor);
    }
  }

  @Override
  @SuppressWarnings({"unchecked", "ReferenceEquality"}) // what is not GONE is a member
  public @Nullable Member<S> member(S subscriber) {
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

  @Override
  public @Nullable SharedGroup<S> group(String shareName) {
    Groups<S> shared = groups;
    return shared == null ? null : shared.find(shareName);
  }

  @Override
  public Receivers<S> with(Member<S> member) {
    Member<S> old = member(member.subscriber());
    if (old == null) {
      insert(member);
    } else {
      replace(old, member);
    }
    return this;
  }

  @Override
  public Receivers<S> with(SharedGroup<S> group) {
    Groups<S> shared = groups == null ? new Groups<>() : groups;
    shared.insert(group);
    groups = shared;
    return this;
  }

  @Override
  public @Nullable Receivers<S> without(Member<S> member) {
    remove(member);
    return orNull();
  }

  @Override
  public @Nullable Receivers<S> without(SharedGroup<S> group) {
    Groups<S> shared = groups;
    if (shared != null) {
      shared.remove(group);
      groups = shared.isEmpty() ? null : shared;
    }
    return orNull();
  }

  private @Nullable Receivers<S> orNull() {
    return isEmpty() && groups == null ? null : this;
  }

  /** Groups by ShareName. */
  private static final class Groups<S> extends HashSlots<SharedGroup<S>> {
    @Override
    int hash(SharedGroup<S> group) {
      return group.hash();
    }

    void show(MatchVisitor<S> visitor) {
      @Nullable Object[] slots = slots();
      for (int i = 0; i < slots.length; i++) {
        SharedGroup<S> group = element(slots, i);
        if (group != null) {
          visitor.group(group);
        }
      }
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
