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
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
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
@Designate(ocd = SessionComponent.Config.class)
public final class SessionComponent {
  static final String PID = "io.fluxmqtt.session";

  private static final long CLOSE_MILLIS = 200;
  private static final Logger LOG = LoggerFactory.getLogger(SessionComponent.class);

  /** The keys of {@code io.fluxmqtt.session}. */
  @ObjectClassDefinition(
      name = "Flux MQTT sessions",
      description = "Limits of sessions, queues and messages. Every change is live.")
  @interface Config {
    @AttributeDefinition(
        name = "Keep alive cap",
        description =
            "Highest keep alive of MQTT 5.0 clients, and what a client gets that asks for none, in"
                + " seconds; 0 for no cap. 3.x clients keep their own. Change: new connections"
                + " only.",
        min = "0",
        max = "65535")
    int keepAliveMaxSeconds() default 0;

    @AttributeDefinition(
        name = "Session expiry cap",
        description =
            "Longest Session Expiry Interval in seconds; 4294967295 lets sessions never expire."
                + " Sessions of 3.x clients without clean session get it. Change: new connections"
                + " only.",
        min = "0",
        max = "4294967295")
    long sessionExpiryMaxSeconds() default 4_294_967_295L;

    @AttributeDefinition(
        name = "Receive Maximum",
        description =
            "QoS 1 and 2 messages that an MQTT 5.0 client may have unacknowledged towards the"
                + " broker. Change: new connections only.",
        min = "1",
        max = "65535")
    int receiveMaximum() default 1_000;

    @AttributeDefinition(
        name = "In-flight window",
        description =
            "QoS 1 and 2 messages that the broker has unacknowledged towards a client, if the"
                + " client's own Receive Maximum is not lower. Change: new connections only.",
        min = "1",
        max = "65535")
    int inFlightMax() default 1_000;

    @AttributeDefinition(
        name = "Topic Alias Maximum",
        description =
            "Topic Aliases that an MQTT 5.0 client may set on a connection; 0 for none. Change: new"
                + " connections only.",
        min = "0",
        max = "65535")
    int topicAliasMaximum() default 32;

    @AttributeDefinition(
        name = "Outgoing Topic Alias Maximum",
        description =
            "Topic Aliases that the broker sets on a connection of an MQTT 5.0 client that accepts"
                + " some, never more than the client says; 0 for none. Change: new connections"
                + " only.",
        min = "0",
        max = "65535")
    int outgoingTopicAliasMaximum() default 32;

    @AttributeDefinition(
        name = "Outgoing Topic Alias length",
        description =
            "Shortest topic that the broker sets a Topic Alias for, in bytes; an alias takes 3"
                + " itself. Change: new connections only.",
        min = "4",
        max = "65535")
    int outgoingTopicAliasMinBytes() default 4;

    @AttributeDefinition(
        name = "Sessions",
        description = "Sessions at most, connected or not; more are refused. Change: hot.",
        min = "1",
        max = "10000000")
    int sessionsMax() default 100_000;

    @AttributeDefinition(
        name = "Subscriptions of a session",
        description = "Subscriptions of one session at most; more are refused. Change: hot.",
        min = "1",
        max = "10000000")
    int subscriptionsPerSessionMax() default 10_000;

    @AttributeDefinition(
        name = "Queue length",
        description =
            "QoS 1 and 2 messages that may wait for one session; for those of some clients or topics"
                + " see io.fluxmqtt.queue. Queues above a lower limit are brought down to it where"
                + " the oldest are dropped. Change: hot.",
        min = "1",
        max = "10000000")
    int queueMaxMessages() default 10_000;

    @AttributeDefinition(
        name = "Queue bytes",
        description = "Bytes of messages that may wait for one session, likewise. Change: hot.",
        min = "1024",
        max = "1099511627776")
    long queueMaxBytes() default 8_388_608;

    @AttributeDefinition(
        name = "Bytes on disk of a queue that spills",
        description =
            "Bytes of messages that may wait in the store for one session whose overflow is spill,"
                + " in place of the two limits above. Change: hot.",
        min = "1024",
        max = "1099511627776")
    long spillMaxBytes() default 268_435_456;

    @AttributeDefinition(
        name = "Messages in all queues",
        description =
            "Messages that may wait for all sessions together, since each takes a few bytes of the"
                + " heap also while it is on disk; 0 for one for every 16 bytes of the JVM's heap."
                + " More are dropped. Change: hot.",
        min = "0",
        max = "10000000000")
    long queueTotalMaxMessages() default 0;

    @AttributeDefinition(
        name = "Bytes of all queues",
        description =
            "Bytes of messages that may wait for all sessions together; 0 for as many as are still"
                + " free on the disk of the store, so that queues leave half of the room, or for a"
                + " quarter of the JVM's heap if the store is there. What cannot wait in the store"
                + " never takes more than a quarter of the heap. More are dropped. Change: hot.",
        min = "0",
        max = "1099511627776")
    long queueTotalMaxBytes() default 0;

