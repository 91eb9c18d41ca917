package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.BrokerConfiguration;
import io.fluxmqtt.api.admin.ConfigurationChange;
import io.fluxmqtt.api.admin.ConfigurationCheck;
import io.fluxmqtt.api.admin.ConfigurationInfo;
import io.fluxmqtt.api.admin.ConfigurationResult;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.config.ConfigurationChecker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Offers {@link BrokerConfiguration}. Nothing of it is loaded before somebody asks, and it goes
 * again when nobody does, save while a transaction is under way.
 */
@Component(service = BrokerConfiguration.class)
public final class ConfigurationComponent implements BrokerConfiguration {
  private final BundleContext context;
  private final Map<ConfigurationChecker, List<String>> checkers = new ConcurrentHashMap<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread made = new Thread(task, "flux-mqtt-config");
            made.setDaemon(true);
            return made;
          });
  private final Configurations configurations;
  private volatile @Nullable BrokerAdmin broker;
  private volatile @Nullable StoreAdmin store;

  /** Touches no file yet. */
  @Activate
  public ConfigurationComponent(BundleContext context, @Reference ConfigurationAdmin admin) {
    this.context = context;
    Container container =
        new FrameworkContainer(
            context,
            admin,
            checkers,
            () -> Optional.ofNullable(broker),
            () -> Optional.ofNullable(store));
    configurations =
        new Configurations(
            new EtcFiles(etc(context)), container, Pace.ofSystem(), InstantSource.system(), thread);
  }

  private static Path etc(BundleContext context) {
    for (String key : new String[] {"flux.mqtt.etc", "karaf.etc"}) {
      String folder = context.getProperty(key); // of the framework, else of the system
      if (folder != null && !folder.isBlank()) {
        return Path.of(folder);
      }
    }
    return Path.of("").toAbsolutePath();
  }

  @Deactivate
  void deactivate() {
    thread.shutdownNow();
  }

  @Override
  public List<ConfigurationInfo> describe() throws IOException {
    return configurations.describe();
  }

  @Override
  public ConfigurationCheck check(List<ConfigurationChange> changes) throws IOException {
    return configurations.check(changes);
  }

  /** Uses the service itself until it is done, so that it stays though its caller has left. */
  @Override
  public CompletionStage<ConfigurationResult> apply(
      List<ConfigurationChange> changes, Optional<String> stamp, int rollbackSeconds) {
    ServiceReference<BrokerConfiguration> self =
        context.getServiceReference(BrokerConfiguration.class);
    if (self != null) {
      context.getService(self);
    }
    CompletionStage<ConfigurationResult> result;
    try {
      result = configurations.apply(changes, stamp, rollbackSeconds);
    } catch (RuntimeException e) {
      release(self);
      throw e;
    }
    result.whenComplete((done, failure) -> release(self));
    return result;
  }

  private void release(@Nullable ServiceReference<BrokerConfiguration> self) {
    try {
      if (self != null) {
        context.ungetService(self);
      }
    } catch (IllegalStateException e) {
      // the bundle has stopped, and the service is gone
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void addChecker(ConfigurationChecker checker, Map<String, Object> properties) {
    Object pids = properties.get(ConfigurationChecker.PIDS);
    if (pids instanceof String[] several) {
      checkers.put(checker, List.of(several));
    } else if (pids instanceof String one) {
      checkers.put(checker, List.of(one));
    }
  }

  void removeChecker(ConfigurationChecker checker) {
    checkers.remove(checker);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setBroker(BrokerAdmin present) {
    broker = present;
  }

  void unsetBroker(BrokerAdmin former) {
    if (broker == former) {
      broker = null;
    }
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void setStore(StoreAdmin present) {
    store = present;
  }

  void unsetStore(StoreAdmin former) {
    if (store == former) {
      store = null;
    }
  }
}
