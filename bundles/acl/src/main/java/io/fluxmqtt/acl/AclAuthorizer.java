package io.fluxmqtt.acl;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.io.IOException;
import java.util.Dictionary;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
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

  private final RuleBook book = new RuleBook();
  private final ConfigurationAdmin configurations;
  private final ServiceRegistration<ConfigurationListener> listener;
  private final ServiceRegistration<Authorizer> service; // by hand, since its revision changes
  private long revision; // guarded by this

  /** Where the console and other tools learn of the keys. */
  @ObjectClassDefinition(
      name = "Flux MQTT: access rules",
      description =
          "What clients may do. All configurations of this kind form one set of rules. A change is "
              + "hot: it counts from the next packet on. Besides 'rules', a configuration may hold "
              + "one rule per key: rule.<any name>.")
  @interface Config {
    /** Rules, one per element; see README.md for their syntax. */
    @AttributeDefinition(
        name = "Rules",
        description =
            "One rule per element: allow|deny publish|subscribe|both topic=<filter with %c, %u> "
                + "[client=<pattern>] [user=<pattern>] [from=loopback|any] [priority=<number>]. "
                + "The highest priority that applies decides; deny before allow. Default: none. "
                + "A change is hot.",
        required = false)
    String[] rules() default {};
  }

  /** Reads the rules, and from now on every change of them. */
  @Activate
  public AclAuthorizer(BundleContext context, @Reference ConfigurationAdmin configurations) {
    this.configurations = configurations;
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
    service.unregister();
  }

  @Override
  public Decision decide(Client client, Access access) {
    return book.decide(client, access);
  }

  private synchronized void reload() {
    load();
    revision++;
    service.setProperties(properties());
  }

  private Dictionary<String, Object> properties() {
    return FrameworkUtil.asDictionary(
        Map.of(Authorizer.NAME, "acl", Authorizer.REVISION, revision));
  }

  private void load() {
    try {
      book.replaceAll(read());
    } catch (IOException e) {
      LOG.error("{}: the configurations cannot be read; the rules stay as they are", PID, e);
    } catch (IllegalStateException e) { // one was deleted meanwhile: its event follows
      LOG.debug("{}: a configuration went while it was read", PID, e);
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
