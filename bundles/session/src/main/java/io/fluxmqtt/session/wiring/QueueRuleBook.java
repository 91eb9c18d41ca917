package io.fluxmqtt.session.wiring;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.store.RetainedStore;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import io.fluxmqtt.session.broker.QueueRule;
import java.io.IOException;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the rules of queues from all factory configurations {@code io.fluxmqtt.queue}, one from
 * each. All at once, and before the session manager starts: with a component for each, queues would
 * be under other limits for a moment at every start and end, and messages be dropped that need not
 * be.
 */
@Component(
    service = QueueRuleBook.class,
    configurationPid = QueueRuleBook.PID,
    configurationPolicy = ConfigurationPolicy.IGNORE)
@Designate(ocd = QueueRuleBook.Config.class, factory = true)
public final class QueueRuleBook {
  static final String PID = "io.fluxmqtt.queue";

  private static final String AS_FOR_ALL = "as-for-all";
  private static final Logger LOG = LoggerFactory.getLogger(QueueRuleBook.class);

  /** The keys of {@code io.fluxmqtt.queue}. */
  @ObjectClassDefinition(
      name = "Flux MQTT queues of some clients",
      description =
          "Limits for the queues of some clients, or for messages of some topics that wait in them."
              + " Of the rules that apply to a message, the one with the highest priority decides."
              + " Every change is live.")
  @interface Config {
    @AttributeDefinition(
        name = "Clients",
        description =
            "Patterns of the Client Identifiers of those who are to receive; * stands for any"
                + " characters, ? for one. Change: hot.")
    String[] clients() default {"*"};

    @AttributeDefinition(
        name = "Topics",
        description =
            "Topic Filters of the messages that this is for; none for all messages. Change: hot.",
        required = false)
    String[] topics() default {};

    @AttributeDefinition(
        name = "Priority",
        description =
            "Of rules that apply to the same message, the highest decides; of equal ones the first by"
                + " name. Change: hot.",
        min = "-1000000",
        max = "1000000")
    int priority() default 0;

    @AttributeDefinition(
        name = "Queue overflow",
        description =
            "What happens when the queue is full: drop-oldest, drop-newest, disconnect, spill, or"
                + " as-for-all, which is what io.fluxmqtt.session says. Change: hot.")
    String overflow() default AS_FOR_ALL;

    @AttributeDefinition(
        name = "Queue length",
        description =
            "QoS 1 and 2 messages that may wait for one session, those of other rules among them,"
                + " when one comes that this is for; 0 for what io.fluxmqtt.session says. Change:"
                + " hot.",
        min = "0",
        max = "10000000")
    int queueMaxMessages() default 0;

    @AttributeDefinition(
        name = "Queue bytes",
        description = "The same in bytes; 0 for what io.fluxmqtt.session says. Change: hot.",
        min = "0",
        max = "1099511627776")
    long queueMaxBytes() default 0;

    @AttributeDefinition(
        name = "Bytes on disk of a queue that spills",
        description =
            "Bytes of messages that may wait in the store for one session where overflow is spill; 0"
                + " for what io.fluxmqtt.session says. Change: hot.",
        min = "0",
        max = "1099511627776")
    long spillMaxBytes() default 0;
  }

  private final ConfigurationAdmin configurations;
  private final boolean storeOnHeap;
  private final ServiceRegistration<ConfigurationListener> listener;
  private final Map<String, QueueRule> rules = new TreeMap<>(); // by PID; guarded by this
  private final Map<String, String> problems = new TreeMap<>(); // by PID; guarded by this
  private Runnable whenChanged = () -> {}; // guarded by this

  /** Reads the rules, and from now on every change of them. */
  @Activate
  public QueueRuleBook(
      BundleContext context,
      @Reference ConfigurationAdmin configurations,
      @Reference(name = "retainedStore", target = "(mqtt.store.name=default)")
          RetainedStore retainedStore) {
    this.configurations = configurations;
    this.storeOnHeap = retainedStore.isOnHeap();
    // First listen, then read: no change falls between.
    ConfigurationListener onChange =
        event -> {
          if (PID.equals(event.getFactoryPid())) {
            load();
            changed();
          }
        };
    this.listener = context.registerService(ConfigurationListener.class, onChange, null);
    load();
  }

