package io.fluxmqtt.store.rocksdb;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.nio.file.Path;
import java.util.Hashtable;
import org.jspecify.annotations.Nullable;
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
 * Registers the engine, once it is known whether the native library runs here. Its files are opened
 * by the first call and closed when the last who had the service has given it back: where another
 * engine was chosen, they never are.
 */
@Component(
    immediate = true,
    service = {})
public final class RocksEngineComponent implements ServiceFactory<KvEngine> {
  static final String ENGINE = "rocksdb";

  private static final Logger LOG = LoggerFactory.getLogger(RocksEngineComponent.class);

  private final EngineService engine;
  private final ServiceRegistration<KvEngine> registration;
  private int takers; // guarded by this

  /** Loads the native library; does not throw if that does not run here. */
  @Activate
  public RocksEngineComponent(BundleContext context) {
    Path store =
        DataFolder.of(context::getProperty, System::getenv).toAbsolutePath().resolve("store");
    EngineException refusal = loadNatives(store.resolve("native"));
    engine = new EngineService(store, refusal);
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put(KvEngine.NAME, ENGINE);
    properties.put(KvEngine.DURABLE, true);
    properties.put(KvEngine.AVAILABLE, refusal == null);
    registration = context.registerService(KvEngine.class, this, properties);
  }

  private static @Nullable EngineException loadNatives(Path home) {
    try {
      Natives.load(home);
      return null;
    } catch (EngineException e) {
      LOG.info("the engine {} is not available: {}", ENGINE, e.getMessage());
      return e;
    }
  }

  @Deactivate
  void deactivate() {
    registration.unregister();
    engine.close();
  }

  @Override
  public synchronized KvEngine getService(Bundle taker, ServiceRegistration<KvEngine> service) {
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
