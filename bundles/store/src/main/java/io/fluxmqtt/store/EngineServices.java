package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.EngineException;
import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/**
 * The engines of this framework: by their services, which are looked at and not taken, so that none
 * opens files that was not chosen; and by the bundles that will bring them.
 */
final class EngineServices implements EngineChoice.Engines {
  private static final String BUNDLE_PREFIX = "io.fluxmqtt.store.";

  private final BundleContext context;
  private final Map<ServiceReference<KvEngine>, String> names = new ConcurrentHashMap<>();
  private final Set<ServiceReference<KvEngine>> failed = ConcurrentHashMap.newKeySet();

  EngineServices(BundleContext context) {
    this.context = context;
  }

  void add(ServiceReference<KvEngine> service) {
    if (service.getProperty(KvEngine.NAME) instanceof String name) {
      names.put(service, name);
    }
  }

  void remove(ServiceReference<KvEngine> service) {
    names.remove(service);
    failed.remove(service);
  }

  @Override
  public EngineChoice.State state(String name) {
    List<ServiceReference<KvEngine>> services = named(name).toList();
    if (services.stream().anyMatch(this::isAvailable)) {
      return EngineChoice.State.READY;
    }
    if (!services.isEmpty()) {
      return EngineChoice.State.UNAVAILABLE;
    }
    return Stream.of(context.getBundles()).anyMatch(bundle -> brings(bundle, name))
        ? EngineChoice.State.COMING
        : EngineChoice.State.ABSENT;
  }

  @Override
  public List<String> ready() {
    return names.entrySet().stream()
        .filter(entry -> isAvailable(entry.getKey()))
        .map(Map.Entry::getValue)
        .distinct()
        .sorted()
        .toList();
  }

  /** Whether what this engine, which is ready, is given outlives the process. */
  boolean isDurable(String name) {
    return named(name)
        .anyMatch(service -> Boolean.TRUE.equals(service.getProperty(KvEngine.DURABLE)));
  }

  /**
   * Whether this engine, which is ready, can be loaded; if not it is unavailable from now on. It is
   * given back at once, which costs nothing, as loading opens no data. Blocks for I/O.
   */
  boolean loads(String name) {
    List<ServiceReference<KvEngine>> ready = named(name).filter(this::isAvailable).toList();
    for (ServiceReference<KvEngine> service : ready) {
      if (!loads(service)) {
        failed.add(service);
      }
    }
    return state(name) == EngineChoice.State.READY;
  }

  private boolean loads(ServiceReference<KvEngine> service) {
    KvEngine engine = context.getService(service);
    if (engine == null) {
      return true; // going or gone; the store waits for its successor
    }
    try {
      engine.load();
      return true;
    } catch (EngineException e) {
      return e.reason() != EngineException.Reason.UNAVAILABLE; // else the store will tell
    } finally {
      context.ungetService(service);
    }
  }

  private Stream<ServiceReference<KvEngine>> named(String name) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .map(Map.Entry::getKey);
  }

  private boolean isAvailable(ServiceReference<KvEngine> service) {
    return !failed.contains(service)
        && !Boolean.FALSE.equals(service.getProperty(KvEngine.AVAILABLE));
  }

  private static boolean brings(Bundle bundle, String name) {
    return (BUNDLE_PREFIX + name).equals(bundle.getSymbolicName());
  }
}
