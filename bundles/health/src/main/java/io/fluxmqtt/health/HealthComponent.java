package io.fluxmqtt.health;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.StoreAdmin;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.felix.hc.api.HealthCheck;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers a {@link HealthCheck} for each of the checks of a {@link Watch}, and drives it. */
@Component(
    service = {},
    immediate = true,
    configurationPid = HealthComponent.PID)
@Designate(ocd = HealthComponent.Config.class)
public final class HealthComponent {
  static final String PID = "io.fluxmqtt.health";

  private static final Logger LOG = LoggerFactory.getLogger(HealthComponent.class);
  private static final int SOURCES = 3;
  private static final long IDLE_SECONDS = 10;

  /** The keys of {@code io.fluxmqtt.health}. */
  @ObjectClassDefinition(
      name = "Flux MQTT health",
      description =
          "Where the health of the broker's store, of its disk and of its certificates ends.")
  @interface Config {
    /** How long a commit may wait. */
    @AttributeDefinition(
        name = "Longest wait of a commit (milliseconds)",
        description =
            "What is to be stored may wait so long for its write and sync, in milliseconds, 100 to"
                + " 600000; longer is red until it has passed. Default: 3000. A change is hot.")
    long commitWaitMaxMillis() default 3_000;

    /** Where a warning begins. */
    @AttributeDefinition(
        name = "Free room, warning (bytes)",
        description =
            "Less free room on the store's disk is a warning, in bytes, 0 to 2^50; of a small disk a"
                + " tenth, if that is less. Default: 268435456. A change is hot.")
    long diskFreeWarnBytes() default 268_435_456;

    /** Where red begins. */
    @AttributeDefinition(
        name = "Free room, red (bytes)",
        description =
            "Less free room on the store's disk is red, in bytes, 0 to diskFreeWarnBytes; of a small"
                + " disk a twentieth, if that is less. Default: 67108864. A change is hot.")
    long diskFreeRedBytes() default 67_108_864;

    /** What has been looked at. */
    @AttributeDefinition(
        name = "Damage that is known",
        description =
            "So many damaged entries and files that the store has set aside were looked at; more are a"
                + " warning. 0 and more. Default: 0. A change is hot.")
    long damageSeen() default 0;

    /** When a certificate is to be replaced. */
    @AttributeDefinition(
        name = "Certificates, warning (days)",
        description =
            "A listener's certificate that ends within so many days is a warning, 0 to 3650; one that"
                + " has ended is red. Default: 14. A change is hot.")
    long certificateWarnDays() default 14;
  }

  private final Watch watch;
  private final ScheduledExecutorService timer;
  private final ThreadPoolExecutor askers;
  private final List<ServiceRegistration<HealthCheck>> registrations;

  /** Begins to look. A bad value leaves the defaults, or what was there, in force. */
  @Activate
  public HealthComponent(BundleContext context, Map<String, Object> properties) {
    askers =
        new ThreadPoolExecutor(
            0,
            SOURCES,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            daemons("flux-mqtt-health-ask"));
    watch =
        new Watch(
            HealthSettings.of(settings(Map.of())), askers, System::nanoTime, Clock.systemUTC());
    configure(properties, "the defaults stay in force");
    timer = Executors.newSingleThreadScheduledExecutor(daemons("flux-mqtt-health"));
    registrations = watch.checks().stream().map(check -> register(context, check)).toList();
    timer.scheduleWithFixedDelay(this::look, 0, Watch.MILLIS, TimeUnit.MILLISECONDS);
  }

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static ServiceRegistration<HealthCheck> register(BundleContext context, Check check) {
    return context.registerService(HealthCheck.class, check.check(), check.properties());
  }

  private void look() {
    try {
      watch.look();
    } catch (RuntimeException e) { // edge: the timer would stop
      LOG.error("health cannot be told", e);
    }
  }

  @Modified
  void modified(Map<String, Object> properties) {
    configure(properties, "the old configuration stays in force");
  }

  private void configure(Map<String, Object> properties, String otherwise) {
    Settings settings = settings(properties);
    try {
      watch.configure(HealthSettings.of(settings));
      Collection<String> unknown = settings.unknownKeys();
      if (!unknown.isEmpty()) {
        LOG.warn("{}: nobody reads {}", settings.pid(), unknown);
      }
    } catch (SettingException e) {
      watch.holdBack(e.getMessage() + "; " + otherwise);
      LOG.warn("{}; {}", e.getMessage(), otherwise);
    }
  }

  static Settings settings(Map<String, ?> properties) {
    return new Settings(PID, properties, Config.class);
  }

  /** Threads that are stuck in somebody's call end with it. */
  @Deactivate
  void deactivate() {
    registrations.forEach(ServiceRegistration::unregister);
    timer.shutdownNow();
    askers.shutdown();
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "storeWent")
  void storeCame(StoreAdmin store) {
    watch.store().came(store);
  }

  void storeWent(StoreAdmin store) {
    watch.store().went(store);
  }

  @Reference(
      cardinality = ReferenceCardinality.OPTIONAL,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "brokerWent")
  void brokerCame(BrokerAdmin broker) {
    watch.broker().came(broker);
  }

  void brokerWent(BrokerAdmin broker) {
    watch.broker().went(broker);
  }
}
