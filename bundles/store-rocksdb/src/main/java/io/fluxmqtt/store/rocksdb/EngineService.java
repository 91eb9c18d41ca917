package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.EngineException.Reason;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine as others see it: loaded and opened by the first call, closed when nobody has it any
 * more, opened again by the next call. Where opening fails each call says why, and the next one
 * tries again; loading is tried once.
 */
final class EngineService implements KvEngine {
  private static final long RETRY_MILLIS = 1_000;

  /** Loads the native library. */
  @FunctionalInterface
  interface Loader {
    /** Blocks for I/O; throws if it cannot run here. */
    void load() throws EngineException;
  }

  private final Path home;
  private final Loader loader;
  private final Consumer<EngineException> unavailable;
  private volatile boolean loaded; // changed under this
  private volatile @Nullable EngineException refusal; // changed under this
  private volatile @Nullable RocksEngine engine; // changed under this
  private volatile @Nullable EngineException failedToOpen;

  /**
   * An engine in a folder of its own in {@code store}.
   *
   * @param loader is called once, before the first use
   * @param unavailable is told if that fails, once, by the thread that tried
   */
  EngineService(Path store, Loader loader, Consumer<EngineException> unavailable) {
    home = store.resolve("rocksdb");
    this.loader = loader;
    this.unavailable = unavailable;
  }

  /** An engine that is known not to run on this machine. */
  static EngineService refusing(Path store, EngineException refusal) {
    EngineService service = new EngineService(store, () -> {}, told -> {});
    service.refusal = refusal;
    return service;
  }

  @Override
  public void load() throws EngineException {
    if (loaded) {
      return;
    }
    EngineException news = tryLoading();
    if (news != null) {
      unavailable.accept(news); // holding no lock: it calls others
    }
    EngineException known = refusal;
    if (known != null) {
      throw new EngineException(Reason.UNAVAILABLE, String.valueOf(known.getMessage()));
    }
  }

  /** Returns why it failed if that is new. */
  private synchronized @Nullable EngineException tryLoading() {
    if (!loaded && refusal == null) {
      try {
        loader.load();
        loaded = true;
      } catch (EngineException e) {
        refusal = e;
        return e;
      }
    }
    return null;
  }

  private RocksEngine engine() throws EngineException {
    RocksEngine opened = engine;
    if (opened != null) {
      return opened;
    }
    load();
    return open();
  }

  private synchronized RocksEngine open() throws EngineException {
    RocksEngine opened = engine;
    if (opened == null) {
      try {
        opened =
            new RocksEngine(home, Tuning.budget(Runtime.getRuntime().maxMemory()), RETRY_MILLIS);
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
  public Path folder() {
    return home;
  }

  @Override
  public @Nullable EngineException failure() {
    EngineException known = refusal;
    if (known != null) {
      return known;
    }
    RocksEngine opened = engine;
    return opened == null ? failedToOpen : opened.failure();
  }

  @Override
  public Statistics statistics() {
    RocksEngine opened = engine;
    return opened == null ? Statistics.NONE : opened.statistics();
  }

  @Override
  public long usableBytes() {
    try {
      return Files.getFileStore(home).getUsableSpace();
    } catch (IOException e) { // it is not there yet, or not any more
      return Long.MAX_VALUE;
    }
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
