package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/**
 * Who gets what one filter matches: subscribers and groups. A single subscriber, which is what most
 * filters have, is its own set: no memory and no step on the way of a match but itself.
 *
 * <p>Read without a lock; changed under the lock of the filter's node.
 */
sealed interface Receivers<S> permits Member, ManyReceivers {
  /** Shows all of them. */
  void show(MatchVisitor<S> visitor);

  /** The subscriber if it is here by itself, not in a group. */
  @Nullable Member<S> member(S subscriber);

  /** The group of a ShareName. */
  @Nullable SharedGroup<S> group(String shareName);

  /** The receivers with another, in the place of the one with the same subscriber if any. */
  Receivers<S> with(Member<S> member);

  /** The receivers with another group. */
  Receivers<S> with(SharedGroup<S> group);

  /** The receivers without one that is here; null if that was the last. */
  @Nullable Receivers<S> without(Member<S> member);

  /** The receivers without a group that is here; null if that was the last. */
  @Nullable Receivers<S> without(SharedGroup<S> group);
}
