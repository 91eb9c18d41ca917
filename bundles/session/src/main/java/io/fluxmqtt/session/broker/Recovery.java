package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings back sessions at start, all of them away; Retained Messages stay in the store. */
final class Recovery implements SessionStore.Visitor {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

  private final Broker broker;
  private final Map<Long, Session> sessions = new HashMap<>(); // by number
  private final List<Session> replaced = new ArrayList<>();
  private final Set<Session> leftOver = new HashSet<>(); // connected when the broker ended
  private @Nullable Session current;
  private @Nullable Publication last; // its receivers share it

  Recovery(Broker broker) {
    this.broker = broker;
  }

  void run() throws IOException {
    broker.sessionStore().load(this);
    for (Session session : broker.sessions().all()) { // not before, as Wills go to all of them
      boolean wasConnected = leftOver.contains(session);
      session.command(() -> session.restored(wasConnected));
    }
    replaced.forEach(session -> session.command(session::end));
    int sessions = broker.sessions().size();
    long retained = broker.retained().count();
    if (sessions > 0 || retained > 0) {
      LOG.info("Recovered {} sessions and {} retained messages", sessions, retained);
    }
  }

  @Override
  public void session(StoredSession kept) {
    String listener = kept.listener() == null ? "-" : kept.listener();
    Client client = new Client(kept.clientId(), kept.principal(), listener, kept.remoteAddress());
    Session session = new Session(broker, broker.house(), client, kept.number());
    restore(session);
    session.restore(kept);
    if (kept.disconnectedAtMillis() == null) {
      leftOver.add(session);
    }
    sessions.put(kept.number(), session);
    current = session;
  }

  /**
   * Of two sessions of a client the later one is its own: the end of the other did not reach the
   * store before a crash. It ends now, or it would take messages for ever.
   */
  private void restore(Session session) {
    Session other = broker.sessions().find(session.clientId());
    if (other != null && other.number() > session.number()) {
      replaced.add(session);
      return;
    }
    if (other != null) {
      replaced.add(other);
    }
    broker.sessions().restore(session);
  }

  @Override
  public void subscription(StoredSubscription subscription) {
    current().subscriptions().restore(subscription);
  }

  @Override
  public void delivery(long number, StoredDelivery delivery, StoredMessage message) {
    Session session = sessions.get(number);
    if (session == null) {
      throw new IllegalStateException("the store visits a delivery of no session");
    }
    Publication publication = last;
    if (publication == null || publication.storeId() != message.id()) {
      publication = broker.fromStored(message);
      last = publication;
    }
    session.outbox().restore(Delivery.restored(publication, delivery));
  }

  @Override
  public void release(int packetId) {
    current().outbox().restoreRelease(packetId);
  }

  @Override
  public void incoming(int packetId) {
    current().incoming().add(packetId, true);
  }

  private Session current() {
    if (current == null) {
      throw new IllegalStateException("the store visits parts of a session before its head");
    }
    return current;
  }
}
