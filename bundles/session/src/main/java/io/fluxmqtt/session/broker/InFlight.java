package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a session has sent of QoS 1 and 2 and is not done with: the window, the records that must be
 * safe before something is said, and the client's acknowledgements. Most sessions that are only
 * connected have none. Owned by the session's loop.
 */
final class InFlight {
  private final Session session;
  private final Broker broker;
  private final Window window = new Window();
  private @Nullable AwaitedRecords awaited; // null before the first
  private @Nullable ClientConnection connection;

  InFlight(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  /** A connection begins: what is in flight is due again [MQTT-4.4.0-1]. */
  void connected(ClientConnection next) {
    connection = next;
    window.connected(Math.min(next.receiveMaximum(), next.promised().inFlightMax()));
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

  void disconnected() {
    connection = null;
  }

  /** Whether one more may be sent, behind what must be sent again. */
  boolean isOpen() {
    return window.isOpen();
  }

  /** Whether something of an earlier connection comes before all else. */
  boolean mustResendFirst() {
    return window.mustResendFirst();
  }

  /** Sends again what comes next, if the window is open; returns whether it was. */
  boolean resendNext(ClientConnection target) {
    Delivery again = window.nextToResend();
    if (again == null) {
      return false;
    }
    if (awaited != null && awaited.delays(again)) {
      awaited().send(target, again, () -> send(target, again, true)); // it may have been sent
    } else {
      send(target, again, true); // [MQTT-3.3.1-1]
    }
    return true;
  }

  /** Sends a message for the first time; the window must be open. */
  void send(ClientConnection target, Delivery delivery) {
    if (delivery.publication.isExpired(delivery.publication.readClock(broker))) {
      session.outbox().drop(delivery, Counters.Drop.EXPIRED); // [MQTT-3.3.2-5]
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
      session
          .owner()
          .journal()
          .record(
              new SessionChange.PutDelivery(session.number(), delivery.toStored()),
              delivery.publication.durability());
    }
  }

  private void send(ClientConnection target, Delivery delivery, boolean dup) {
    long now = delivery.publication.readClock(broker);
    if (!target.publish(delivery, dup, now)) { // [MQTT-3.1.2-25]
      window.remove(delivery, false);
      session.outbox().drop(delivery, Counters.Drop.PACKET_TOO_LARGE);
    }
  }

  /** PUBACK: a QoS 1 delivery has ended; returns whether one has. */
  boolean acknowledged(int packetId) {
    Delivery delivery = window.find(packetId);
    if (delivery == null ? window.isReleased(packetId) : delivery.qos() != QoS.AT_LEAST_ONCE) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "PUBACK for QoS 2 Packet Identifier " + packetId);
    }
    if (delivery == null) {
      return false; // of a message that expired or was passed on; harmless
    }
    finish(delivery);
    return true;
  }

  /**
   * PUBREC: the client has a QoS 2 delivery, or refuses it; returns whether the delivery has ended
   * with that.
   */
  boolean received(ClientConnection from, int packetId, ReasonCode reason) {
    Delivery delivery = window.find(packetId);
    if (delivery == null) {
      boolean known = window.isReleased(packetId);
      if (!reason.isError() && !isUnsafe(packetId)) { // [MQTT-4.3.3-4]
        from.send(
            new Packet.PubRel(
                packetId, known ? ReasonCode.SUCCESS : ReasonCode.PACKET_IDENTIFIER_NOT_FOUND));
      }
      return false;
    }
    if (delivery.qos() != QoS.EXACTLY_ONCE) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "PUBREC for QoS 1 Packet Identifier " + packetId);
    }
    if (reason.isError()) {
      finish(delivery);
      return true;
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
    return false;
  }

  /** PUBCOMP: a QoS 2 delivery has ended; returns whether one has. */
  boolean completed(int packetId) {
    if (window.complete(packetId)) {
      if (session.isDurable()) {
        record(new SessionChange.RemoveRelease(session.number(), packetId));
      }
      return true;
    }
    if (window.find(packetId) != null) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR, "PUBCOMP without PUBREC, Packet Identifier " + packetId);
    }
    return false;
  }

  private void finish(Delivery delivery) {
    window.remove(delivery, false);
    session.outbox().forget(delivery);
  }

  /** Puts back a delivery that has a Packet Identifier, in the order of message ids. */
  void restore(Delivery delivery) {
    window.restore(delivery);
  }

  /** Puts back a Packet Identifier that awaits PUBCOMP. */
  void restoreRelease(int packetId) {
    window.restoreRelease(packetId);
  }

  /** What another member of a Shared Subscription must get as the session ends [MQTT-4.8.2-5]. */
  List<Delivery> shared() {
    List<Delivery> shared = new ArrayList<>();
    for (Delivery delivery : window.sent()) {
      if (delivery.group != null && delivery.qos() == QoS.AT_LEAST_ONCE) {
        shared.add(delivery);
      }
    }
    return shared;
  }

  int size() {
    return window.size();
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

  private void record(SessionChange change) {
    session.owner().journal().record(change);
  }
}
