package io.fluxmqtt.session.routing;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A Shared Subscription (MQTT 5.0, section 4.8.2): subscribers with the same ShareName and filter,
 * of which each message goes to one. It leaves the tree with its last member; who still holds it
 * then finds nobody in it.
 */
public final class SharedGroup<S> {
  private static final Member<?>[] NOBODY = {};

  private final String name;
  private final String filter;
  private final int hash;
  private final AtomicInteger turn = new AtomicInteger(); // index of the member whose turn it is
  private volatile Member<S>[] members = nobody();

  SharedGroup(String name, String filter) {
    this.name = name;
    this.filter = filter;
    this.hash = Levels.hash(name, 0, name.length());
  }

  /** The ShareName. */
  public String name() {
    return name;
  }

  /** The Topic Filter without {@code $share} and ShareName. */
  public String filter() {
    return filter;
  }

  /**
   * The member whose turn it is, in the order of subscribing. Any thread; under concurrency the
   * turns are the same as if the calls had come one after another.
   *
   * @param eligible whether a subscriber may get the message; who may not loses its turn. Must be
   *     quick and without effect, since it may be asked several times
   * @return null if no member is eligible
   */
  public @Nullable Member<S> next(Predicate<? super S> eligible) {
    while (true) {
      Member<S>[] current = members;
      int first = turn.get();
      int index = first < current.length ? first : 0;
      int left = current.length;
      while (left > 0 && !eligible.test(current[index].subscriber())) {
        index = after(index, current);
        left--;
      }
      if (left == 0) {
        return null;
      }
      if (turn.compareAndSet(first, after(index, current))) {
        return current[index];
      }
    }
  }

  private static int after(int index, Member<?>[] members) {
    return index + 1 == members.length ? 0 : index + 1;
  }

  int hash() {
    return hash;
  }

  /** Under the lock of the group's node. */
  boolean isEmpty() {
    return members.length == 0;
  }

  /**
   * Adds a subscriber or replaces its grant. Under the lock of the group's node.
   *
   * @return whether it is new
   */
  boolean put(S subscriber, Grant grant) {
    Member<S>[] current = members;
    int index = indexOf(current, subscriber);
    boolean isNew = index == current.length;
    Member<S>[] changed = Arrays.copyOf(current, isNew ? index + 1 : current.length);
    changed[index] = new Member<>(subscriber, grant);
    members = changed;
    return isNew;
  }

  /** Takes a subscriber out; null if it is no member. Under the lock of the group's node. */
  @Nullable Grant remove(S subscriber) {
    Member<S>[] current = members;
    int index = indexOf(current, subscriber);
    if (index == current.length) {
      return null;
    }
    Member<S>[] fewer = Arrays.copyOf(current, current.length - 1);
    System.arraycopy(current, index + 1, fewer, index, fewer.length - index);
    members = fewer;
    // keep the turn with whom it was
    turn.updateAndGet(at -> at > index ? at - 1 : at);
    return current[index].grant();
  }

  @SuppressWarnings("ReferenceEquality") // subscribers are compared by identity
  private static <S> int indexOf(Member<S>[] members, S subscriber) {
    int index = 0;
    while (index < members.length && members[index].subscriber() != subscriber) {
      index++;
    }
    return index;
  }

  @SuppressWarnings("unchecked") // an empty array holds no wrong member
  private static <S> Member<S>[] nobody() {
    return (Member<S>[]) NOBODY;
  }

  @Override
  public String toString() {
    return "$share/" + name + "/" + filter;
  }
}
