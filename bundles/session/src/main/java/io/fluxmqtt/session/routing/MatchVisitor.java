package io.fluxmqtt.session.routing;

/** Is told, on the matching thread, which subscriptions match a Topic Name. */
public interface MatchVisitor<S> {
  /** A subscriber has a matching plain filter; called once for each such filter. */
  void subscriber(S subscriber, Grant grant);

  /** A Shared Subscription matches: one of its members is to get the message. */
  void group(SharedGroup<S> group);
}
