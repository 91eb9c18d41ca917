package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engine as others see it: opened by the first call, closed when nobody has it any more, opened
 * again by the next call. Where opening fails each call says why, and the next one tries again.
 */
final class EngineService implements KvEngine {
  private static final long RETRY_MILLIS = 1_000;

  private final Path store;
  private final @Nullable EngineException refusal;
  private @Nullable RocksEngine engine; // guarded by this
  private volatile @Nullable EngineException failedToOpen;

  /**
   * An engine in a folder of its own in {@code store}.
   *
   * @param refusal why it cannot run on this machine, or null if it can
   */
  EngineService(Path store, @Nullable EngineException refusal) {
    this.store = store;
    this.refusal = refusal;
  }

  private synchronized RocksEngine engine() throws EngineException {
    if (refusal != null) {
      throw new EngineException(Reason.UNAVAILABLE, String.valueOf(refusal.getMessage()));
    }
    RocksEngine opened = engine;
    if (opened == null) {
      try {
        opened =
            new RocksEngine(
                store.resolve("rocksdb"),
                Tuning.budget(Runtime.getRuntime().maxMemory()),
                RETRY_MILLIS);
        engine = opened;
        failedToOpen = null;
      } catch (EngineException e) {
        failedToOpen = e;
        throw e;
      }
    }
    return opened;
  }

  @Override
  public byte @Nullable [] get(byte[] key) throws IOException {
    return engine().get(key);
  }

  @Override
  public void write(List<Write> changes, boolean sync) throws IOException {
    engine().write(changes, sync);
  }

  @Override
  public void scan(byte[] from, byte[] to, Visitor visitor) throws IOException {
    engine().scan(from, to, visitor);
  }

  @Override
  public void seek(byte[] from, byte[] to, Seeker seeker) throws IOException {
    engine().seek(from, to, seeker);
  }

  @Override
  public void backup(Path folder) throws IOException {
    engine().backup(folder);
  }

  @Override
  public @Nullable EngineException failure() {
    if (refusal != null) {
      return refusal;
    }
    RocksEngine opened = opened();
    return opened == null ? failedToOpen : opened.failure();
  }

  @Override
  public Statistics statistics() {
    RocksEngine opened = opened();
    return opened == null ? Statistics.NONE : opened.statistics();
  }

  private synchronized @Nullable RocksEngine opened() {
    return engine;
  }

  /** Closes the files; the next call opens them again. */
  synchronized void close() {
    RocksEngine opened = engine;
    if (opened != null) {
      engine = null;
      opened.close();
    }
  }
}
