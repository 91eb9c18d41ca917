package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.broker.Suspensions.Fate;
import io.fluxmqtt.session.routing.SharedGroup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings a publication to the sessions whose Subscriptions match. Called on any worker's loop. */
final class Router {
  /** In place of a number of receivers: none has room for it. */
  static final int REFUSED = -1;

  private static final long STORE_LEAST_BYTES = 8 << 20;
  private static final int STORE_PART_OF_HEAP = 8;

  private final Broker broker;
  private final long storeMaxBytes =
      Math.max(STORE_LEAST_BYTES, Runtime.getRuntime().maxMemory() / STORE_PART_OF_HEAP);

  Router(Broker broker) {
    this.broker = broker;
  }

  /**
   * Offers a publication to every receiver. What the acknowledgement must wait for is in the
   * worker's journal afterwards.
   *
   * @param publisher waits for a receiver whose mailbox is full, if there is one, and for a store
   *     that has too much to write; null for nobody
   * @return how many receivers there are, or {@link #REFUSED}
   */
  int route(Worker worker, Publication publication, @Nullable Intake publisher) {
    Fanout fanout = worker.fanout();
    fanout.start(publication);
    try {
      match(publication.message().topic(), worker.routes(), fanout);
      if (publisher != null && isRefused(publication, fanout)) {
        return REFUSED;
      }
      boolean isStored = store(worker, publication, fanout);
      Session congested = offer(worker, fanout);
      boolean isFull = circulate(worker, fanout.circular());
      if (congested != null && publisher != null) {
        publisher.waitFor(congested::whenDrained);
      }
      if (isFull && publisher != null) {
        publisher.waitFor(broker.house().circulars()::whenDelivered);
      }
      if (isStored && publisher != null && broker.sessionStore().pendingBytes() > storeMaxBytes) {
        publisher.waitFor(this::whenWritten);
      }
      return fanout.receivers();
    } finally {
      fanout.clear();
    }
  }

  /** Runs a task once the store has written, or failed to write, what it was given until now. */
  private void whenWritten(Runnable task) {
    broker.sessionStore().commit(List.of(), failure -> task.run());
  }

  /**
   * Whether all who should get a message would drop it for want of room; then it is counted there.
   * What is retained is kept all the same.
   */
  private static boolean isRefused(Publication publication, Fanout fanout) {
    Message message = publication.message();
    if (message.qos() == QoS.AT_MOST_ONCE || message.retain() || fanout.receivers() == 0) {
      return false;
    }
    Circular away = fanout.circular();
    int others = away == null ? 0 : away.size();
    int bytes = publication.bytes();
    for (int i = 0; i < fanout.size(); i++) { // ends at the first, as a rule
      if (fanout.delivery(i).qos() == QoS.AT_MOST_ONCE
          || fanout.session(i).outbox().drops().refusal(bytes) == null) {
        return false;
      }
    }
    for (int i = 0; i < others; i++) {
      if (away.session(i).outbox().drops().refusal(bytes) == null) {
        return false;
      }
    }
    for (int i = 0; i < fanout.size(); i++) {
      fanout.session(i).outbox().drops().refused(bytes);
    }
    for (int i = 0; i < others; i++) {
      away.session(i).outbox().drops().refused(bytes);
    }
    return fanout.size() + others > 0;
  }

  private static void match(String topic, RouteCache<Session> routes, Fanout fanout) {
    RouteCache.Route route = routes.find(topic);
    if (route != null) {
      fanout.follow(route);
    } else {
      routes.match(topic, fanout);
    }
  }

