package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.broker.Suspensions.Fate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a session is still to send: what waits, what is in flight, and the retained
 * messages of new Subscriptions. Owned by the session's loop.
 *
 * <p>QoS 1 and 2 wait in a queue that outlives the connection, bounded by count and bytes. QoS 0
 * waits only while the connection takes too little, bounded by bytes; it never waits for a window.
 */
final class Outbox {
  private final Session session;
  private final Broker broker;
  private final Drops drops;
  private @Nullable InFlight inFlight; // null until something is; so are those below
  private @Nullable BoundedQueue queue;
  private @Nullable Qos0Queue qos0;
  private @Nullable Replays replays;
  private @Nullable ClientConnection connection;
  private boolean held; // nothing new is sent

  Outbox(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
    this.drops = new Drops(session, broker);
  }

  /** A connection begins: what is in flight is due again [MQTT-4.4.0-1]. */
  void connected(ClientConnection next) {
    connection = next;
    if (queue != null) {
      queue.connected(true);
    }
    if (inFlight != null) {
      inFlight.connected(next);
    }
  }

  /** Nothing more is sent, or the next {@link #pump} goes on. */
  void hold(boolean nothing) {
    held = nothing;
  }

  /** What waits of QoS 1 and 2, if something ever has. */
  @Nullable BoundedQueue queue() {
    return queue;
  }

  void disconnected() {
    connection = null;
    if (inFlight != null) {
      inFlight.disconnected();
    }
    if (queue != null) {
      queue.connected(false);
    }
    if (qos0 != null) {
      qos0.clear();
      qos0 = null;
    }
    if (replays != null) {
      replays.rest();
    }
  }

  /** Takes a message; it is sent now, or by the next {@link #pump} that finds room. */
  void add(Delivery delivery) {
    ClientConnection target = connection;
    if (delivery.qos() == QoS.AT_MOST_ONCE) {
      addQos0(delivery);
    } else if (target != null && isNext() && target.isWritable()) {
      inFlightToBe().send(target, delivery); // the queue would make a second object of it
    } else if (leavesAtOnce()) {
      queueToBe().add(delivery);
    } else {
      offer(delivery);
    }
  }

  /** Takes a message while the client is away, as {@link BoundedQueue#keep}. */
  int keep(Publication publication, byte grant, long allMessages, long allBytes) {
    return queueToBe().keep(publication, grant, allMessages, allBytes);
  }

  /** Retained messages of a new Subscription, sent when nothing else waits. */
  void replay(RetainedReplay replay) {
    if (replays == null) {
      replays = new Replays(session, broker);
    }
    replays.add(replay);
  }

  /** [MQTT-3.10.4-2] a Subscription has ended: what it has not found yet does not come any more. */
  void unsubscribed(TopicFilter filter) {
    if (replays != null) {
      replays.unsubscribed(filter);
    }
  }

  /** Sends as much as connection and window take. */
  void pump() {
    ClientConnection target = connection;
    if (target == null || held) {
      return;
    }
    session.subscriptions().begin();
    while (target.isWritable() && qos0 != null && qos0.size() > 0 && pumpQos0(target, qos0)) {
      // the work is in the condition
    }
    while (target.isWritable() && pumpOne(target)) {
      // the work is in the condition
    }
    if (replays != null) {
      replays.restIfTooMuch();
    }
  }

  private boolean pumpQos0(ClientConnection target, Qos0Queue from) {
    Fate fate = session.subscriptions().fate(from.first().topic());
    if (fate != null) {
      sendQos0(target, from.remove(), fate);
    }
    return fate != null;
  }

  private boolean pumpOne(ClientConnection target) {
    if (inFlight != null && inFlight.mustResendFirst()) {
      return inFlight.resendNext(target);
    }
    if (!isOpen()) {
      return false;
    }
    Publication first = queue == null ? null : queue.first();
    if (first == null) {
      if (queued() == 0) {
        session.subscriptions().nothingWaits();
      }
      return ready() == 0 && replayOne(target);
    }
    Fate fate = session.subscriptions().fate(first.message().topic());
    if (fate != null) {
      end(target, Objects.requireNonNull(queueToBe().poll()), fate);
    }
    return fate != null;
  }

  private void end(ClientConnection target, Delivery next, Fate fate) {
    if (fate == Fate.SENT) {
      inFlightToBe().send(target, next);
    } else if (broker.router().passOn(session, next, fate)) {
      forget(next);
    } else if (fate.isWaiting()) {
      queueToBe().withhold(next);
    } else {
      drop(next, fate.reason());
    }
  }

  /** Sends one retained message; returns whether there may be more to do now. */
  private boolean replayOne(ClientConnection target) {
    RetainedReplay replay = replays == null ? null : replays.next();
    if (replay == null) {
      return false;
    }
    Delivery retained = replay.next();
    if (retained == null && replay.isExhausted()) {
      replays = replays.end(replay);
      return true;
    }
    if (retained == null) {
      if (!replay.isWaiting()) {
        session.command(() -> {}); // its turn ends with a pump: the search goes on there
      }
      return false;
    }
    if (retained.qos() == QoS.AT_MOST_ONCE) {
      sendQos0(target, retained, Fate.SENT); // as the replay has found
    } else {
      replays.keep(retained);
      inFlightToBe().send(target, retained);
    }
    return true;
  }

  /** PUBACK: a QoS 1 delivery has ended. */
  void acknowledged(int packetId) {
    if (inFlight != null && inFlight.acknowledged(packetId)) {
      pump();
    }
  }

