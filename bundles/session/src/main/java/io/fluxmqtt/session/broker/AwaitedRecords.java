package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * QoS 2 Packet Identifiers of a session whose records may not be safe yet, so that nothing was said
 * of them to the client: a crash would forget it, and the client would take what comes then for
 * another message. What is not known to be safe when a connection ends is recorded again for the
 * next. Owned by the session's loop.
 */
final class AwaitedRecords {
  private final Session session;
  private final Window window;
  private final Predicate<ClientConnection> isCurrent;

  /** With the delivery that is to be sent, or none for a PUBREL. */
  private final PacketIds<Delivery> ids = new PacketIds<>();

  private int unsent; // deliveries to the present connection

  AwaitedRecords(Session session, Window window, Predicate<ClientConnection> isCurrent) {
    this.session = session;
    this.window = window;
    this.isCurrent = isCurrent;
  }

  boolean contains(int packetId) {
    return ids.contains(packetId);
  }

  /** Whether a delivery must wait, so that it does not overtake one that waits [MQTT-4.6.0-1]. */
  boolean delays(Delivery delivery) {
    return unsent > 0 || contains(delivery.packetId());
  }

  /** A connection begins, nothing waits to be sent to it. */
  void connected() {
    unsent = 0;
  }

  /**
   * Records the identifier of a delivery, then has it sent [MQTT-4.3.3-1]: after a crash before
   * that it would be sent again under another.
   */
  void send(ClientConnection target, Delivery delivery, Runnable sender) {
    record(new SessionChange.PutDelivery(session.number(), delivery.toStored()));
    int packetId = delivery.packetId();
    unsent++;
    whenSafe(
        target,
        packetId,
        delivery,
        () -> {
          unsent--;
          if (window.find(packetId) == delivery) {
            sender.run();
          }
        });
  }

  /** Records that PUBREC has come, then sends PUBREL, for the same reason. */
  void release(ClientConnection target, int packetId) {
    record(new SessionChange.PutRelease(session.number(), packetId));
    whenSafe(
        target,
        packetId,
        null,
        () -> {
          if (window.isReleased(packetId)) {
            target.send(new Packet.PubRel(packetId, ReasonCode.SUCCESS));
          }
        });
  }

  private void record(SessionChange change) {
    session.owner().journal().record(change);
  }

  /**
   * Runs an action once all that the session has recorded is safe, unless the connection has ended
   * by then; if the store fails the connection ends.
   */
  private void whenSafe(
      ClientConnection target, int packetId, @Nullable Delivery delivery, Runnable action) {
    ids.put(packetId, delivery);
    Worker worker = session.owner();
    worker
        .journal()
        .whenSafe(
            failure -> {
              if (session.owner() != worker || !isCurrent.test(target)) {
                return; // nothing here may be touched, or it was for another connection
              }
              if (failure != null) {
                target.fail(
                    new ProtocolViolation(
                        ReasonCode.QUOTA_EXCEEDED,
                        "the store cannot take it: " + failure.getMessage()));
                return;
              }
              if (ids.get(packetId) == delivery) {
                ids.remove(packetId);
              }
              action.run();
            });
  }
}