  /**
   * Gives what a session is not sent to another member of the Shared Subscription that it came
   * through. What a message is denied for is asked of the others as far as it is known at once, so
   * that it never goes in circles.
   *
   * @return whether there is one that may have it
   */
  boolean passOn(Session from, Delivery delivery, Fate fate) {
    SharedGroup<Session> group = delivery.group;
    if (group == null || (fate != Fate.WITHHELD && fate != Fate.DENIED)) {
      return false;
    }
    AccessControl access = broker.access();
    String topic = delivery.topic();
    boolean any =
        fate == Fate.WITHHELD // it has left the group
            ? group.next(Session::isConnected) != null
            : access.deniesReceive(from.client(), topic)
                && group.next(
                        each -> each.isConnected() && !access.deniesReceive(each.client(), topic))
                    != null;
    if (any) {
      passOn(from.owner(), List.of(delivery));
    }
    return any;
  }

  /** Gives what a member of a Shared Subscription left to another member, if there is one. */
  void passOn(Worker worker, List<Delivery> orphans) {
    for (Delivery orphan : orphans) {
      SharedGroup<Session> group = orphan.group;
      if (group == null) {
        continue;
      }
      Publication publication =
          new Publication(
              orphan.publication.message(),
              orphan.publication.publisher(),
              orphan.publication.expiresAtNanos(),
              orphan.publication.durability());
      Fanout fanout = worker.fanout();
      fanout.start(publication);
      try {
        fanout.group(group);
        store(worker, publication, fanout);
        offer(worker, fanout);
      } finally {
        fanout.clear();
      }
    }
  }

  /** Has the store keep it for those who outlive the process; returns whether there are any. */
  private boolean store(Worker worker, Publication publication, Fanout fanout) {
    Receivers durable = null;
    for (int i = 0; i < fanout.size(); i++) {
      Delivery delivery = fanout.delivery(i);
      if (delivery.qos() != QoS.AT_MOST_ONCE && fanout.session(i).isDurable()) {
        if (durable == null) {
          durable = new Receivers(fanout.receivers() - i);
        }
        delivery.markStored();
        delivery.addTo(durable, fanout.session(i).number());
      }
    }
    Circular circular = fanout.circular();
    if (circular != null) {
      durable = durable == null ? new Receivers(circular.size()) : durable;
      circular.storeFor(durable);
    }
    boolean any = durable != null && durable.size() > 0;
    if (any) {
      publication.stored(broker.sessionStore().newMessageId());
      worker
          .journal()
          .record(
              new SessionChange.Append(
                  broker.toStored(publication, publication.storeId()), durable),
              publication.durability());
    }
    return any;
  }

  /** Returns a receiver whose mailbox is full, or null. */
  private @Nullable Session offer(Worker worker, Fanout fanout) {
    long limit = broker.settings().mailboxMaxBytes();
    Session congested = null;
    for (int i = 0; i < fanout.size(); i++) {
      Session session = fanout.session(i);
      Delivery delivery = fanout.delivery(i);
      if (delivery.isStored() && delivery.qos() == QoS.EXACTLY_ONCE) {
        // Sent before it is safe, it could be sent again after a crash. The store keeps the order
        // [MQTT-4.6.0-6], also when the publisher has moved to another loop meanwhile.
        worker.journal().inStoreOrder(failure -> offerStored(session, delivery, failure));
      } else {
        session.offer(delivery, worker);
      }
      if (session.mailBytes() > limit) {
        congested = session;
      }
    }
    return congested;
  }

  /** Posts a circular to the house; returns whether there is too much of them. */
  private boolean circulate(Worker worker, @Nullable Circular circular) {
    if (circular == null) {
      return false;
    }
    Worker house = broker.house();
    worker.post(circular, house);
    if (!circular.stays()) {
      for (int i = 0; i < circular.size(); i++) {
        circular.session(i).offer(circular.delivery(i), worker);
      }
    }
    return house.circulars().pendingBytes() > broker.settings().mailboxMaxBytes();
  }

  private void offerStored(Session session, Delivery delivery, @Nullable Throwable failure) {
    if (failure == null) {
      session.offer(delivery);
    } else {
      broker.counters().dropped(Counters.Drop.STORE_FAILED);
    }
  }
}
