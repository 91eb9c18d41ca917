package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.routing.Grant;
import io.fluxmqtt.session.routing.MatchVisitor;
import io.fluxmqtt.session.routing.SharedGroup;
import io.fluxmqtt.session.routing.SubscriptionTree;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which topics a session may be sent while policy does not allow some of its Subscriptions: what
 * another one matches that is allowed. Owned by the session's loop.
 */
final class Suspensions {
  /** What becomes of a message that waits. */
  enum Fate {
    SENT,
    /** It waits on: a Subscription that is suspended may be allowed again. */
    WITHHELD,
    /** It waits on: policy cannot tell now whether the client may receive it. */
    UNDECIDED,
    /** The client has given up the Subscription that was suspended. */
    DROPPED,
    /** The client may not receive it, whatever its Subscriptions. */
    DENIED;

    /** Whether it may be sent later. */
    boolean isWaiting() {
      return this == WITHHELD || this == UNDECIDED;
    }

    /** Why a message is dropped that does not wait. */
    Counters.Drop reason() {
      return switch (this) {
        case UNDECIDED -> Counters.Drop.POLICY_UNAVAILABLE;
        case DENIED -> Counters.Drop.RECEIVE_DENIED;
        default -> Counters.Drop.NOT_AUTHORIZED;
      };
    }
  }

  private static final int GIVEN_UP_MAX = 10_000;
  private static final Grant GRANT = Grant.of(QoS.AT_MOST_ONCE, false, false, 0);

  /** Whether anything matches. */
  private static final class Any implements MatchVisitor<Suspensions> {
    boolean found;

    @Override
    public void subscriber(Suspensions subscriber, Grant grant) {
      found = true;
    }

    @Override
    public void group(SharedGroup<Suspensions> group) {
      found = true;
    }
  }

  private final Set<TopicFilter> filters = new HashSet<>(); // that are suspended
  private final SubscriptionTree<Suspensions> suspended = new SubscriptionTree<>(); // the same
  private SubscriptionTree<Suspensions> givenUp = new SubscriptionTree<>();
  private @Nullable SubscriptionTree<Suspensions> allowed; // the others; null until asked for
  private boolean tooManyGivenUp; // all counts as given up that is neither allowed nor suspended

  /** Whether no message is concerned. */
  boolean isEmpty() {
    return filters.isEmpty() && !hasGivenUp();
  }

  private boolean hasGivenUp() {
    return tooManyGivenUp || givenUp.size() > 0;
  }

  int size() {
    return filters.size();
  }

  boolean contains(TopicFilter filter) {
    return filters.contains(filter);
  }

  /** Notes that a filter is suspended; returns whether it was not. */
  boolean add(TopicFilter filter) {
    boolean isNew = filters.add(filter);
    if (isNew) {
      suspended.add(filter, this, GRANT);
      if (allowed != null) {
        allowed.remove(filter, this);
      }
    }
    return isNew;
  }

  /** Notes that a filter is allowed, maybe again; returns whether it was suspended. */
  boolean allow(TopicFilter filter) {
    if (allowed != null) {
      allowed.add(filter, this, GRANT);
    }
    givenUp.remove(filter, this);
    boolean was = filters.remove(filter);
    if (was) {
      suspended.remove(filter, this);
    }
    return was;
  }

  /** A Subscription has ended: what waits for it, if it is suspended, is not sent any more. */
  void ended(TopicFilter filter) {
    if (allowed != null) {
      allowed.remove(filter, this);
    }
    if (filters.remove(filter)) {
      suspended.remove(filter, this);
      if (givenUp.size() < GIVEN_UP_MAX) {
        givenUp.add(filter, this, GRANT);
      } else {
        tooManyGivenUp = true;
      }
    }
  }

  /** Nothing waits: so nothing does for what the client has given up. */
  void nothingWaits() {
    if (hasGivenUp()) {
      tooManyGivenUp = false;
      givenUp = new SubscriptionTree<>();
    }
  }

  /**
   * What becomes of a message of a topic.
   *
   * @param all the Subscriptions of the session
   */
  Fate of(String topic, java.util.function.Supplier<List<StoredSubscription>> all) {
    boolean isSuspended = matches(suspended, topic);
    boolean isGivenUp = !isSuspended && (tooManyGivenUp || matches(givenUp, topic));
    if (!isSuspended && !isGivenUp) {
      return Fate.SENT;
    }
    SubscriptionTree<Suspensions> others = allowed;
    if (others == null) {
      others = new SubscriptionTree<>();
      for (StoredSubscription each : all.get()) {
        if (!filters.contains(each.filter())) {
          others.add(each.filter(), this, GRANT);
        }
      }
      allowed = others;
    }
    if (matches(others, topic)) {
      return Fate.SENT;
    }
    return isSuspended ? Fate.WITHHELD : Fate.DROPPED;
  }

  private static boolean matches(SubscriptionTree<Suspensions> tree, String topic) {
    if (tree.size() == 0) {
      return false;
    }
    Any any = new Any();
    tree.match(topic, any);
    return any.found;
  }
}
