package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.session.routing.RetainedCursor;
import io.fluxmqtt.session.routing.RetainedMessages;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The Retained Messages, their limits and their expiry. Any thread. */
final class Retained {
  private final Broker broker;
  private final RetainedMessages<Publication> messages = new RetainedMessages<>(Publication::bytes);
  private final Set<String> expiring = ConcurrentHashMap.newKeySet();

  Retained(Broker broker) {
    this.broker = broker;
  }

  /**
   * Does what the RETAIN flag of a message asks; the journal holds what the acknowledgement must
   * wait for.
   *
   * @return false if there is no room; then nothing changed
   */
  boolean apply(Publication publication, Journal journal) {
    Message message = publication.message();
    String topic = message.topic();
    if (message.payload().length() == 0) { // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
      expiring.remove(topic);
      if (messages.remove(topic) != null) {
        journal.removeRetained(topic);
      }
      return true;
    }
    Publication before = messages.get(topic);
    if (!hasRoom(publication, before)) {
      return false;
    }
    messages.put(topic, publication); // [MQTT-3.3.1-5]
    track(publication);
    journal.putRetained(toStored(publication));
    return true;
  }

  /** What a store kept. */
  void restore(Publication publication) {
    messages.put(publication.message().topic(), publication);
    track(publication);
  }

  RetainedCursor<Publication> cursor(String filter) {
    return messages.cursor(filter);
  }

  /** Removes a message that has expired; returns whether it had. */
  boolean dropIfExpired(Publication publication) {
    if (!publication.isExpired(broker.nanoTime())) {
      return false;
    }
    String topic = publication.message().topic();
    if (messages.remove(topic, publication)) {
      expiring.remove(topic);
      Worker house = broker.house();
      house.execute(() -> house.journal().removeRetained(topic));
    }
    return true;
  }

  /** Removes all that have expired. */
  void sweep() {
    for (String topic : expiring) {
      Publication publication = messages.get(topic);
      if (publication == null || !publication.expires()) {
        expiring.remove(topic);
      } else {
        dropIfExpired(publication);
      }
    }
  }

  long count() {
    return messages.count();
  }

  long bytes() {
    return messages.bytes();
  }

  private StoredMessage toStored(Publication publication) {
    return broker.toStored(publication, broker.sessionStore().newMessageId());
  }

  private boolean hasRoom(Publication publication, @Nullable Publication before) {
    BrokerSettings settings = broker.settings();
    long more = publication.bytes() - (before == null ? 0 : before.bytes());
    return (before != null || messages.count() < settings.retainedMaxMessages())
        && (more <= 0 || messages.bytes() + more <= settings.retainedMaxBytes());
  }

  private void track(Publication publication) {
    if (publication.expires()) {
      expiring.add(publication.message().topic());
    } else {
      expiring.remove(publication.message().topic());
    }
  }
}
