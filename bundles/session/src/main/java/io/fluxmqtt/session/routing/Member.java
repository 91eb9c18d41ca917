package io.fluxmqtt.session.routing;

import org.jspecify.annotations.Nullable;

/**
 * A subscriber of one filter with what it was granted there.
 *
 * @param subscriber the subscriber; its identity counts, not its {@code equals}
 */
public record Member<S>(S subscriber, Grant grant) implements Receivers<S> {
  @Override
  public void show(MatchVisitor<S> visitor) {
    visitor.subscriber(subscriber, grant);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // subscribers are compared by identity
  public @Nullable Member<S> member(S wanted) {
    return wanted == subscriber ? this : null;
  }

  @Override
  public @Nullable SharedGroup<S> group(String shareName) {
    return null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality")
  public Receivers<S> with(Member<S> member) {
    return member.subscriber == subscriber ? member : new ManyReceivers<>(this).with(member);
  }

  @Override
  public Receivers<S> with(SharedGroup<S> group) {
    return new ManyReceivers<>(this).with(group);
  }

  @Override
  public @Nullable Receivers<S> without(Member<S> member) {
    return null;
  }

  @Override
  public Receivers<S> without(SharedGroup<S> group) {
    return this;
  }
}
