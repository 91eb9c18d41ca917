package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.routing.RetainedCursor;
import org.jspecify.annotations.Nullable;

/**
 * The Retained Messages that a new Subscription is due, found one by one as the receiver takes
 * them, so that a million of them are never copied or queued. Owned by the session's loop.
 */
final class RetainedReplay {
  /** Topics that are looked at before the loop does something else: well under a millisecond. */
  private static final int STEPS = 1_000;

  private final RetainedCursor<Publication> cursor;
  private final QoS granted;
  private final int identifier;
  private final Broker broker;

  RetainedReplay(RetainedCursor<Publication> cursor, QoS granted, int identifier, Broker broker) {
    this.cursor = cursor;
    this.granted = granted;
    this.identifier = identifier;
    this.broker = broker;
  }

  /**
   * The next one, if it is found in a limited time.
   *
   * @return null if there is none, or none was found in time; {@link #isExhausted()} tells which
   */
  @Nullable Delivery next() {
    for (var entry = cursor.next(STEPS); entry != null; entry = cursor.next(STEPS)) {
      Publication retained = entry.message();
      if (!broker.retained().dropIfExpired(retained)) {
        Delivery delivery = new Delivery(retained, null, granted.min(retained.message().qos()));
        delivery.retain(true); // [MQTT-3.3.1-8]
        delivery.addIdentifier(identifier);
        return delivery;
      }
    }
    return null;
  }

  /** Whether all have been handed out. */
  boolean isExhausted() {
    return cursor.isExhausted();
  }
}