  @Deactivate
  void deactivate() {
    listener.unregister();
  }

  /** The rules in force. */
  synchronized List<QueueRule> rules() {
    return List.copyOf(rules.values());
  }

  /** Why some configurations are not in force. */
  synchronized List<String> problems() {
    return List.copyOf(problems.values());
  }

  /** Whom to tell that the rules have changed; one only. */
  synchronized void onChange(Runnable task) {
    whenChanged = task;
  }

  private void changed() {
    Runnable task;
    synchronized (this) {
      task = whenChanged;
    }
    task.run(); // without this lock, since it asks for the rules
  }

  private synchronized void load() {
    Map<String, Map<String, Object>> found;
    try {
      found = read();
    } catch (IOException e) {
      LOG.error("{}: the configurations cannot be read; the rules stay as they are", PID, e);
      return;
    } catch (IllegalStateException e) { // one was deleted meanwhile: its event follows
      LOG.debug("{}: a configuration went while it was read", PID, e);
      return;
    }
    rules.keySet().retainAll(found.keySet());
    problems.keySet().retainAll(found.keySet());
    found.forEach(this::load);
  }

  private void load(String pid, Map<String, Object> properties) {
    try {
      rules.put(pid, rule(properties, storeOnHeap));
      problems.remove(pid);
    } catch (SettingException e) {
      String then =
          rules.containsKey(pid) ? "the old rule stays in force" : "no rule is made of it";
      String problem = e.getMessage() + "; " + then;
      if (!problem.equals(problems.put(pid, problem))) {
        LOG.warn(problem);
      }
    }
  }

  private Map<String, Map<String, Object>> read() throws IOException {
    Map<String, Map<String, Object>> found = new TreeMap<>();
    Configuration[] listed;
    try {
      listed = configurations.listConfigurations("(service.factoryPid=" + PID + ")");
    } catch (InvalidSyntaxException e) {
      throw new AssertionError(e); // the filter is a constant
    }
    for (Configuration configuration : listed == null ? new Configuration[0] : listed) {
      Dictionary<String, Object> properties = configuration.getProperties();
      if (properties != null) { // else created, and never updated
        found.put(configuration.getPid(), asMap(properties));
      }
    }
    return found;
  }

  private static Map<String, Object> asMap(Dictionary<String, Object> properties) {
    Map<String, Object> map = new HashMap<>();
    for (Enumeration<String> keys = properties.keys(); keys.hasMoreElements(); ) {
      String key = keys.nextElement();
      map.put(key, properties.get(key));
    }
    return map;
  }

  /**
   * Reads a rule.
   *
   * @throws SettingException if it cannot be used; it names PID, key, value and reason
   */
  static QueueRule rule(Map<String, Object> properties, boolean storeOnHeap) {
    Settings settings = new Settings(PID, properties, Config.class);
    for (String key : settings.unknownKeys()) {
      LOG.warn("{}: {} is not a key of this configuration; it is ignored", settings.pid(), key);
    }
    List<String> clients = settings.list("clients");
    if (clients.isEmpty()) {
      throw settings.error("clients", "names nobody; set patterns of Client Identifiers, or *");
    }
    List<String> topics = settings.list("topics");
    for (String topic : topics) {
      if (!TopicFilter.isValidFilter(topic) || topic.startsWith("$share/")) {
        throw settings.error("topics", "holds '" + topic + "', which is not a plain Topic Filter");
      }
    }
    long terabyte = 1L << 40;
    return new QueueRule(
        settings.name(),
        settings.integer("priority", -1_000_000, 1_000_000),
        clients,
        topics,
        overflow(settings, storeOnHeap),
        settings.integer("queueMaxMessages", 0, 10_000_000),
        settings.number("queueMaxBytes", 0, terabyte),
        settings.number("spillMaxBytes", 0, terabyte));
  }

  private static @Nullable Overflow overflow(Settings settings, boolean storeOnHeap) {
    return settings.text("overflow").equals(AS_FOR_ALL)
        ? null
        : SessionComponent.overflow(settings, "overflow", storeOnHeap);
  }
}
