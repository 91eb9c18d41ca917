package io.fluxmqtt.store.mvstore;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * The engine as a service. Its file is opened by the first call, so where another engine was chosen
 * it never is, and who calls is told why it cannot be; and closed when nobody has the service.
 */
@Component(
    property = {
      KvEngine.NAME + "=" + MvStoreComponent.ENGINE,
      KvEngine.DURABLE + ":Boolean=true",
      KvEngine.AVAILABLE + ":Boolean=true"
    })
public final class MvStoreComponent implements KvEngine {
  static final String ENGINE = "mvstore";

  private final Path folder;
  private volatile @Nullable MvStoreEngine engine; // changed under this
  private boolean closed; // guarded by this

  @Activate
  public MvStoreComponent(BundleContext context) {
    this(DataFolder.of(context::getProperty, System::getenv));
  }

  MvStoreComponent(Path data) {
    folder = data.toAbsolutePath().resolve("store").resolve(ENGINE);
  }

  private MvStoreEngine engine() throws EngineException {
    MvStoreEngine open = engine;
    return open != null ? open : open();
  }

  private synchronized MvStoreEngine open() throws EngineException {
    if (closed) {
      throw new EngineException(EngineException.Reason.CLOSED, folder + ": the engine was closed");
    }
    MvStoreEngine open = engine;
    if (open == null) {
      open = MvStoreEngine.open(folder);
      engine = open;
    }
    return open;
  }

  @Deactivate
  synchronized void close() {
    closed = true;
    MvStoreEngine open = engine;
    if (open != null) {
      open.close();
    }
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
  public void backup(Path target) throws IOException {
    engine().backup(target);
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public @Nullable EngineException failure() {
    MvStoreEngine open = engine;
    return open == null ? null : open.failure();
  }

  @Override
  public Statistics statistics() {
    MvStoreEngine open = engine;
    return open == null ? Statistics.NONE : open.statistics();
  }

  @Override
  public long usableBytes() {
    MvStoreEngine open = engine;
    return open == null ? Long.MAX_VALUE : open.usableBytes();
  }
}
