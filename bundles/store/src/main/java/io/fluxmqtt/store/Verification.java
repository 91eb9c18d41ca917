package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * One look at every entry, while the store works: whether it can be read, and whether what it
 * belongs to is there. Entries are read piece by piece and not kept, so memory does not grow with
 * the store. What an entry belongs to is asked of the committer, which has that in memory anyway;
 * so is what should be there, see {@link Suspects}. What comes in meanwhile may be seen or not.
 */
final class Verification {
  private static final String SET_ASIDE = "the next start sets it aside";
  private static final String REMOVED = "the next start removes it";

  private final KvEngine engine;
  private final EngineSessionStore sessions;
  private final EngineRetainedStore retained;
  private final Findings findings = new Findings();
  private final Suspects suspects;
  private final CheckedReader reader;
  private long highestSession;
  private long highestMessage;
  private long retainedCount;
  private long retainedBytes;
  private long retainedSound; // of the count

  /**
   * Of one store.
   *
   * @param closed whether the engine must not be read any more
   */
  Verification(
      KvEngine engine,
      EngineSessionStore sessions,
      EngineRetainedStore retained,
      BooleanSupplier closed) {
    this.engine = engine;
    this.sessions = sessions;
    this.retained = retained;
    suspects = new Suspects(engine, sessions, findings);
    reader = new CheckedReader(engine, closed, suspects);
  }

  /** Reads all. Blocks for I/O; once. */
  StoreCheck run() throws IOException {
    load();
    Expected expected = new Expected(engine, sessions, suspects, findings);
    verifySessions(expected);
    verifyPartsOfSessions();
    expected.verifyDeliveries();
    verifyBodies(expected);
    verifyRetained();
    verifyExpiries();
    verifyNotes();
    verifyQuarantine();
    verifyStrangers();
    conclude();
    return findings.of(reader.entries());
  }

  /**
   * After a failed batch the committer knows nothing until the next, which is an empty one here.
   */
  private void load() throws IOException {
    if (sessions.look(ledger -> ledger == null)) {
      CompletableFuture<Boolean> done = new CompletableFuture<>();
      sessions.commit(List.of(), failure -> done.complete(failure == null));
      done.join(); // ends on close too; if it failed, the conclusion says what that means
    }
  }

  private void verifySessions(Expected expected) throws IOException {
    Ids there = new Ids();
    reader.read(
        Table.SESSION.all(),
        SET_ASIDE + " and removes all that belongs to it",
        (key, value) -> {
          long number = sawSession(Keys.soleNumber(key));
          there.add(number);
          Records.session(number, value);
        });
    expected.verifySessions(there);
  }

  private void verifyPartsOfSessions() throws IOException {
    verifyPart(Table.SUBSCRIPTION, (key, value) -> Records.subscription(Keys.filter(key), value));
    for (Table table : new Table[] {Table.RELEASE, Table.INCOMING}) {
      verifyPart(
          table,
          (key, value) -> {
            Keys.packetId(key);
            Records.checkMark(value);
          });
    }
    verifyPart(
        Table.PROGRESS,
        (key, value) -> {
          Keys.soleNumber(key);
          long progress = Records.number(value);
          if (progress < 1) {
            throw new DamagedRecordException("progress " + progress);
          }
          sawMessage(progress);
        });
    reader.read(Table.QUEUE.all(), SET_ASIDE, this::checkDelivery);
  }

  private void verifyPart(Table table, CheckedReader.Check check) throws IOException {
    reader.read(
        table.all(),
        SET_ASIDE,
        (key, value) -> {
          long number = sawSession(Keys.number(key));
          check.read(key, value);
          suspects.addUnlessKnown(
              key,
              value,
              "its session is not there; " + REMOVED,
              ledger -> ledger.backlog(number) != null);
        });
  }

  private void checkDelivery(byte[] key, byte[] value) throws DamagedRecordException {
    long number = sawSession(Keys.number(key));
    long id = sawMessage(Keys.messageId(key));
    boolean isMark = Records.isMark(value);
    if (isMark) {
      Records.checkMark(value);
    } else {
      Records.delivery(id, value);
    }
    suspects.addUnlessKnown(
        key,
        value,
        "its session or its message is not there; " + REMOVED,
        ledger -> {
          Backlog backlog = ledger.backlog(number);
          return backlog != null && (isMark ? backlog.marked : backlog.recorded).contains(id);
        });
  }

