package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import io.fluxmqtt.store.mvstore.MvStoreComponent;
import io.fluxmqtt.store.rocksdb.RocksEngineComponent;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** An engine that is shipped, as its service, on a data folder. */
final class DurableEngine implements AutoCloseable {
  static final String MVSTORE = "mvstore";
  static final String ROCKSDB = "rocksdb";

  private final String name;
  private final Object component;
  private final KvEngine engine;

  private DurableEngine(String name, Object component, KvEngine engine) {
    this.name = name;
    this.component = component;
    this.engine = engine;
  }

  /** Opens one; the test is skipped where it does not run. */
  static DurableEngine open(String name, Path data) throws Exception {
    if (name.equals(MVSTORE)) {
      MvStoreComponent component = new MvStoreComponent(framework(data));
      return new DurableEngine(name, component, component);
    }
    RocksEngineComponent component = new RocksEngineComponent(framework(data));
    KvEngine engine = component.getService(fake(Bundle.class), fake(ServiceRegistration.class));
    Assumptions.assumeTrue(engine.failure() == null, "RocksDB does not run on this machine");
    return new DurableEngine(name, component, engine);
  }

  KvEngine engine() {
    return engine;
  }

  EngineProperties properties() {
    return EngineProperties.of(Map.of(KvEngine.NAME, name, KvEngine.DURABLE, true));
  }

  @Override
  public void close() throws Exception {
    Method end =
        component.getClass().getDeclaredMethod(name.equals(MVSTORE) ? "close" : "deactivate");
    end.setAccessible(true);
    end.invoke(component);
  }

  private static BundleContext framework(Path data) {
    return fake(
        BundleContext.class,
        (proxy, method, args) ->
            switch (method.getName()) {
              case "getProperty" -> data.toString();
              case "registerService" -> fake(ServiceRegistration.class);
              default -> throw new UnsupportedOperationException(method.getName());
            });
  }

  private static <T> T fake(Class<T> type) {
    return fake(type, (proxy, method, args) -> null);
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
