package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
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
  private final Window window = new Window();
  private @Nullable BoundedQueue queue; // null until something waits; so are those below
  private @Nullable Qos0Queue qos0;
  private @Nullable Replays replays;
  private @Nullable AwaitedRecords awaited; // null before the first
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
    window.connected(Math.min(next.receiveMaximum(), broker.settings().inFlightMax()));
    if (awaited != null) {
      awaited.connected();
    }
    for (int packetId : window.releases()) {
      if (isUnsafe(packetId)) {
        awaited().release(next, packetId);
      } else {
        next.send(new Packet.PubRel(packetId, ReasonCode.SUCCESS));
      }
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
      sendInWindow(target, delivery); // the queue would make a second object of it
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
    if (window.mustResendFirst()) {
      Delivery again = window.nextToResend();
      if (again != null) {
        resend(target, again);
      }
      return again != null;
    }
    if (!window.isOpen()) {
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
      sendInWindow(target, next);
    } else if (broker.router().passOn(session, next, fate)) {
      forget(next);
    } else if (fate.isWaiting()) {
      queueToBe().withhold(next);
    } else {
      drop(next, fate.reason());
    }
  }

  private void resend(ClientConnection target, Delivery again) {
    if (awaited != null && awaited.delays(again)) {
      awaited().send(target, again, () -> send(target, again, true)); // it may have been sent
    } else {
      send(target, again, true); // [MQTT-3.3.1-1]
    }
  }

  private void send(ClientConnection target, Delivery delivery, boolean dup) {
    if (!target.publish(delivery, dup, now(delivery))) { // [MQTT-3.1.2-25]
      window.remove(delivery, false);
      drop(delivery, Counters.Drop.PACKET_TOO_LARGE);
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
      sendInWindow(target, retained);
    }
    return true;
  }

  /** PUBACK: a QoS 1 delivery has ended. */
  void acknowledged(int packetId) {
    Delivery delivery = window.find(packetId);
    if (delivery == null ? window.isReleased(packetId) : delivery.qos() != QoS.AT_LEAST_ONCE) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "PUBACK for QoS 2 Packet Identifier " + packetId);
    }
    if (delivery == null) {
      return; // of a message that expired or was passed on; harmless
    }
    finish(delivery);
    pump();
  }

  /** PUBREC: the client has a QoS 2 delivery, or refuses it. */
  void received(ClientConnection from, int packetId, ReasonCode reason) {
    Delivery delivery = window.find(packetId);
    if (delivery == null) {
      boolean known = window.isReleased(packetId);
      if (!reason.isError() && !isUnsafe(packetId)) { // [MQTT-4.3.3-4]
        from.send(
            new Packet.PubRel(
                packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
      }
      return;
    }
    if (delivery.qos() != QoS.EXACTLY_ONCE) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "PUBREC for QoS 1 Packet Identifier " + packetId);
    }
    if (reason.isError()) {
      finish(delivery);
      pump();
      return;
    }
    window.remove(delivery, true);
    if (delivery.isStored()) {
      record(new SessionChange.RemoveDelivery(session.number(), delivery.publication.storeId()));
    }
    if (session.isDurable()) {
      awaited().release(from, packetId);
    } else {
      from.send(new Packet.PubRel(packetId, ReasonCode.SUCCESS));
    }
  }

  /** PUBCOMP: a QoS 2 delivery has ended. */
  void completed(int packetId) {
    if (window.complete(packetId)) {
      if (session.isDurable()) {
        record(new SessionChange.RemoveRelease(session.number(), packetId));
      }
      pump();
    } else if (window.find(packetId) != null) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "PUBCOMP without PUBREC, Packet Identifier " + packetId);
    }
  }

  /** What a store kept, in the order of message ids. */
  void restore(Delivery delivery) {
    if (delivery.packetId() == 0) {
      queueToBe().add(delivery);
    } else {
      window.restore(delivery);
    }
  }

  void restoreRelease(int packetId) {
    window.restoreRelease(packetId);
  }

  /**
   * The session ends, and with it everything that was not sent; it has no connection any more.
   *
   * @return what other members of a Shared Subscription must get instead: all that was never sent,
   *     and QoS 1 that was not acknowledged [MQTT-4.8.2-5]
   */
  List<Delivery> end() {
    List<Delivery> orphans = new ArrayList<>();
    for (Delivery delivery : window.sent()) {
      if (delivery.group != null && delivery.qos() == QoS.AT_LEAST_ONCE) {
        orphans.add(delivery);
      }
    }
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
    return window.size();
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
        && window.isOpen()
        && !window.mustResendFirst()
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

  private boolean leavesAtOnce() {
    return connection != null && !held && ready() == 0 && window.isOpen();
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
    long now = now(delivery);
    if (delivery.publication.isExpired(now)) {
      drop(delivery, Counters.Drop.EXPIRED);
    } else if (fate != Fate.SENT) {
      drop(delivery, fate.reason());
    } else if (!target.publish(delivery, false, now)) {
      drop(delivery, Counters.Drop.PACKET_TOO_LARGE);
    }
  }

  private void sendInWindow(ClientConnection target, Delivery delivery) {
    if (delivery.publication.isExpired(now(delivery))) { // [MQTT-3.3.2-5]
      drop(delivery, Counters.Drop.EXPIRED);
      return;
    }
    window.send(delivery);
    boolean mustWait = delivery.qos() == QoS.EXACTLY_ONCE;
    if (delivery.isStored() && (mustWait || (awaited != null && awaited.delays(delivery)))) {
      awaited().send(target, delivery, () -> send(target, delivery, false));
      return;
    }
    send(target, delivery, false);
    if (delivery.isStored() && window.find(delivery.packetId()) == delivery) {
      record(
          new SessionChange.PutDelivery(session.number(), delivery.toStored()),
          delivery.publication.durability());
    }
  }

  private AwaitedRecords awaited() {
    if (awaited == null) {
      awaited = new AwaitedRecords(session, window, candidate -> candidate == connection);
    }
    return awaited;
  }

  private boolean isUnsafe(int packetId) {
    return awaited != null && awaited.contains(packetId);
  }

  /** The monotonic clock, which costs as much as encoding, so only where somebody looks at it. */
  private long now(Delivery delivery) {
    return delivery.publication.expires() ? broker.nanoTime() : 0;
  }

  private void finish(Delivery delivery) {
    window.remove(delivery, false);
    forget(delivery);
  }

  private void drop(Delivery delivery, Counters.Drop reason) {
    drops.count(reason);
    forget(delivery);
  }

  private void forget(Delivery delivery) {
    if (delivery.isStored()) {
      Publication publication = delivery.publication;
      record(
          new SessionChange.RemoveDelivery(session.number(), publication.storeId()),
          publication.durability());
    }
  }

  private void record(SessionChange change) {
    session.owner().journal().record(change);
  }

  private void record(SessionChange change, Durability durability) {
    session.owner().journal().record(change, durability);
  }
}
