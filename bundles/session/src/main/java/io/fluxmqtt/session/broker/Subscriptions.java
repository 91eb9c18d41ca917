package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.broker.Suspensions.Fate;
import io.fluxmqtt.session.routing.FilterTable;
import io.fluxmqtt.session.routing.Grant;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
  private @Nullable Suspensions suspensions; // of most sessions none ever is
  private @Nullable Receipts receipts; // null while policy is not asked about messages
  private boolean undecided; // a message may be withheld until another policy can tell
  private @Nullable Recheck recheck; // that is under way
  private boolean trusted = true; // policy has allowed them since the broker was started

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
    boolean isNew = place(subscription);
    if (session.isDurable()) {
      session
          .owner()
          .journal()
          .record(new SessionChange.PutSubscription(session.number(), subscription));
    }
    return isNew;
  }

  /** As {@link #put}, for one that the store has already; policy has not allowed it here. */
  boolean restore(StoredSubscription subscription) {
    trusted = false;
    return place(subscription);
  }

  private boolean place(StoredSubscription s) {
    boolean isNew = byFilter.put(s) == null;
    if (isNew) {
      broker.counters().subscriptions.increment();
    }
    if (suspensions != null && suspensions.allow(s.filter())) {
      putBack();
      session.command(() -> {}); // its turn ends with a pump
    }
    addToTree(s);
    return isNew;
  }

  /** The client may be somebody else: asks anew; until that is done nothing is sent. */
  void recheck(Client client) {
    session.outbox().hold(true);
    recheckOf(client).beginAtOnce(client);
  }

  /** The policy has changed: asks anew, unless nobody is there to be judged. */
  void recheck(@Nullable Client client, PolicyRound round) {
    if (client == null) {
      round.done();
    } else {
      recheckOf(client).begin(client, round);
    }
  }

  /** A new policy has suspended some of them. */
  void revoked() {
    ClientConnection connection = session.connection();
    if (connection != null && broker.settings().disconnectRevoked()) {
      connection.disconnect(ReasonCode.NOT_AUTHORIZED);
    }
  }

  private Recheck recheckOf(Client client) {
    Recheck present = recheck;
    if (present == null) {
      present = new Recheck(session, client, broker);
      recheck = present;
    }
    return present;
  }

  /**
   * A pass of a recheck is over.
   *
   * @param complete whether each Subscription was decided
   * @param isOver whether no other pass follows
   * @return how many of the messages that are in memory are withheld
   */
  int judged(boolean complete, boolean isOver, int resumed) {
    Outbox outbox = session.outbox();
    trusted |= complete;
    if (resumed > 0 || undecided) {
      undecided = false;
      putBack();
    }
    if (isOver) {
      recheck = null;
      if (trusted) { // else they wait for a policy that decides
        outbox.hold(false);
      }
    }
    outbox.pump();
    if (suspensions != null && suspensions.isEmpty()) {
      suspensions = null;
    }
    BoundedQueue queue = outbox.queue();
    return suspensions == null || queue == null ? 0 : queue.countWithheld();
  }

  /** What is withheld is looked at again, by the next pump. */
  private void putBack() {
    BoundedQueue queue = session.outbox().queue();
    if (queue != null) {
      queue.putBack();
    }
  }

  /** Whether it is there as it was when it was to be judged. */
  boolean isPresent(StoredSubscription subscription) {
    return subscription.equals(byFilter.get(subscription.filter()));
  }

  /** Policy does not allow it any more; returns whether it did. */
  boolean suspend(StoredSubscription subscription) {
    TopicFilter filter = subscription.filter();
    if (!isPresent(subscription) || (suspensions != null && suspensions.contains(filter))) {
      return false;
    }
    if (suspensions == null) {
      suspensions = new Suspensions();
    }
    suspensions.add(filter);
    broker.tree().remove(filter, session);
    log("suspended", filter);
    return true;
  }

  /** Policy allows it; returns whether it was suspended. */
  boolean resume(StoredSubscription subscription) {
    TopicFilter filter = subscription.filter();
    if (suspensions == null || !isPresent(subscription) || !suspensions.contains(filter)) {
      return false;
    }
    suspensions.allow(filter);
    addToTree(subscription);
    log("resumed", filter);
    return true;
  }

  /** A turn begins: whether policy is asked about its messages. */
  void begin() {
    boolean asks = session.isConnected() && broker.access().asksReceive();
    if (asks != (receipts != null)) {
      receipts = receipts == null ? new Receipts(session, broker) : null;
    }
  }

  /** Whether some messages may not be sent. */
  boolean withholds() {
    return suspensions != null || receipts != null;
  }

  boolean isSuspended(TopicFilter filter) {
    return suspensions != null && suspensions.contains(filter);
  }

  /**
   * What becomes of a message that is to be sent now.
   *
   * @return null if policy must be waited for; the session takes a turn then
   */
  @Nullable Fate fate(String topic) {
    Fate fate = suspensions == null ? Fate.SENT : suspensions.of(topic, byFilter::all);
    if (fate == Fate.SENT && receipts != null) {
      fate = receipts.of(topic);
      undecided |= fate == Fate.UNDECIDED;
    }
    return fate;
  }

  /** Whether the Subscription that a message came through is suspended. */
  boolean isWithheld(String topic) {
    return suspensions != null && suspensions.of(topic, byFilter::all) == Fate.WITHHELD;
  }

  /** No message waits. */
  void nothingWaits() {
    if (suspensions != null) {
      suspensions.nothingWaits();
      if (suspensions.isEmpty()) {
        suspensions = null;
      }
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
    if (isSuspended(filter)) {
      putBack(); // to be dropped
    }
    if (suspensions != null) {
      suspensions.ended(filter);
    }
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
    suspensions = null;
    if (recheck != null) {
      recheck.end();
      recheck = null;
    }
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

  /** A copy of all. */
  List<StoredSubscription> all() {
    return byFilter.all();
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
                    s.identifier(),
                    isSuspended(s.filter())))
        .toList();
  }
}
