package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * The store on one engine: both contracts over one committer, so that what one PUBLISH changes in
 * either is in one batch.
 */
final class Store implements AutoCloseable {
  private static final long SESSION_BLOCK = 1_000;
  private static final long MESSAGE_BLOCK = 1_000_000;

  private final StoreClock clock;
  private final Committer committer;
  private final NumberSequence sessionNumbers;
  private final NumberSequence messageIds;
  private final EngineSessionStore sessions;
  private final StoreReader reader = new StoreReader("flux-mqtt-store-reader");
  private final EngineRetainedStore retained;
  private final LongAdder damaged = new LongAdder();
  private final EngineStoreAdmin admin;

  private Store(KvEngine engine, EngineProperties properties, StoreHeader header, StoreClock clock)
      throws IOException {
    this.clock = clock;
    sessionNumbers =
        new NumberSequence(
            StoreHeader.SESSION_MARK, header.sessionMark(), SESSION_BLOCK, this::wake);
    messageIds =
        new NumberSequence(
            StoreHeader.MESSAGE_MARK, header.messageMark(), MESSAGE_BLOCK, this::wake);
    committer = new Committer(engine, "flux-mqtt-store", this::beforeWrite);
    sessions =
        new EngineSessionStore(
            engine, committer, clock, sessionNumbers, messageIds, reader, damaged);
    RetainedUse use = RetainedUse.read(engine);
    retained = new EngineRetainedStore(engine, committer, reader, damaged, use);
    List<KvEngine.Write> marks = new ArrayList<>(use.firstMarks());
    marks.add(StoreHeader.formatMark());
    marks.add(clock.firstMark());
    marks.add(sessionNumbers.firstMark());
    marks.add(messageIds.firstMark());
    engine.write(marks, true);
    admin = new EngineStoreAdmin(engine, properties, committer, sessions, retained);
    committer.start();
  }

  /**
   * Opens the store on an engine. Blocks for I/O.
   *
   * @throws IOException if the engine cannot be read or written, or holds data of a later version
   */
  static Store open(KvEngine engine) throws IOException {
    return open(engine, EngineProperties.UNKNOWN);
  }

  /** As {@link #open(KvEngine)}, knowing how the engine's service describes itself. */
  static Store open(KvEngine engine, EngineProperties properties) throws IOException {
    return open(engine, properties, System::nanoTime, System::currentTimeMillis);
  }

  /** As {@link #open(KvEngine)}, with a monotonic clock and a system clock. */
  static Store open(KvEngine engine, LongSupplier nanoTime, LongSupplier wallMillis)
      throws IOException {
    return open(engine, EngineProperties.UNKNOWN, nanoTime, wallMillis);
  }

  private static Store open(
      KvEngine engine, EngineProperties properties, LongSupplier nanoTime, LongSupplier wallMillis)
      throws IOException {
    StoreHeader header = StoreHeader.read(engine);
    return new Store(engine, properties, header, StoreClock.read(engine, nanoTime, wallMillis));
  }

  SessionStore sessions() {
    return sessions;
  }

  RetainedStore retained() {
    return retained;
  }

  StoreAdmin admin() {
    return admin;
  }

  /** Bytes of commits that have not completed. */
  long pendingBytes() {
    return committer.pendingBytes();
  }

  /** How many damaged records were set aside since this store was opened. */
  long damagedRecords() {
    return damaged.sum();
  }

  /** Writes what was committed, for at most 300 ms, and ends the reads; the rest fails. */
  @Override
  public void close() {
    reader.shut();
    admin.shut();
    committer.commit(clock::noteEnd, Weight.NONE, failure -> {});
    committer.close();
    reader.close();
    admin.close();
  }

  private void beforeWrite(Draft draft) throws IOException {
    sessions.checkBatch();
    retained.note(draft);
    sessionNumbers.reserve(draft);
    messageIds.reserve(draft);
    clock.note(draft); // last, as it joins what is written anyway
  }

  private void wake() {
    committer.wake();
  }
}