    @AttributeDefinition(
        name = "QoS 0 bytes of a slow connection",
        description =
            "Bytes of QoS 0 messages that may wait for one connection that takes too little;"
                + " more are dropped. Change: hot.",
        min = "0",
        max = "1099511627776")
    long qos0QueueMaxBytes() default 1_048_576;

    @AttributeDefinition(
        name = "Mailbox bytes",
        description =
            "Bytes of messages on their way to one session, above which its publishers pause until"
                + " it has taken them. Change: hot.",
        min = "1024",
        max = "1099511627776")
    long mailboxMaxBytes() default 4_194_304;

    @AttributeDefinition(
        name = "Queue overflow",
        description =
            "What happens when a session's queue is full: drop-oldest, drop-newest, disconnect, or"
                + " spill: go on in the store up to spillMaxBytes, then drop-newest; what cannot wait"
                + " in the store is dropped at queueMaxMessages and queueMaxBytes. Publishers of"
                + " QoS 1 and 2 are told 0x97 where nobody could keep a message, unless the oldest"
                + " makes room. Change: hot.")
    String overflow() default "drop-oldest";

    @AttributeDefinition(
        name = "Retained messages",
        description = "Retained Messages at most. Change: hot.",
        min = "0",
        max = "100000000")
    int retainedMaxMessages() default 1_000_000;

    @AttributeDefinition(
        name = "Retained bytes",
        description =
            "Bytes of Retained Messages at most; 0 for a quarter of the JVM's heap if the store keeps"
                + " them there, else for no limit. Change: hot.",
        min = "0",
        max = "1099511627776")
    long retainedMaxBytes() default 0;

    @AttributeDefinition(
        name = "Disconnect for a denied publish",
        description =
            "Whether a 3.x client is disconnected when it publishes what it may not; else the"
                + " message is acknowledged and dropped. 5.0 clients are told 0x87. Change: hot.")
    boolean disconnectDeniedPublish() default false;

    @AttributeDefinition(
        name = "Disconnect for a revoked subscription",
        description =
            "Whether a client is disconnected (5.0: with 0x87) when a new policy takes a subscription"
                + " from it; else that is suspended until it is allowed again. Change: hot.")
    boolean disconnectRevoked() default false;

    @AttributeDefinition(
        name = "Check the owners of retained messages",
        description =
            "Whether a Retained Message is withheld while the client that published it may not do so"
                + " any more; known of clients that have a session. Change: hot.")
    boolean retainedOwnerCheck() default true;

    @AttributeDefinition(
        name = "Log connections",
        description = "Whether connects and disconnects are logged at INFO. Change: hot.")
    boolean logConnections() default false;

    @AttributeDefinition(
        name = "Session ownership",
        description =
            "Whether a Client Identifier belongs to the user who made its session: user refuses other"
                + " users who come with it (0x87; 3.x: 5), and the session goes on as if nobody had;"
                + " clients without a user name count as one user. none lets whoever may connect take"
                + " any session over. A session whose user goes by another name now is freed by"
                + " mqtt:session-purge. Change: hot.")
    String sessionOwnership() default "user";

    @AttributeDefinition(
        name = "Refusals remembered",
        description =
            "How many of the last refusals mqtt:refusals can show, each at most about 1 KB; 0 for"
                + " none. Change: hot.",
        min = "0",
        max = "10000")
    int refusalsMax() default 200;

    @AttributeDefinition(
        name = "Topics that are synced",
        description =
            "Topic Filters of messages that are acknowledged when they are safe from a power cut, as"
                + " all are that no filter of these three lists matches. Of those that match the most"
                + " specific counts: at the first level that differs, a name before + before #."
                + " Change: hot.")
    String[] syncTopics() default {};

    @AttributeDefinition(
        name = "Topics that are synced at intervals",
        description =
            "Topic Filters of messages that are acknowledged at once, written at once, and synced"
                + " within syncIntervalMillis. Change: hot.")
    String[] intervalTopics() default {};

    @AttributeDefinition(
        name = "Topics that are kept in memory",
        description =
            "Topic Filters of messages that are acknowledged at once, written only if they are still"
                + " needed after syncIntervalMillis, and not synced for themselves. Change: hot.")
    String[] memoryTopics() default {};

    @AttributeDefinition(
        name = "Sync interval",
        description =
            "How long a message of intervalTopics may wait for its sync, and one of memoryTopics to be"
                + " written, in milliseconds: what a crash costs at most. Change: hot.",
        min = "1",
        max = "60000")
    int syncIntervalMillis() default 1_000;
  }

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
    Settings s = new Settings(PID, properties, Config.class);
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
