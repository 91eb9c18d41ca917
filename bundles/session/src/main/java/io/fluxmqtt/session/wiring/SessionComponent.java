package io.fluxmqtt.session.wiring;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.admin.Listener;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.events.BrokerEventListener;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.session.SessionManager;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.broker.Administration;
import io.fluxmqtt.session.broker.Broker;
import io.fluxmqtt.session.broker.BrokerSettings;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import io.fluxmqtt.session.broker.BrokerSettings.Ownership;
import io.fluxmqtt.session.broker.HouseLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the session manager on its store and offers it as {@link SessionManager}, {@link
 * BrokerAdmin} and {@link BrokerStatistics}. When the store goes, so does the session manager, and
 * with it the transport, which tells the clients.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = SessionComponent.PID)
@Designate(ocd = SessionConfig.class)
public final class SessionComponent {
  static final String PID = "io.fluxmqtt.session";

  private static final long CLOSE_MILLIS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(SessionComponent.class);

  private final AccessControl access;
  private final SessionStore sessionStore;
  private final RetainedStore retainedStore;
  private final BundleContext context;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<BrokerEventListener> eventListeners = new ArrayList<>(); // guarded by this
  private final QueueRuleBook queueRules;
  private volatile @Nullable String heldBack; // why the newest configuration is not in force
  private @Nullable Running running; // guarded by this
  private @Nullable BrokerSettings good; // the newest; guarded by this

  /** What there is only with a good configuration. */
  private record Running(
      Broker broker, HouseLoop house, List<ServiceRegistration<?>> registrations) {}

  /** Starts the session manager; with a bad value it waits for a better one. */
  @Activate
  public SessionComponent(
      @Reference AccessComponent access,
      @Reference QueueRuleBook queueRules,
      @Reference(name = "sessionStore", target = "(mqtt.store.name=default)")
          SessionStore sessionStore,
      @Reference(name = "retainedStore", target = "(mqtt.store.name=default)")
          RetainedStore retainedStore,
      BundleContext context,
      Map<String, Object> properties)
      throws IOException {
    this.access = access.control();
    this.queueRules = queueRules;
    this.sessionStore = sessionStore;
    this.retainedStore = retainedStore;
    this.context = context;
    configure(properties);
    queueRules.onChange(this::queueRulesChanged);
  }

  private synchronized void queueRulesChanged() {
    if (running != null && good != null) {
      running.broker().configure(good.with(queueRules.rules()));
    }
  }

  @Modified
  void modified(Map<String, Object> properties) throws IOException {
    configure(properties);
  }

  private synchronized void configure(Map<String, Object> properties) throws IOException {
    try {
      BrokerSettings read = read(properties, retainedStore.isOnHeap());
      BrokerSettings settings = read.with(queueRules.rules());
      good = read;
      heldBack = null;
      if (running == null) {
        running = start(settings);
      } else {
        running.broker().configure(settings);
      }
    } catch (SettingException e) {
      heldBack = e.getMessage();
      if (running == null) {
        LOG.error("{}; no broker until this is mended", e.getMessage());
      } else {
        LOG.warn("{}; the old configuration stays in force", e.getMessage());
      }
    }
  }

  private Running start(BrokerSettings settings) throws IOException {
    HouseLoop house = new HouseLoop();
    Broker broker =
        new Broker(
            access,
            sessionStore,
            retainedStore,
            settings,
            house,
            System::nanoTime,
            System::currentTimeMillis);
    eventListeners.forEach(broker.events()::add);
    try {
      broker.start();
    } catch (IOException e) {
      house.close(0);
      LOG.error("The store cannot be read; no broker: {}", e.toString());
      throw e;
    }
    Administration administration =
        new Administration(broker, this::listenerInfos, this::badConfiguration);
    return new Running(
        broker,
        house,
        List.of(
            context.registerService(BrokerAdmin.class, administration, null),
            context.registerService(BrokerStatistics.class, administration, null),
            context.registerService(SessionManager.class, broker, null)));
  }

