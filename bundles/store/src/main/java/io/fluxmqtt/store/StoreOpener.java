package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the store on the one engine that {@link EngineConfigurator} names in the reference's
 * target, and gives it to {@link StoreComponent}. Where it cannot be opened it tries again by
 * itself, so that a gateway with nobody beside it comes up when the cause is gone; only what a
 * later version has written stays untouched from then on. Without that target it binds nothing: no
 * engine is taken by its ranking. It is enabled by the configurator, so that it never sees the
 * target of an earlier run.
 */
@Component(
    name = StoreOpener.NAME,
    configurationPid = StoreOpener.NAME,
    configurationPolicy = ConfigurationPolicy.REQUIRE,
    enabled = false,
    immediate = true,
    service = {})
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"io.fluxmqtt.store.Store\"")
public final class StoreOpener {
  /** Name and PID; the configuration is the configurator's, not a user's. */
  static final String NAME = "io.fluxmqtt.store.wiring";

  /** The key by which the engine is chosen. */
  static final String ENGINE_TARGET = "engine.target";

  private static final Logger LOG = LoggerFactory.getLogger(StoreOpener.class);

  private final BundleContext context;
  private final KvEngine engine;
  private final EngineProperties properties;
  private final Retry retry = new Retry("flux-mqtt-store-retry");

  // guarded by this
  private @Nullable Store store;
  private @Nullable ServiceRegistration<Store> registration;
  private boolean closed;
  private String told = ""; // why it failed the last time

  /** Opens the store if it can. Blocks for I/O. */
  @Activate
  public StoreOpener(
      BundleContext context,
      @Reference(name = "engine", service = KvEngine.class, target = "(" + KvEngine.NAME + "=)")
          Map.Entry<Map<String, Object>, KvEngine> engine) {
    this.context = context;
    this.engine = engine.getValue();
    properties = EngineProperties.of(engine.getKey());
    attempt();
  }

  private void attempt() {
    Store opened = open();
    if (opened == null) {
      return;
    }
    // Holding no lock: who waits for the store begins on this thread.
    ServiceRegistration<Store> registered = context.registerService(Store.class, opened, null);
    synchronized (this) {
      if (!closed) {
        registration = registered;
        return;
      }
    }
    end(registered, opened);
  }

  private synchronized @Nullable Store open() {
    if (closed) {
      return null;
    }
    try {
      store = Store.open(engine, properties);
    } catch (IOException | RuntimeException e) { // edge: the engine is somebody else's code
      failed(e);
      return null;
    }
    if (!told.isEmpty()) {
      LOG.info("the store is open now");
      told = "";
    }
    retry.reset();
    return store;
  }

  private void failed(Exception failure) {
    boolean isFinal =
        failure instanceof EngineException known && known.reason() == EngineException.Reason.NEWER;
    String why = String.valueOf(failure.getMessage());
    if (!why.equals(told)) {
      told = why;
      LOG.error(
          "the store cannot be opened, the broker stays down{}: {}",
          isFinal ? "" : " and tries again by itself",
          why,
          failure instanceof RuntimeException ? failure : null);
    }
    if (!isFinal) {
      retry.later(this::attempt);
    }
  }

  @Deactivate
  void close() {
    retry.close();
    ServiceRegistration<Store> registered;
    Store opened;
    synchronized (this) {
      closed = true;
      registered = registration;
      opened = store;
    }
    if (registered != null && opened != null) {
      end(registered, opened);
    }
  }

  private static void end(ServiceRegistration<Store> registered, Store opened) {
    registered.unregister(); // first: the session manager ends, and commits what it still has
    opened.close();
  }
}
