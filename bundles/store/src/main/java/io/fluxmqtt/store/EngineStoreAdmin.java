package io.fluxmqtt.store;

import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.admin.StoreCheck;
import io.fluxmqtt.api.admin.StoreInfo;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Shows a store and works on all of it, beside its committer: what takes long runs on a thread of
 * its own, one thing after the other. No more than one copy and one check are waited for.
 */
final class EngineStoreAdmin implements StoreAdmin, AutoCloseable {
  private final KvEngine engine;
  private final EngineProperties properties;
  private final Committer committer;
  private final EngineSessionStore sessions;
  private final EngineRetainedStore retained;
  private final StoreReader thread = new StoreReader("flux-mqtt-store-admin");
  private final AtomicReference<@Nullable CompletableFuture<Path>> copying =
      new AtomicReference<>();
  private final AtomicReference<@Nullable CompletableFuture<StoreCheck>> checking =
      new AtomicReference<>();

  EngineStoreAdmin(
      KvEngine engine,
      EngineProperties properties,
      Committer committer,
      EngineSessionStore sessions,
      EngineRetainedStore retained) {
    this.engine = engine;
    this.properties = properties;
    this.committer = committer;
    this.sessions = sessions;
    this.retained = retained;
  }

  @Override
  public StoreInfo info() {
    KvEngine.Statistics statistics = engine.statistics();
    CommitFigures figures = committer.figures();
    return new StoreInfo(
        properties.name(),
        properties.durable(),
        engine.folder(),
        (int) StoreHeader.FORMAT_VERSION,
        problem(),
        sessions.sessions(),
        sessions.messages(),
        retained.count(),
        retained.bytes(),
        sessions.quarantined(),
        statistics.setAside(),
        statistics.bytesOnDisk(),
        statistics.bytesWritten(),
        statistics.bytesGiven(),
        committer.pendingBytes(),
        committer.oldestPendingSeconds(),
        figures.failedWrites(),
        figures.syncSeconds(),
        figures.batchSize());
  }

  private @Nullable String problem() {
    if (committer.isClosed()) {
      return "the store is closed; it is back when its bundle is";
    }
    EngineException known = engine.failure();
    if (known != null) {
      return "nothing can be written and nothing durable is acknowledged: %s; %s"
          .formatted(known.getMessage(), remedy(known.reason()));
    }
    Throwable unknown = committer.unexplainedFailure();
    return unknown == null
        ? null
        : "the last write to the engine %s failed (%s), nothing durable is acknowledged until one succeeds; look at its folder %s, its disk and the log"
            .formatted(properties.name(), unknown, engine.folder());
  }

  private static String remedy(EngineException.Reason reason) {
    return switch (reason) {
      case FULL -> "make room on the disk, the store then goes on by itself within 10 s";
      case FAILED ->
          "look at the disk and at the rights of the folder; the store goes on by itself once it can be written to and is found whole";
      case DAMAGED -> "restart the broker, which sets aside what is damaged, or restore a backup";
      case NEWER -> "start the version that wrote the data, or move the folder away";
      case UNAVAILABLE -> "choose another engine in io.fluxmqtt.store.cfg";
      case CLOSED -> "it is back when the engine's bundle is";
    };
  }

  @Override
  public CompletionStage<Path> backup(Path folder) {
    CompletableFuture<Path> result = new CompletableFuture<>();
    if (!copying.compareAndSet(null, result)) {
      result.completeExceptionally(
          new IOException("a copy is being written already; try again when it is done"));
      return result;
    }
    StoreCopy copy = new StoreCopy(engine, properties, folder);
    run(
        copying,
        result,
        () -> {
          copy.check();
          committer.exclusively(() -> null); // all that was given before is in the engine
          return copy.write();
        });
    return result.minimalCompletionStage();
  }

  @Override
  public CompletionStage<StoreCheck> verify() {
    CompletableFuture<StoreCheck> result = new CompletableFuture<>();
    CompletableFuture<StoreCheck> running = checking.compareAndExchange(null, result);
    if (running != null) {
      return running.minimalCompletionStage(); // it reads every entry for both
    }
    run(
        checking,
        result,
        () -> new Verification(engine, sessions, retained, thread::isClosed).run());
    return result.minimalCompletionStage();
  }

  private <T> void run(
      AtomicReference<@Nullable CompletableFuture<T>> place,
      CompletableFuture<T> result,
      Callable<T> work) {
    thread.execute(
        () -> {
          T done = null;
          Throwable failure = null;
          try {
            if (thread.isClosed()) {
              throw new IOException("the store is closed");
            }
            done = work.call();
          } catch (Throwable e) { // edge: the engine is somebody else's code; who waits is told
            failure = e instanceof IOException ? e : new IOException("the store failed: " + e, e);
          }
          place.set(null); // first: who is told may ask again
          if (failure != null) {
            result.completeExceptionally(failure);
          } else {
            result.complete(done);
          }
        });
  }

  /** From now on nothing begins. */
  void shut() {
    thread.shut();
  }

  @Override
  public void close() {
    thread.close();
  }
}
