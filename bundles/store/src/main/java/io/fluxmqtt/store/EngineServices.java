package io.fluxmqtt.store;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.util.List;
import java.util.Map;
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
  }

  @Override
  public EngineChoice.State state(String name) {
    List<ServiceReference<KvEngine>> services = named(name).toList();
    if (services.stream().anyMatch(EngineServices::isAvailable)) {
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

  private Stream<ServiceReference<KvEngine>> named(String name) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(name))
        .map(Map.Entry::getKey);
  }

  private static boolean isAvailable(ServiceReference<KvEngine> service) {
    return !Boolean.FALSE.equals(service.getProperty(KvEngine.AVAILABLE));
  }

  private static boolean brings(Bundle bundle, String name) {
    return (BUNDLE_PREFIX + name).equals(bundle.getSymbolicName());
  }
}