  private Optional<String> badConfiguration() {
    List<String> all = new ArrayList<>(queueRules.problems());
    Optional.ofNullable(heldBack).ifPresent(all::add);
    return all.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", all));
  }

  @Deactivate
  synchronized void deactivate() {
    queueRules.onChange(() -> {});
    if (running != null) {
      List<ServiceRegistration<?>> registrations = running.registrations();
      for (int i = registrations.size() - 1; i >= 0; i--) {
        registrations.get(i).unregister(); // the session manager first: the transport closes
      }
      running.broker().stop();
      running.house().close(CLOSE_MILLIS);
      running = null;
    }
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addListener(Listener listener) {
    listeners.add(listener);
  }

  void removeListener(Listener listener) {
    listeners.remove(listener);
    access.forgetListener(listener.info().name());
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  synchronized void addEventListener(BrokerEventListener listener) {
    eventListeners.add(listener);
    if (running != null) {
      running.broker().events().add(listener);
    }
  }

  synchronized void removeEventListener(BrokerEventListener listener) {
    eventListeners.remove(listener);
    if (running != null) {
      running.broker().events().remove(listener);
    }
  }

  private List<ListenerInfo> listenerInfos() {
    return listeners.stream().map(Listener::info).toList();
  }

  static BrokerSettings read(Map<String, Object> properties, boolean storeOnHeap) {
    Settings s = new Settings(PID, properties, SessionConfig.class);
    for (String key : s.unknownKeys()) {
      LOG.warn("{}: {} is not a key of this configuration; it is ignored", PID, key);
    }
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    long sixteenth = Runtime.getRuntime().maxMemory() / 16;
    long terabyte = 1L << 40;
    return new BrokerSettings(
        s.integer("keepAliveMaxSeconds", 0, 65_535),
        s.number("sessionExpiryMaxSeconds", 0, 4_294_967_295L),
        s.integer("receiveMaximum", 1, 65_535),
        s.integer("inFlightMax", 1, 65_535),
        s.integer("topicAliasMaximum", 0, 65_535),
        s.integer("outgoingTopicAliasMaximum", 0, 65_535),
        s.integer("outgoingTopicAliasMinBytes", 4, 65_535),
        s.integer("sessionsMax", 1, 10_000_000),
        s.integer("subscriptionsPerSessionMax", 1, 10_000_000),
        s.integer("queueMaxMessages", 1, 10_000_000),
        s.number("queueMaxBytes", 1_024, terabyte),
        s.number("spillMaxBytes", 1_024, terabyte),
        orElse(s.number("queueTotalMaxMessages", 0, 10_000_000_000L), sixteenth),
        orElse(s.number("queueTotalMaxBytes", 0, terabyte), storeOnHeap ? quarter : 0),
        s.number("qos0QueueMaxBytes", 0, terabyte),
        s.number("mailboxMaxBytes", 1_024, terabyte),
        overflow(s, "overflow", storeOnHeap),
        s.integer("retainedMaxMessages", 0, 100_000_000),
        orElse(s.number("retainedMaxBytes", 0, terabyte), storeOnHeap ? quarter : terabyte),
        s.flag("disconnectDeniedPublish"),
        s.flag("disconnectRevoked"),
        s.flag("retainedOwnerCheck"),
        s.flag("logConnections"),
        s.choice("sessionOwnership", Ownership.class),
        s.integer("refusalsMax", 0, 10_000),
        DurabilityKeys.read(s),
        List.of());
  }

  /** A policy; spilling needs a disk. */
  static Overflow overflow(Settings settings, String key, boolean storeOnHeap) {
    Overflow overflow = settings.choice(key, Overflow.class);
    if (overflow == Overflow.SPILL && storeOnHeap) {
      throw settings.error(
          key,
          "needs a store on disk; set another engine in io.fluxmqtt.store, or drop-oldest,"
              + " drop-newest or disconnect here");
    }
    return overflow;
  }

  private static long orElse(long value, long fallback) {
    return value == 0 ? fallback : value;
  }
}
