package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads all session state, one pass over each table, and checks every record: what is damaged is
 * set aside, what belongs to no session or has no body is dropped. Receivers of one message get the
 * same instance. Used once.
 */
final class SessionLoader {
  /** What belongs to one session. */
  private static final class Found {
    final StoredSession head;
    final List<StoredSubscription> subscriptions = new ArrayList<>();
    final List<StoredDelivery> deliveries = new ArrayList<>();
    final List<Integer> releases = new ArrayList<>();
    final List<Integer> incoming = new ArrayList<>();

    Found(StoredSession head) {
      this.head = head;
    }
  }

  /** Reads one record. */
  @FunctionalInterface
  private interface Check {
    void read(byte[] key, byte[] value) throws DamagedRecordException;
  }

  /** Reads one record of a session. */
  @FunctionalInterface
  private interface CheckOfSession {
    void read(Found session, byte[] key, byte[] value) throws DamagedRecordException;
  }

  private final KvEngine engine;
  private final Repairs repairs = new Repairs();
  private final Map<Long, Found> sessions = new TreeMap<>();
  private final Map<Long, StoredMessage> bodies = new HashMap<>();
  private final Map<Long, Integer> references = new HashMap<>();
  private long highestMessageId;

  SessionLoader(KvEngine engine) {
    this.engine = engine;
  }

  /** Reads everything, then visits it, then writes the repairs. */
  Ledger load(SessionStore.Visitor visitor) throws IOException {
    check(Table.SESSION, this::readSession);
    check(Table.BODY, this::readBody);
    checkOfSession(
        Table.SUBSCRIPTION,
        (session, key, value) ->
            session.subscriptions.add(Records.subscription(Keys.filter(key), value)));
    checkOfSession(Table.QUEUE, this::readDelivery);
    checkOfSession(
        Table.RELEASE,
        (session, key, value) -> {
          Records.checkMark(value);
          session.releases.add(Keys.packetId(key));
        });
    checkOfSession(
        Table.INCOMING,
        (session, key, value) -> {
          Records.checkMark(value);
          session.incoming.add(Keys.packetId(key));
        });
    bodies.keySet().stream()
        .filter(id -> !references.containsKey(id))
        .forEach(id -> repairs.dropOrphan(Keys.body(id)));
    sessions.values().forEach(session -> visit(session, visitor));
    repairs.write(engine);
    return Ledger.of(sessions.keySet(), references, highestMessageId);
  }

  /** How many damaged records this load has set aside. */
  int damaged() {
    return repairs.damaged();
  }

  private void readSession(byte[] key, byte[] value) throws DamagedRecordException {
    StoredSession session = Records.session(Keys.soleNumber(key), value);
    sessions.put(session.number(), new Found(session));
  }

  private void readBody(byte[] key, byte[] value) throws DamagedRecordException {
    long id = Keys.soleNumber(key);
    highestMessageId = Math.max(highestMessageId, id);
    StoredMessage message = Records.message(value);
    if (message.id() != id) {
      throw new DamagedRecordException("message %d under %d".formatted(message.id(), id));
    }
    bodies.put(id, message);
  }

  private void readDelivery(Found session, byte[] key, byte[] value) throws DamagedRecordException {
    long messageId = Keys.messageId(key);
    highestMessageId = Math.max(highestMessageId, messageId);
    StoredDelivery delivery = Records.delivery(messageId, value);
    if (bodies.containsKey(messageId)) {
      references.merge(messageId, 1, Integer::sum);
      session.deliveries.add(delivery);
    } else {
      repairs.dropOrphan(key);
    }
  }

  private void check(Table table, Check check) throws IOException {
    table
        .all()
        .scan(
            engine,
            (key, value) -> {
              try {
                check.read(key, value);
              } catch (DamagedRecordException e) {
                repairs.setAside(table, key, value, e);
              }
              return true;
            });
  }

  private void checkOfSession(Table table, CheckOfSession check) throws IOException {
    check(
        table,
        (key, value) -> {
          @Nullable Found session = sessions.get(Keys.number(key));
          if (session == null) {
            repairs.dropOrphan(key);
          } else {
            check.read(session, key, value);
          }
        });
  }

  private void visit(Found session, SessionStore.Visitor visitor) {
    visitor.session(session.head);
    session.subscriptions.forEach(visitor::subscription);
    for (StoredDelivery delivery : session.deliveries) {
      visitor.delivery(delivery, message(delivery.messageId()));
    }
    session.releases.forEach(visitor::release);
    session.incoming.forEach(visitor::incoming);
  }

  private StoredMessage message(long id) {
    StoredMessage message = bodies.get(id);
    if (message == null) {
      throw new IllegalStateException("message " + id + " was there when it was counted");
    }
    return message;
  }
}
