package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.access.Verdict;
import io.fluxmqtt.session.routing.FilterTable;
import io.fluxmqtt.session.routing.Grant;
import java.util.HashSet;
import java.util.List;
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

  /** At a few microseconds each, when memory is cold: a few milliseconds. */
  private static final int REMOVALS_PER_TURN = 1_000;

  private final Session session;
  private final Broker broker;
  private FilterTable byFilter = new FilterTable();
  private Set<TopicFilter> suspended = Set.of(); // of most sessions none ever is
  private int round; // counts recheckings; the answers of an older one do not count

  Subscriptions(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  int size() {
    return byFilter.size();
  }

  boolean contains(TopicFilter filter) {
    return byFilter.get(filter) != null;
  }

  /** Adds or replaces a Subscription [MQTT-3.8.4-3]; returns whether it is new. */
  boolean put(StoredSubscription subscription) {
    boolean isNew = restore(subscription);
    if (session.isDurable()) {
      session
          .owner()
          .journal()
          .record(new SessionChange.PutSubscription(session.number(), subscription));
    }
    return isNew;
  }

  /** As {@link #put}, for one that the store has already. */
  boolean restore(StoredSubscription s) {
    boolean isNew = byFilter.put(s) == null;
    if (isNew) {
      broker.counters().subscriptions.increment();
    }
    resume(s.filter());
    addToTree(s);
    return isNew;
  }

  /** The policy or the client has changed: suspends what is not allowed any more, and resumes. */
  void recheck(Client client) {
    int current = ++round;
    for (StoredSubscription subscription : byFilter.all()) {
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
    if (verdict == Verdict.DENIED && suspend(filter)) {
      broker.tree().remove(filter, session);
      log("suspended", filter);
    } else if (verdict == Verdict.ALLOWED && resume(filter)) {
      addToTree(subscription);
      log("resumed", filter);
    }
  }

  /** Notes that a filter is suspended; returns whether it was not. */
  private boolean suspend(TopicFilter filter) {
    if (suspended.isEmpty()) {
      suspended = new HashSet<>();
    }
    return suspended.add(filter);
  }

  /** Notes that a filter is not suspended; returns whether it was. */
  private boolean resume(TopicFilter filter) {
    return !suspended.isEmpty() && suspended.remove(filter);
  }

  /** Whether a message may not be sent any more: only suspended Subscriptions match its topic. */
  boolean isSuspended(String topic) {
    if (suspended.isEmpty() || suspended.stream().noneMatch(filter -> filter.matches(topic))) {
      return false;
    }
    for (StoredSubscription subscription : byFilter.all()) {
      TopicFilter filter = subscription.filter();
      if (!suspended.contains(filter) && filter.matches(topic)) {
        return false;
      }
    }
    return true;
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
    resume(filter);
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

  /**
   * Takes all of them out of the tree; the session ends, and the store forgets it as a whole. So
   * many at a time, so that the loop is never away for long; what reaches the session meanwhile it
   * drops, as one that has ended.
   */
  void end() {
    List<StoredSubscription> all = byFilter.all();
    broker.counters().subscriptions.add(-all.size());
    byFilter = new FilterTable();
    suspended = Set.of();
    removeFromTree(all, 0);
  }

  private void removeFromTree(List<StoredSubscription> all, int from) {
    int end = Math.min(all.size(), from + REMOVALS_PER_TURN);
    for (int i = from; i < end; i++) {
      broker.tree().remove(all.get(i).filter(), session);
    }
    if (end < all.size()) {
      session.owner().execute(() -> removeFromTree(all, end));
    }
  }

  List<SubscriptionInfo> infos() {
    return byFilter.all().stream()
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
