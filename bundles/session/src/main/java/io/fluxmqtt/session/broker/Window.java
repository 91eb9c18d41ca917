package io.fluxmqtt.session.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The in-flight state of QoS 1 and 2 towards a client: which Packet Identifiers are in use, what
 * was sent with them, and how many more may be sent. Owned by the session's loop.
 *
 * <p>After a reconnect all that was sent is due again, in its old order; it keeps its identifiers
 * but counts against the window only once it is sent on the new connection.
 */
final class Window {
  private static final int MAX_PACKET_ID = 65_535;

  private PacketIds<Delivery> sent = PacketIds.none(); // in the order of sending
  private PacketIds<Void> releases = PacketIds.none(); // PUBREC has come, in that order
  private @Nullable Deque<Delivery> resend; // in sent, due on this connection; null for none
  private int limit;
  private int outstanding; // sent on this connection and not yet completed
  private int lastId;

  /**
   * A connection begins.
   *
   * @param newLimit how many may be outstanding
   */
  void connected(int newLimit) {
    limit = newLimit;
    resend = sent.size() == 0 ? null : new ArrayDeque<>(sent.values());
    outstanding = releases.size();
  }

  boolean isOpen() {
    return outstanding < limit && sent.size() + releases.size() < MAX_PACKET_ID;
  }

  /** Takes the next delivery that must be sent again, if the window is open. */
  @Nullable Delivery nextToResend() {
    if (resend == null || outstanding >= limit) {
      return null;
    }
    outstanding++;
    Delivery next = resend.poll();
    resend = resend.isEmpty() ? null : resend;
    return next;
  }

  boolean mustResendFirst() {
    return resend != null;
  }

  /** Gives a delivery a Packet Identifier and a place; the window must be open. */
  void send(Delivery delivery) {
    do {
      lastId = lastId == MAX_PACKET_ID ? 1 : lastId + 1; // [MQTT-2.2.1-4]
    } while (sent.contains(lastId) || releases.contains(lastId));
    delivery.assign(lastId);
    sent = sent.writable();
    sent.put(lastId, delivery);
    outstanding++;
  }

  /** Puts back what a store kept: a delivery that has an identifier. */
  void restore(Delivery delivery) {
    sent = sent.writable();
    sent.put(delivery.packetId(), delivery);
    lastId = Math.max(lastId, delivery.packetId());
  }

  /** Puts back what a store kept: an identifier that awaits PUBCOMP. */
  void restoreRelease(int packetId) {
    release(packetId);
    lastId = Math.max(lastId, packetId);
  }

  @Nullable Delivery find(int packetId) {
    return sent.get(packetId);
  }

  /** The delivery has ended, or was received and awaits PUBCOMP. */
  void remove(Delivery delivery, boolean awaitsRelease) {
    sent.remove(delivery.packetId());
    if (resend != null && resend.remove(delivery)) {
      outstanding++; // acknowledged before it was sent again; undone below
      resend = resend.isEmpty() ? null : resend;
    }
    if (awaitsRelease) {
      release(delivery.packetId());
    } else {
      outstanding--;
    }
  }

  private void release(int packetId) {
    releases = releases.writable();
    releases.put(packetId, null);
  }

  boolean isReleased(int packetId) {
    return releases.contains(packetId);
  }

  /** PUBCOMP has come; returns whether it was awaited. */
  boolean complete(int packetId) {
    boolean awaited = releases.remove(packetId);
    if (awaited) {
      outstanding--;
    }
    return awaited;
  }

  /** The identifiers that await PUBCOMP, in the order of their PUBREC [MQTT-4.6.0-4]. */
  List<Integer> releases() {
    return releases.ids();
  }

  /** What is sent and not received yet, in the order of sending. */
  List<Delivery> sent() {
    return sent.values();
  }

  int size() {
    return sent.size() + releases.size();
  }
}
