package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.StoredSubscription;
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
  private final StoredSubscription subscription;
  private final String clientId;
  private final Broker broker;

  RetainedReplay(
      RetainedCursor<Publication> cursor,
      StoredSubscription subscription,
      String clientId,
      Broker broker) {
    this.cursor = cursor;
    this.subscription = subscription;
    this.clientId = clientId;
    this.broker = broker;
  }

  TopicFilter filter() {
    return subscription.filter();
  }

  /**
   * The next one, if it is found in a limited time.
   *
   * @return null if there is none, or none was found in time; {@link #isExhausted()} tells which
   */
  @Nullable Delivery next() {
    for (var entry = cursor.next(STEPS); entry != null; entry = cursor.next(STEPS)) {
      Publication retained = entry.message();
      boolean isOwn = subscription.noLocal() && clientId.equals(retained.publisher());
      if (isOwn || broker.retained().dropIfExpired(retained)) {
        continue; // [MQTT-3.8.3-3]
      }
      QoS qos = subscription.qos().min(retained.message().qos());
      Delivery delivery = new Delivery(retained, null, qos);
      delivery.retain(true); // 3.1.1: [MQTT-3.3.1-8]
      delivery.addIdentifier(subscription.identifier());
      return delivery;
    }
    return null;
  }

  /** Whether all have been handed out. */
  boolean isExhausted() {
    return cursor.isExhausted();
  }
}
