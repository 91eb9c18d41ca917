package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.Receivers;
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
 *
 * <p>A queue is put together from what deviates and what follows from the bodies, see {@link
 * Backlog}. If a session's progress is damaged, or the mark of a delivery that has ended, the
 * session gets again what other sessions still wait for: rather twice than never.
 */
final class SessionLoader {
  /** What belongs to one session. */
  private static final class Found {
    final StoredSession head;
    final List<StoredSubscription> subscriptions = new ArrayList<>();
    final TreeMap<Long, StoredDelivery> deliveries = new TreeMap<>();
    final List<Integer> releases = new ArrayList<>();
    final List<Integer> incoming = new ArrayList<>();
    Backlog backlog;

    Found(StoredSession head) {
      this.head = head;
      this.backlog = new Backlog(head.number());
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
  private final Ledger ledger = new Ledger();

  SessionLoader(KvEngine engine) {
    this.engine = engine;
  }

  /** Reads everything, then visits it, then writes the repairs. */
  Ledger load(SessionStore.Visitor visitor) throws IOException {
    check(Table.SESSION, this::readSession);
    checkOfSession(
        Table.SUBSCRIPTION,
        (session, key, value) ->
            session.subscriptions.add(Records.subscription(Keys.filter(key), value)));
    checkOfSession(Table.PROGRESS, this::readProgress);
    checkOfSession(Table.QUEUE, this::readQueue);
    check(Table.BODY, this::readBody);
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
    sessions.values().forEach(this::settle);
    sessions.values().forEach(this::settleMarks);
    for (Long id : bodies.keySet()) {
      if (ledger.references(id) == 0) {
        repairs.dropOrphan(Keys.body(id));
      }
    }
    sessions.values().forEach(session -> visit(session, visitor));
    repairs.write(engine);
    return ledger;
  }

  /** How many damaged records this load has set aside. */
  int damaged() {
    return repairs.damaged();
  }

  private void readSession(byte[] key, byte[] value) throws DamagedRecordException {
    StoredSession session = Records.session(Keys.soleNumber(key), value);
    sessions.put(session.number(), new Found(session));
  }

  private void readProgress(Found session, byte[] key, byte[] value) throws DamagedRecordException {
    long progress = Records.number(value);
    if (progress < 1) {
      throw new DamagedRecordException("progress " + progress);
    }
    session.backlog = Backlog.recordedAt(Keys.soleNumber(key), progress);
    ledger.sawMessage(progress);
  }

  /** What deviates; whether there is a body shows later. */
  private void readQueue(Found session, byte[] key, byte[] value) throws DamagedRecordException {
    long id = Keys.messageId(key);
    if (Records.isMark(value)) {
      Records.checkMark(value);
      session.backlog.marked.add(id);
    } else {
      session.deliveries.put(id, Records.delivery(id, value));
      session.backlog.recorded.add(id);
    }
    ledger.sawMessage(id);
  }

  /** A message, and with it the deliveries that have no record of their own. */
  private void readBody(byte[] key, byte[] value) throws DamagedRecordException {
    long id = Keys.soleNumber(key);
    Records.Body body = Records.body(value);
    if (body.message().id() != id) {
      throw new DamagedRecordException("message %d under %d".formatted(body.message().id(), id));
    }
    ledger.sawMessage(id);
    bodies.put(id, body.message());
    Receivers receivers = body.receivers();
    for (int i = 0; i < receivers.size(); i++) {
      ledger.sawSession(receivers.number(i));
      Found session = sessions.get(receivers.number(i));
      if (session == null || session.backlog.recorded.contains(id)) {
        continue;
      }
      if (session.backlog.waitsByDefault(id)) {
        session.backlog.await(id);
        session.deliveries.put(id, receivers.delivery(i, id));
      }
    }
  }

  /** All is read: drops what has no body and counts the references of the others. */
  private void settle(Found session) {
    long number = session.head.number();
    Backlog backlog = session.backlog;
    session
        .deliveries
        .keySet()
        .removeIf(
            id -> {
              if (bodies.containsKey(id)) {
                refer(id);
                return false;
              }
              backlog.recorded.remove(id);
              repairs.dropOrphan(Keys.delivery(number, id));
              return true;
            });
    ledger.add(backlog);
  }

  /** All is counted: a mark is of use while somebody still waits for its message. */
  private void settleMarks(Found session) {
    Backlog backlog = session.backlog;
    List<Long> useless = new ArrayList<>();
    backlog.marked.forEach(
        id -> {
          if (ledger.references(id) == 0) {
            useless.add(id);
          } else {
            ledger.mark(id, backlog.session);
          }
        });
    for (long id : useless) {
      backlog.marked.remove(id);
      repairs.dropOrphan(Keys.delivery(backlog.session, id));
    }
  }

  private void refer(long id) {
    ledger.references(id, ledger.references(id) + 1);
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
    session.deliveries.values().forEach(delivery -> visitDelivery(delivery, visitor));
    session.releases.forEach(visitor::release);
    session.incoming.forEach(visitor::incoming);
  }

  private void visitDelivery(StoredDelivery delivery, SessionStore.Visitor visitor) {
    StoredMessage message = bodies.get(delivery.messageId());
    if (message == null) {
      throw new IllegalStateException(
          "message " + delivery.messageId() + " was there when it was counted");
    }
    visitor.delivery(delivery, message);
  }
}