  private void verifyBodies(Expected expected) throws IOException {
    Expected.Messages messages = expected.messages(number(StoreHeader.MESSAGE_MARK));
    for (KeyRange range : messages.ranges()) {
      reader.read(
          range,
          "it is set aside when it is read, and who waits for it does not get it",
          (key, value) -> {
            long id = sawMessage(Keys.soleNumber(key));
            messages.saw(id);
            Records.Body body = Records.body(value);
            if (body.message().id() != id) {
              throw new DamagedRecordException("it is message " + body.message().id());
            }
            suspects.addUnlessKnown(
                key,
                value,
                "no session waits for it; " + REMOVED,
                ledger -> ledger.references(id) > 0);
          },
          messages::endPiece);
    }
  }

  private void verifyRetained() throws IOException {
    RetainedUse.Snapshot before = retained.use();
    reader.read(
        Table.RETAINED.all(),
        "it is set aside when somebody subscribes to it",
        (key, value) -> {
          retainedCount++;
          retainedBytes += key.length + (long) value.length;
          StoredRetained read = StoredRetained.of(key, value);
          retainedSound++;
          sawMessage(read.id());
          Long expiry = read.expiresAtMillis();
          if (expiry != null) {
            suspects.add(
                key,
                value,
                "it never expires, for want of an entry that says when; publish it anew",
                () -> engine.get(Keys.expiry(expiry, key)) != null);
          }
        });
    RetainedUse.Snapshot after = retained.use();
    boolean differs = retainedCount != after.count() || retainedBytes != after.bytes();
    if (after.equals(before) && differs && retainedSound == retainedCount) {
      findings.add(
          "retained messages: there are %d of %d bytes, counted are %d of %d; nothing follows from that but wrong figures"
              .formatted(retainedCount, retainedBytes, after.count(), after.bytes()));
    }
  }

  private void verifyExpiries() throws IOException {
    reader.read(
        Table.EXPIRY.all(),
        "it leads nowhere and is removed when its time comes",
        (key, value) -> {
          byte[] topic = Keys.ofExpiry(key);
          long millis = Keys.expiryMillis(key);
          suspects.add(
              key,
              value,
              "its message is not there; it is removed when its time comes",
              () -> StoredRetained.mayExpireAt(millis, engine.get(topic)));
        });
  }

  private void verifyNotes() throws IOException {
    reader.read(
        Table.META.all(), "the next start makes up for it", (key, value) -> Records.check(value));
    for (String name : StoreHeader.NOTES) {
      if (engine.get(Keys.meta(name)) == null) {
        findings.add(KeyText.of(Keys.meta(name)) + ": missing; the next start makes up for it");
      }
    }
    verifyMark(StoreHeader.SESSION_MARK, highestSession);
    verifyMark(StoreHeader.MESSAGE_MARK, highestMessage);
  }

  private void verifyMark(String name, long highest) throws IOException {
    long mark = number(name);
    if (mark >= 0 && mark < highest) {
      findings.add(
          "%s: it is %d, and %d is in use; the next start may use numbers twice, restore a copy from before"
              .formatted(KeyText.of(Keys.meta(name)), mark, highest));
    }
  }

  /** A number that is noted, or -1 if that cannot be read, which is told elsewhere. */
  private long number(String name) throws IOException {
    byte[] record = engine.get(Keys.meta(name));
    try {
      return record == null ? -1 : Records.number(record);
    } catch (DamagedRecordException e) {
      return -1;
    }
  }

  private void verifyQuarantine() throws IOException {
    reader.read(
        Table.QUARANTINE.all(),
        "",
        (key, value) ->
            findings.add(KeyText.of(key) + ": damaged; it was set aside and counts no more"));
  }

  /** What lies between the tables. */
  private void verifyStrangers() throws IOException {
    byte[] from = {};
    for (Table table : Table.values()) { // in the order of their keys
      verifyStrangers(new KeyRange(from, table.all().from()));
      from = table.all().to();
    }
    verifyStrangers(new KeyRange(from, Table.END));
  }

  private void verifyStrangers(KeyRange range) throws IOException {
    reader.read(range, "", (key, value) -> findings.add(KeyText.of(key) + ": nobody reads it"));
  }

  private void conclude() {
    if (suspects.hasUnjudged()) {
      findings.add(
          "not everywhere was compared what belongs together, as the store cannot write at present; verify again when it can");
    }
    long setAside = engine.statistics().setAside();
    if (setAside > 0) {
      findings.add(
          "the engine: %d damaged parts of its files were set aside since it was opened; its lines in the log say which"
              .formatted(setAside));
    }
  }

  private long sawSession(long number) {
    highestSession = Math.max(highestSession, number);
    return number;
  }

  private long sawMessage(long id) {
    highestMessage = Math.max(highestMessage, id);
    return id;
  }
}