  /** PUBREC: the client has a QoS 2 delivery, or refuses it. */
  void received(ClientConnection from, int packetId, ReasonCode reason) {
    if (inFlightToBe().received(from, packetId, reason)) {
      pump();
    }
  }

  /** PUBCOMP: a QoS 2 delivery has ended. */
  void completed(int packetId) {
    if (inFlight != null && inFlight.completed(packetId)) {
      pump();
    }
  }

  /** What a store kept, in the order of message ids. */
  void restore(Delivery delivery) {
    if (delivery.packetId() == 0) {
      queueToBe().add(delivery);
    } else {
      inFlightToBe().restore(delivery);
    }
  }

  void restoreRelease(int packetId) {
    inFlightToBe().restoreRelease(packetId);
  }

  /**
   * The session ends, and with it everything that was not sent; it has no connection any more.
   *
   * @return what other members of a Shared Subscription must get instead: all that was never sent,
   *     and QoS 1 that was not acknowledged [MQTT-4.8.2-5]
   */
  List<Delivery> end() {
    List<Delivery> orphans = inFlight == null ? new ArrayList<>() : inFlight.shared();
    if (queue != null) {
      orphans.addAll(queue.end());
      queue = null;
    }
    if (replays != null) {
      replays.close();
      replays = null;
    }
    return orphans;
  }

  int inFlight() {
    return inFlight == null ? 0 : inFlight.size();
  }

  int queued() {
    return (queue == null ? 0 : queue.size()) + (qos0 == null ? 0 : qos0.size());
  }

  /** What waits and is not withheld, as far as that is known. */
  private int ready() {
    return queue == null ? 0 : queue.ready();
  }

  /** Whether only the store has some of what waits. */
  boolean needsStore() {
    return queue != null && queue.needsStore();
  }

  long queuedBytes() {
    return (queue == null ? 0 : queue.bytes()) + qos0Bytes();
  }

  Drops drops() {
    return drops;
  }

  long dropped() {
    return drops.count();
  }

  /** Whether nothing that waits would be sent ahead of a message that comes now. */
  private boolean isNext() {
    return queued() == 0
        && !held
        && (inFlight == null || (inFlight.isOpen() && !inFlight.mustResendFirst()))
        && !session.subscriptions().withholds();
  }

  private void addQos0(Delivery delivery) {
    ClientConnection target = connection;
    if (target == null) {
      return; // QoS 0 is not kept for a client that is away
    }
    boolean isNext = (qos0 == null || qos0.size() == 0) && !held && target.isWritable();
    Fate fate = isNext ? session.subscriptions().fate(delivery.topic()) : null;
    if (fate != null) {
      sendQos0(target, delivery, fate);
    } else if (qos0Bytes() + delivery.bytes() > broker.settings().qos0QueueMaxBytes()) {
      drop(delivery, Counters.Drop.SLOW_CONNECTION);
    } else {
      qos0 = qos0 == null ? new Qos0Queue(broker) : qos0;
      qos0.add(delivery);
    }
  }

  private long qos0Bytes() {
    return qos0 == null ? 0 : qos0.bytes();
  }

  private BoundedQueue queueToBe() {
    BoundedQueue present = queue;
    if (present == null) {
      present = new BoundedQueue(session, broker, drops, connection != null);
      queue = present;
    }
    return present;
  }

  private InFlight inFlightToBe() {
    InFlight present = inFlight;
    if (present == null) {
      present = new InFlight(session, broker);
      inFlight = present;
      if (connection != null) {
        present.connected(connection);
      }
    }
    return present;
  }

  private boolean isOpen() {
    return inFlight == null || inFlight.isOpen();
  }

  private boolean leavesAtOnce() {
    return connection != null && !held && ready() == 0 && isOpen();
  }

  /** A message was refused to its publisher, and counted, since there is no room for it. */
  void refused(Counters.Drop reason) {
    queueToBe().tell(reason);
  }

  /** Limits may be lower than before. */
  void cut() {
    if (queue != null) {
      queue.cut();
    }
  }

  private void offer(Delivery delivery) {
    BoundedQueue all = queueToBe();
    ClientConnection target = connection;
    if (!all.offer(delivery) && target != null) {
      QueueLimits limits = all.limits(delivery.publication);
      target.fail(
          new ProtocolViolation(
              ReasonCode.QUOTA_EXCEEDED,
              "more than %d messages or %d bytes wait for this client"
                  .formatted(limits.maxMessages(), limits.maxBytes())));
    }
  }

  private void sendQos0(ClientConnection target, Delivery delivery, Fate fate) {
    long now = delivery.publication.readClock(broker);
    if (delivery.publication.isExpired(now)) {
      drop(delivery, Counters.Drop.EXPIRED);
    } else if (fate != Fate.SENT) {
      drop(delivery, fate.reason());
    } else if (!target.publish(delivery, false, now)) {
      drop(delivery, Counters.Drop.PACKET_TOO_LARGE);
    }
  }

  /** A message ends without being sent. */
  void drop(Delivery delivery, Counters.Drop reason) {
    drops.count(reason);
    forget(delivery);
  }

  /** A message has ended: the store need not keep it any more. */
  void forget(Delivery delivery) {
    if (delivery.isStored()) {
      Publication publication = delivery.publication;
      session
          .owner()
          .journal()
          .record(
              new SessionChange.RemoveDelivery(session.number(), publication.storeId()),
              publication.durability());
    }
  }
}
