package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.auth.Principal;
import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** All sessions by Client Identifier. Any thread. */
final class Sessions {
  private final Broker broker;
  private final ConcurrentMap<String, Session> byId = new ConcurrentHashMap<>();

  Sessions(Broker broker) {
    this.broker = broker;
  }

  /**
   * Gives a connecting client its session: a new one at once, or the one that is there, on the loop
   * of its owner. Called on the connection's loop.
   */
  void open(ConnectFlow request) {
    String clientId = request.client().clientId();
    Session session = byId.get(clientId);
    if (session == null) {
      if (byId.size() >= broker.settings().sessionsMax()) {
        request.refuseForQuota();
        return;
      }
      Session fresh =
          new Session(
              broker, request.worker(), request.client(), broker.sessionStore().newSessionNumber());
      session = byId.putIfAbsent(clientId, fresh);
      if (session == null) {
        fresh.attach(request, false);
        return;
      }
    }
    Session existing = session;
    existing.command(() -> take(existing, request));
  }

  /** On the loop of the session's owner: who made it is asked there, before anything changes. */
  private void take(Session session, ConnectFlow request) {
    Principal comer = request.client().principal();
    Principal maker = session.report().client().principal();
    if (session.isEnded() || broker.settings().ownership().allows(comer, maker)) {
      session.take(request);
    } else {
      request.refuseForOwner();
    }
  }

  /** Puts back what a store kept. */
  void restore(Session session) {
    byId.put(session.clientId(), session);
  }

  void remove(Session session) {
    byId.remove(session.clientId(), session);
  }

  @Nullable Session find(String clientId) {
    return byId.get(clientId);
  }

  Collection<Session> all() {
    return byId.values();
  }

  int size() {
    return byId.size();
  }
}
