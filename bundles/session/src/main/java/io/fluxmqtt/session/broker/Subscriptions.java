package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.access.Verdict;
import io.fluxmqtt.session.routing.Grant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Subscriptions of one session, here and in the tree. One that policy does not allow any more
 * is suspended: it stays here and leaves the tree until policy allows it again. Owned by the
 * session's loop.
 */
final class Subscriptions {
  private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

  private final Session session;
  private final Broker broker;
  private final Map<TopicFilter, StoredSubscription> byFilter = new LinkedHashMap<>();
  private final Set<TopicFilter> suspended = new HashSet<>();
  private int round; // counts recheckings; the answers of an older one do not count

  Subscriptions(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  int size() {
    return byFilter.size();
  }

  boolean contains(TopicFilter filter) {
    return byFilter.containsKey(filter);
  }

  /** Adds or replaces a Subscription [MQTT-3.8.4-3]. */
  void put(StoredSubscription subscription) {
    restore(subscription);
    if (session.isDurable()) {
      session
          .owner()
          .journal()
          .record(new SessionChange.PutSubscription(session.number(), subscription));
    }
  }

  /** As {@link #put}, for one that the store has already. */
  void restore(StoredSubscription s) {
    if (byFilter.put(s.filter(), s) == null) {
      broker.counters().subscriptions.increment();
    }
    suspended.remove(s.filter());
    addToTree(s);
  }

  /** The policy or the client has changed: suspends what is not allowed any more, and resumes. */
  void recheck(Client client) {
    int current = ++round;
    for (StoredSubscription subscription : List.copyOf(byFilter.values())) {
      Verdict now =
          broker
              .access()
              .decide(
                  client,
                  new Access.Subscribe(subscription.filter(), subscription.qos()),
                  later ->
                      session.command(
                          () -> {
                            if (round == current) {
                              judged(subscription, later);
                            }
                          }));
      if (now != null) {
        judged(subscription, now);
      }
    }
  }

  /** Without a policy to ask, nothing is published either, and all stays as it is. */
  private void judged(StoredSubscription subscription, Verdict verdict) {
    TopicFilter filter = subscription.filter();
    if (!subscription.equals(byFilter.get(filter))) {
      return;
    }
    if (verdict == Verdict.DENIED && suspended.add(filter)) {
      broker.tree().remove(filter, session);
      log("suspended", filter);
    } else if (verdict == Verdict.ALLOWED && suspended.remove(filter)) {
      addToTree(subscription);
      log("resumed", filter);
    }
  }

  private void log(String what, TopicFilter filter) {
    LOG.debug(
        "Client {}: the subscription {} is {}: the policy has changed",
        Printable.of(session.clientId()),
        Printable.of(filter.toString()),
        what);
  }

  private void addToTree(StoredSubscription s) {
    Grant grant = Grant.of(s.qos(), s.noLocal(), s.retainAsPublished(), s.identifier());
    broker.tree().add(s.filter(), session, grant);
  }

  /** Removes a Subscription; returns whether there was one. */
  boolean remove(TopicFilter filter) {
    if (byFilter.remove(filter) == null) {
      return false;
    }
    suspended.remove(filter);
    broker.tree().remove(filter, session);
    session.outbox().unsubscribed(filter);
    broker.counters().subscriptions.decrement();
    if (session.isDurable()) {
      session
          .owner()
          .journal()
          .record(new SessionChange.RemoveSubscription(session.number(), filter));
    }
    return true;
  }

  /** Takes all of them out of the tree; the session ends, and the store forgets it as a whole. */
  void end() {
    for (TopicFilter filter : byFilter.keySet()) {
      broker.tree().remove(filter, session);
    }
    broker.counters().subscriptions.add(-byFilter.size());
    byFilter.clear();
    suspended.clear();
  }

  List<SubscriptionInfo> infos() {
    return byFilter.values().stream()
        .map(
            s ->
                new SubscriptionInfo(
                    session.clientId(),
                    s.filter().toString(),
                    s.qos(),
                    s.noLocal(),
                    s.retainAsPublished(),
                    s.retainHandling(),
                    s.identifier()))
        .toList();
  }
}
