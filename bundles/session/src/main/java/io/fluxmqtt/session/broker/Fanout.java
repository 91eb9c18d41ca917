package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.routing.Grant;
import io.fluxmqtt.session.routing.MatchVisitor;
import io.fluxmqtt.session.routing.Member;
import io.fluxmqtt.session.routing.SharedGroup;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collects the receivers of one publication, one delivery for each session however many of its
 * Subscriptions match. Those of a kept route that are away share a {@link Circular}. Reused for
 * every publication of a loop; owned by that loop.
 */
final class Fanout implements MatchVisitor<Session> {
  private final List<Session> sessions = new ArrayList<>();
  private final List<Delivery> deliveries = new ArrayList<>();
  private final Map<Session, Delivery> seen =
      new IdentityHashMap<>(); // filled if one may match twice
  private final AccessControl access;
  private @Nullable Publication publication;
  private @Nullable Circular circular;
  private boolean distinct; // no session comes twice
  private int unkept; // receivers that are away, of QoS 0
  private int indexed; // so many of the deliveries are in seen already

  Fanout(AccessControl access) {
    this.access = access;
  }

  void start(Publication next) {
    publication = next;
  }

  /** Forgets the receivers, so that nothing of them is kept. */
  void clear() {
    sessions.clear();
    deliveries.clear();
    if (indexed > 0) { // clearing it costs by its size, also while it is empty
      seen.clear();
      indexed = 0;
    }
    distinct = false;
    publication = null;
    circular = null;
    unkept = 0;
  }

  /** Takes what was kept of the tree as if the tree showed it. */
  void follow(RouteCache.Route route) {
    distinct = route.isDistinct();
    Object[] targets = route.targets();
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] instanceof Session session) {
        Grant grant = (Grant) targets[++i];
        if (!distinct || !circulate(session, grant, (targets.length - i + 2) / 2)) {
          subscriber(session, grant);
        }
      } else {
        group(asGroup(targets[i]));
      }
    }
  }

  @SuppressWarnings("unchecked") // groups of sessions are the only ones
  private static SharedGroup<Session> asGroup(Object target) {
    return (SharedGroup<Session>) target;
  }

  /**
   * Leaves a session that is away to the circular, if there is nothing particular about what it is
   * to get; QoS 0 is not kept for it. Returns false if it needs a delivery, or is to get nothing.
   *
   * @param room for it and all behind it
   */
  private boolean circulate(Session session, Grant grant, int room) {
    QoS qos = qos(grant);
    if (qos == QoS.EXACTLY_ONCE
        || grant.noLocal()
        || grant.identifier() != 0
        || !session.takesCirculars()) {
      return false;
    }
    if (qos == QoS.AT_MOST_ONCE) {
      unkept++;
      return true;
    }
    Circular present = circular;
    if (present == null) {
      present = new Circular(current(), room);
      circular = present;
    }
    present.add(session, qos, retain(grant));
    return true;
  }

  /** How many receivers there are. */
  int receivers() {
    Circular present = circular;
    return deliveries.size() + unkept + (present == null ? 0 : present.size());
  }

  /** What many get who are away, or null. */
  @Nullable Circular circular() {
    return circular;
  }

  /** How many deliveries there are. */
  int size() {
    return deliveries.size();
  }

  Session session(int index) {
    return sessions.get(index);
  }

  Delivery delivery(int index) {
    return deliveries.get(index);
  }

  @Override
  public void subscriber(Session session, Grant grant) {
    if (grant.noLocal() && session.clientId().equals(current().publisher())) {
      return; // [MQTT-3.8.3-3]
    }
    Delivery first = distinct || sessions.isEmpty() ? null : seenBefore(session);
    if (first == null) {
      add(session, null, grant);
    } else {
      first.merge(qos(grant), retain(grant), grant.identifier());
    }
  }

  @Override
  public void group(SharedGroup<Session> group) {
    Member<Session> member = access.asksReceive() ? receiver(group) : null;
    if (member == null) {
      member = group.next(Session::isConnected);
    }
    if (member == null) {
      member = group.next(Session::isDurable);
    }
    if (member != null) {
      add(member.subscriber(), group, member.grant());
    }
  }

  /** A member that may receive it, as far as that is known at once. */
  private @Nullable Member<Session> receiver(SharedGroup<Session> group) {
    String topic = current().message().topic();
    Predicate<Session> mayReceive = each -> !access.deniesReceive(each.client(), topic);
    Member<Session> member = group.next(each -> each.isConnected() && mayReceive.test(each));
    return member != null ? member : group.next(each -> each.isDurable() && mayReceive.test(each));
  }

  private void add(Session session, @Nullable SharedGroup<Session> group, Grant grant) {
    Delivery delivery = new Delivery(current(), group, qos(grant));
    delivery.retain(retain(grant));
    delivery.addIdentifier(grant.identifier());
    sessions.add(session);
    deliveries.add(delivery);
  }

  private QoS qos(Grant grant) {
    return grant.qos().min(current().message().qos());
  }

  private boolean retain(Grant grant) { // [MQTT-3.3.1-12]
    return grant.retainAsPublished() && current().message().retain();
  }

  private @Nullable Delivery seenBefore(Session session) {
    for (; indexed < sessions.size(); indexed++) {
      if (deliveries.get(indexed).group == null) {
        seen.put(sessions.get(indexed), deliveries.get(indexed));
      }
    }
    return seen.get(session);
  }

  private Publication current() {
    if (publication == null) {
      throw new IllegalStateException("no publication is being matched");
    }
    return publication;
  }
}
