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
 * set aside, what belongs to no session or has no body is dropped. Messages come last and are
 * handed over one by one, so that no more than one is on the heap; receivers of one get the same
 * instance. Used once.
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
    final List<Integer> releases = new ArrayList<>();
    final List<Integer> incoming = new ArrayList<>();
    Backlog backlog;

    Found(StoredSession head) {
      this.head = head;
      this.backlog = new Backlog(head.number());
    }
  }

  /** A delivery that has a record: few, mostly those that were sent. */
  private record Recorded(Found session, StoredDelivery delivery) {}

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
  private final Map<Long, List<Recorded>> recorded = new HashMap<>(); // by message
  private final Ledger ledger = new Ledger();
  private final SessionStore.Visitor visitor;

  SessionLoader(KvEngine engine, SessionStore.Visitor visitor) {
    this.engine = engine;
    this.visitor = visitor;
  }

  /** Reads and visits everything, then writes the repairs. */
  Ledger load() throws IOException {
    check(Table.SESSION, this::readSession);
    checkOfSession(
        Table.SUBSCRIPTION,
        (session, key, value) ->
            session.subscriptions.add(Records.subscription(Keys.filter(key), value)));
    checkOfSession(Table.PROGRESS, this::readProgress);
    checkOfSession(Table.QUEUE, this::readQueue);
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
    sessions.values().forEach(this::visit);
    check(Table.BODY, this::readBody);
    recorded.values().forEach(this::dropRecords);
    sessions.values().forEach(this::settleMarks);
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
      Recorded record = new Recorded(session, Records.delivery(id, value));
      recorded.computeIfAbsent(id, none -> new ArrayList<>(1)).add(record);
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
    int references = 0;
    List<Recorded> records = recorded.remove(id);
    if (records != null) {
      references = records.size();
      records.forEach(record -> visit(record.session(), record.delivery(), body.message()));
    }
    Receivers receivers = body.receivers();
    for (int i = receivers.size() - 1; i >= 0; i--) { // the last counts, if one is there twice
      ledger.sawSession(receivers.number(i));
      Found session = sessions.get(receivers.number(i));
      if (session != null && session.backlog.awaitIfNew(id)) {
        references++;
        visit(session, receivers.delivery(i, id), body.message());
      }
    }
    if (references > 0) {
      ledger.references(id, references);
    } else {
      repairs.dropBody(id);
    }
  }

  /** All messages are read, and there is none for these. */
  private void dropRecords(List<Recorded> records) {
    for (Recorded record : records) {
      Backlog backlog = record.session().backlog;
      backlog.recorded.remove(record.delivery().messageId());
      repairs.dropOrphan(Keys.delivery(backlog.session, record.delivery().messageId()));
    }
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

  private void visit(Found session) {
    visitor.session(session.head);
    session.subscriptions.forEach(visitor::subscription);
    session.releases.forEach(visitor::release);
    session.incoming.forEach(visitor::incoming);
    ledger.add(session.backlog);
  }

  private void visit(Found session, StoredDelivery delivery, StoredMessage message) {
    visitor.delivery(session.head.number(), delivery, message);
  }
}
