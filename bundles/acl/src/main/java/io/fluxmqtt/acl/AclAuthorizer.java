package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
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
 * Decides by the rules of all factory configurations {@code io.fluxmqtt.acl}.
 *
 * <p>It reads them from ConfigurationAdmin itself, all at once, before its service is there. One
 * component per configuration, as Declarative Services would have it, would come one after the
 * other behind the service: after an update of this bundle, clients would be judged by none or by
 * some of the rules.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = AclAuthorizer.PID,
    configurationPolicy = ConfigurationPolicy.IGNORE)
@Designate(ocd = AclAuthorizer.Config.class, factory = true)
public final class AclAuthorizer implements Authorizer {
  static final String PID = "io.fluxmqtt.acl";

  private static final Logger LOG = LoggerFactory.getLogger(AclAuthorizer.class);

  private static final int POLL_MILLIS = 250; // a changed file counts after two to three of these

  private final RuleBook book;
  private final ConfigurationAdmin configurations;
  private final ServiceRegistration<ConfigurationListener> listener;
  private final ServiceRegistration<Authorizer> service; // by hand, since its revision changes
  private long revision; // guarded by this
  private @Nullable ScheduledExecutorService poller; // guarded by this; none without files
  private boolean closed; // guarded by this

  /** Where the console and other tools learn of the keys. */
  @ObjectClassDefinition(
      name = "Flux MQTT: access rules",
      description =
          "What clients may do. All configurations of this kind form one set of rules. A change is "
              + "hot: it counts from the next packet on. Besides these keys, a configuration may hold "
              + "one rule per key: rule.<any name>.")
  @interface Config {
    /** Rules, one per element; see README.md for their syntax. */
    @AttributeDefinition(
        name = "Rules",
        description =
            "One rule per element: allow|deny publish|subscribe|receive|both "
                + "topic=<filter with %c, %u> [client=<pattern>] [user=<pattern>] "
                + "[group=<pattern>] [attr.<name>=<pattern>] [from=<ranges>] [listener=<pattern>] "
                + "[qos=<levels>] [retain=true|false] [priority=<number>]. subscribe covers "
                + "receive; what only receive is denied for is dropped message by message while "
                + "the subscription stays. The highest priority "
                + "that applies decides; deny before allow. Default: none. A change is hot.",
        required = false)
    String[] rules() default {};

    /** The priority of rules that name none. */
    @AttributeDefinition(
        name = "Priority",
        description =
            "The priority of the rules of this configuration that name none, and of its file, "
                + "-2147483648 to 2147483647; higher ones are asked first. Default: 0. A change is "
                + "hot.",
        required = false)
    int priority() default 0;

    /** A file of mosquitto's. */
    @AttributeDefinition(
        name = "mosquitto ACL file",
        description =
            "An acl_file of mosquitto, read as it is; what it says nothing about is left to the "
                + "other rules. A relative path is taken from the folder of the configuration. "
                + "Empty: none. Default: empty. A change, of the path or of the file, is hot: a "
                + "changed file counts within a second.",
        required = false)
    String mosquittoAclFile() default "";
  }

  /** Reads the rules, and from now on every change of them. */
  @Activate
  public AclAuthorizer(BundleContext context, @Reference ConfigurationAdmin configurations) {
    this.configurations = configurations;
    this.book = new RuleBook(etc(context));
    // First listen, then read: no change falls between.
    ConfigurationListener onChange =
        event -> {
          if (PID.equals(event.getFactoryPid())) {
            reload();
          }
        };
    this.listener = context.registerService(ConfigurationListener.class, onChange, null);
    synchronized (this) {
      load();
      this.service = context.registerService(Authorizer.class, this, properties());
    }
  }

  @Deactivate
  void deactivate() {
    listener.unregister();
    synchronized (this) {
      closed = true;
      stopPolling();
    }
    service.unregister();
  }

  @Override
  public Decision decide(Client client, Access access) {
    return book.decide(client, access);
  }

  @Override
  public Ruling explain(Client client, Access access) {
    return book.explain(client, access);
  }

  private synchronized void reload() {
    if (!closed) {
      load();
      tell();
    }
  }

  private synchronized void poll() {
    try {
      if (poller != null && book.poll()) {
        tell();
      }
    } catch (RuntimeException e) { // else the executor would stop polling without a word
      LOG.error("{}: the files cannot be looked at", PID, e);
    }
  }

  /** First the new rules are in force, then whoever keeps answers is told. */
  private void tell() {
    revision++;
    service.setProperties(properties());
  }

  private Dictionary<String, Object> properties() {
    return FrameworkUtil.asDictionary(
        Map.of(
            Authorizer.NAME,
            "acl",
            Authorizer.REVISION,
            revision,
            Authorizer.RECEIVE,
            book.asksReceive()));
  }

  private void load() {
    try {
      book.replaceAll(read());
      if (!book.hasFiles()) {
        stopPolling();
      } else if (poller == null) {
        poller = Executors.newSingleThreadScheduledExecutor(AclAuthorizer::thread);
        poller.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (IOException e) {
      LOG.error("{}: the configurations cannot be read; the rules stay as they are", PID, e);
    } catch (IllegalStateException e) { // one was deleted meanwhile: its event follows
      LOG.debug("{}: a configuration went while it was read", PID, e);
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "flux-mqtt-acl-poll");
    thread.setDaemon(true);
    return thread;
  }

  private void stopPolling() {
    if (poller != null) {
      poller.shutdown();
      poller = null;
    }
  }

  /** The folder of the configuration, where relative paths begin. */
  private static Path etc(BundleContext context) {
    for (String key : new String[] {"flux.mqtt.etc", "karaf.etc"}) {
      String folder = context.getProperty(key); // of the framework, else of the system
      if (folder != null && !folder.isBlank()) {
        return Path.of(folder);
      }
    }
    return Path.of("");
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
      found.put(configuration.getPid(), asMap(configuration.getProperties()));
    }
    return found;
  }

  private static Map<String, Object> asMap(@Nullable Dictionary<String, Object> properties) {
    Map<String, Object> map = new HashMap<>();
    if (properties == null) { // created, never updated: no rules yet
      return map;
    }
    for (Enumeration<String> keys = properties.keys(); keys.hasMoreElements(); ) {
      String key = keys.nextElement();
      map.put(key, properties.get(key));
    }
    return map;
  }
}
