package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.concurrent.atomic.AtomicReference;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the engine, as available where there is a native library for the machine. That is
 * loaded by the engine's first use, and if it does not run the service says so from then on. Its
 * files are opened by the first call and closed when the last who had the service has given it
 * back: where another engine was chosen, they never are.
 */
@Component(
    immediate = true,
    service = {})
public final class RocksEngineComponent implements ServiceFactory<KvEngine> {
  static final String ENGINE = "rocksdb";

  private static final Logger LOG = LoggerFactory.getLogger(RocksEngineComponent.class);

  private final EngineService engine;
  private final AtomicReference<ServiceRegistration<KvEngine>> registration =
      new AtomicReference<>();
  private int takers; // guarded by this

  /** Registers the service; does not throw if the engine does not run here. */
  @Activate
  public RocksEngineComponent(BundleContext context) {
    Path store =
        DataFolder.of(context::getProperty, System::getenv).toAbsolutePath().resolve("store");
    engine = engine(store);
    registration.set(
        context.registerService(KvEngine.class, this, properties(engine.failure() == null)));
  }

  private EngineService engine(Path store) {
    try {
      String library = Machine.library();
      return new EngineService(
          store, () -> Natives.load(store.resolve("native"), library), this::turnUnavailable);
    } catch (EngineException e) {
      LOG.info("the engine {} is not available: {}", ENGINE, e.getMessage());
      return EngineService.refusing(store, e);
    }
  }

  /**
   * Called by the first use: after that began, so it is registered, and maybe by another bundle.
   */
  private void turnUnavailable(EngineException refusal) {
    LOG.warn("the engine {} is not available: {}", ENGINE, refusal.getMessage());
    try {
      registration.get().setProperties(properties(false));
    } catch (IllegalStateException e) {
      // unregistered meanwhile
    }
  }

  private static Hashtable<String, Object> properties(boolean available) {
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(KvEngine.NAME, ENGINE);
    properties.put(KvEngine.DURABLE, true);
    properties.put(KvEngine.AVAILABLE, available);
    return properties;
  }

  @Deactivate
  void deactivate() {
    registration.get().unregister();
    engine.close();
  }

  @Override
  public synchronized KvEngine getService(Bundle taker, ServiceRegistration<KvEngine> service) {
    registration.set(service); // it may be used before registering has returned
    takers++;
    return engine;
  }

  @Override
  public synchronized void ungetService(
      Bundle taker, ServiceRegistration<KvEngine> service, KvEngine given) {
    takers--;
    if (takers == 0) {
      engine.close();
    }
  }
}
