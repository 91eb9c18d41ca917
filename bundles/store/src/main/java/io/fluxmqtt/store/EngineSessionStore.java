package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.Durability;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Session state on an engine. A load runs between two batches on the committer's thread, which is
 * where its visitor is called; so it may come again, after an update of the session manager, and
 * sees all that was committed before.
 */
final class EngineSessionStore implements SessionStore {
  private static final long USABLE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final KvEngine engine;
  private final Committer committer;
  private final StoreClock clock;
  private final NumberSequence sessionNumbers;
  private final NumberSequence messageIds;
  private final LongAdder damaged;
  private final QueueReader reader;

  private @Nullable Ledger ledger; // committer's thread; null until a load has filled it
  private volatile int sessionCount; // as of the last batch or load, as is the next
  private volatile int messageCount;
  private volatile long quarantinedBefore; // in the quarantine, beside those that were counted
  private boolean halfWay; // committer's thread; a commit of this batch failed in its midst
  private long lookedNanos; // committer's thread; when the figure below was new
  private volatile long usableBytes;

  EngineSessionStore(
      KvEngine engine,
      Committer committer,
      StoreClock clock,
      NumberSequence sessionNumbers,
      NumberSequence messageIds,
      StoreReader reader,
      LongAdder damaged) {
    this.engine = engine;
    this.committer = committer;
    this.clock = clock;
    this.sessionNumbers = sessionNumbers;
    this.messageIds = messageIds;
    this.damaged = damaged;
    this.reader = new QueueReader(engine, committer, reader, damaged);
    lookAtRoom(System.nanoTime());
  }

  @Override
  public void commit(List<SessionChange> changes, Durability durability, Completion completion) {
    Weight weight = Weight.of(changes);
    List<Edit> edits;
    try {
      edits = Edit.of(changes);
    } catch (IllegalArgumentException e) { // told in its turn
      committer.commit(
          draft -> {
            throw e;
          },
          weight,
          durability,
          completion);
      return;
    }
    committer.commit(draft -> addTo(draft, edits), weight, durability, completion);
  }

  @Override
  public boolean isStrained() {
    return committer.isStrained() || engine.failure() != null;
  }

  @Override
  public void load(Visitor visitor) throws IOException {
    committer.exclusively(() -> loadLedger(visitor));
  }

  @Override
  public void read(long number, long[] messageIds, long maxBytes, QueueAnswer answer) {
    reader.read(number, messageIds, maxBytes, answer);
  }

  @Override
  public long pendingBytes() {
    return committer.pendingBytes();
  }

  @Override
  public long usableBytes() {
    return usableBytes;
  }

  @Override
  public long newSessionNumber() {
    return sessionNumbers.next();
  }

  @Override
  public long newMessageId() {
    return messageIds.next();
  }

  @Override
  public long nowMillis() {
    return clock.nowMillis();
  }

  /** How many sessions there are. */
  long sessions() {
    return sessionCount;
  }

  /** How many messages wait for a session, or were sent and not acknowledged. */
  long messages() {
    return messageCount;
  }

  /** How many damaged records are in the quarantine; those of earlier starts since a load. */
  long quarantined() {
    return quarantinedBefore + damaged.sum();
  }

  /**
   * Looks at what the committer knows, between two batches, and waits for that.
   *
   * @param look is given null if nothing is known, since nobody has loaded or a batch has failed
   * @throws IOException as the look does, or if the store is closed
   */
  <T> T look(Look<T> look) throws IOException {
    return committer.exclusively(() -> look.at(ledger));
  }

  /** Looks at what the committer knows, and changes nothing. On its thread: short. */
  @FunctionalInterface
  interface Look<T> {
    T at(@Nullable Ledger ledger) throws IOException;
  }

  /**
   * Fails the batch in the making if one of its commits was left half-way. Called on the
   * committer's thread, before the batch is written.
   */
  void checkBatch() throws IOException {
    if (halfWay) {
      halfWay = false;
      throw unreadable();
    }
    count();
  }

  private void count() {
    Ledger current = ledger;
    if (current != null) {
      sessionCount = current.sessionCount();
      messageCount = current.messageCount();
    }
  }

  private void lookAtRoom(long now) {
    lookedNanos = now;
    usableBytes = engine.usableBytes();
  }

  private void addTo(Draft draft, List<Edit> edits) throws IOException {
    long now = System.nanoTime();
    if (now - lookedNanos > USABLE_NANOS) { // nothing takes room while nothing is committed
      lookAtRoom(now);
    }
    if (halfWay) {
      throw unreadable();
    }
    Ledger current = ledger;
    if (current == null) { // nobody has loaded, or a batch has failed
      current = loadLedger(new Nobody());
    }
    draft.onRollback(() -> ledger = null);
    try {
      new SessionChanges(current, draft).apply(edits);
    } catch (Throwable e) { // the ledger is of no use any more, and so is this batch
      halfWay = true;
      throw e;
    }
  }

  private static IOException unreadable() {
    return new IOException("the engine could not be read while this batch was made");
  }

  private Ledger loadLedger(Visitor visitor) throws IOException {
    ledger = null; // stays so if this fails
    SessionLoader loader = new SessionLoader(engine, visitor);
    Ledger loaded = loader.load();
    damaged.add(loader.damaged());
    quarantinedBefore = Quarantine.count(engine) - damaged.sum();
    ledger = loaded;
    count();
    return loaded;
  }

  /** Wants nothing of a load but its counts. */
  private static final class Nobody implements Visitor {
    @Override
    public void session(StoredSession session) {}

    @Override
    public void subscription(StoredSubscription subscription) {}

    @Override
    public void delivery(long number, StoredDelivery delivery, StoredMessage message) {}

    @Override
    public void release(int packetId) {}

    @Override
    public void incoming(int packetId) {}
  }
}
