package io.fluxmqtt.auth.jaas;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link JaasAuthenticator} per factory configuration {@code io.fluxmqtt.auth.jaas}. It
 * registers the service itself, since the service's name is configured under another key than its
 * property.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = JaasAuthenticatorComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = JaasAuthenticatorComponent.Config.class, factory = true)
public final class JaasAuthenticatorComponent {
  static final String PID = "io.fluxmqtt.auth.jaas";

  private static final Logger LOG = LoggerFactory.getLogger(JaasAuthenticatorComponent.class);

  /** The keys of a configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT: users of a JAAS realm",
      description = "Logs clients in at a JAAS realm, such as Karaf's or LDAP.")
  @interface Config {
    /** How the configuration of access refers to this authenticator. */
    @AttributeDefinition(
        name = "Name",
        description =
            "The name by which 'authenticators' in io.fluxmqtt.access refers to this one. Default: "
                + "jaas. A change is hot: it counts for new connections.")
    String name() default "jaas";

    /** Where clients are logged in. */
    @AttributeDefinition(
        name = "Realm",
        description =
            "The realm, which is the name of an entry of the login configuration. Default: karaf. "
                + "A change is hot: it counts for new connections.")
    String realm() default "karaf";

    /** Which login modules the realm has. */
    @AttributeDefinition(
        name = "Login configuration file",
        description =
            "A JAAS login configuration file that has the realm. A relative path is taken from the "
                + "folder of the configuration. Empty, the default: the configuration of the JVM, "
                + "which on Karaf has Karaf's realms. A change, of the path or of the file, is hot: "
                + "it counts for new connections.")
    String loginConfigFile() default "";

    /** Which principals are user names. */
    @AttributeDefinition(
        name = "Principals that are user names",
        description =
            "Classes of the principals that give the user name: full names, or * and how the name "
                + "ends. Where there is none, the name the client sent. Default: *UserPrincipal. A "
                + "change is hot: it counts for new connections.")
    String[] userPrincipals() default {"*UserPrincipal"};

    /** Which principals are groups. */
    @AttributeDefinition(
        name = "Principals that are groups",
        description =
            "Classes of the principals that are groups for rules: full names, or * and how the name "
                + "ends. Default: *RolePrincipal, *GroupPrincipal. A change is hot: it counts for "
                + "new connections.")
    String[] groupPrincipals() default {"*RolePrincipal", "*GroupPrincipal"};

    /** How groups are told from those of others. */
    @AttributeDefinition(
        name = "Group prefix",
        description =
            "What is put before the name of each group, such as 'karaf.'. Default: nothing. A change "
                + "is hot: it counts for new connections.")
    String groupPrefix() default "";

    /** What is said of those whom the realm does not accept. */
    @AttributeDefinition(
        name = "Abstain on failure",
        description =
            "Whether a client whom the realm does not accept is left to the next authenticator in "
                + "io.fluxmqtt.access; else it is refused. Default: false. A change is hot: it "
                + "counts for new connections.")
    boolean abstainOnFailure() default false;

    /** How long a login may take. */
    @AttributeDefinition(
        name = "Timeout (seconds)",
        description =
            "How long a login may take, waiting for a thread included, in seconds, 1 to 300; then "
                + "the client is refused with 'server unavailable' and the login is interrupted. "
                + "Default: 5. A change is hot: it counts for new connections.")
    int timeoutSeconds() default 5;

    /** How many threads log in. */
    @AttributeDefinition(
        name = "Login threads",
        description =
            "How many clients are logged in at the same time, 1 to 256. Default: 4. A change is hot.")
    int loginThreads() default 4;

    /** How many clients may wait. */
    @AttributeDefinition(
        name = "Login queue",
        description =
            "How many clients may wait for a thread, 0 to 1000000; more are refused with 'server "
                + "busy'. Default: 1024. A change is hot.")
    int loginQueueMax() default 1024;
  }

  private record Options(
      String name, Realm.Terms realm, @Nullable Path file, LoginWorkers.Bounds bounds) {}

  private final BundleContext context;
  private final ModuleLoader loader = new ModuleLoader();
  private final Seldom seldom = new Seldom(System::nanoTime);
  private final LoginWorkers workers;
  private final JaasAuthenticator authenticator;
  private Options options; // owned by the thread of DS, as is the next
  private ServiceRegistration<Authenticator> registration;

  /** Registers the service. */
  @Activate
  public JaasAuthenticatorComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Settings settings = new Settings(PID, properties, Config.class);
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.error("{}; the users of its realm are not accepted", e.getMessage());
      throw e;
    }
    workers = new LoginWorkers("flux-mqtt-auth-jaas-" + settings.name(), options.bounds);
    authenticator = new JaasAuthenticator(realm(settings.pid()), workers);
    registration = register();
  }

  /** Takes over what has changed; a bad value changes nothing. */
  @Modified
  void modified(Map<String, Object> properties) {
    Options old = options;
    Settings settings = new Settings(PID, properties, Config.class);
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.warn("{}; the configuration stays as it was", e.getMessage());
      return;
    }
    workers.resize(options.bounds);
    authenticator.turnTo(realm(settings.pid()));
    if (!old.name.equals(options.name)) {
      ServiceRegistration<Authenticator> former = registration;
      registration = register();
      former.unregister();
    }
  }

  @Deactivate
  void deactivate() {
    registration.unregister(); // first, so that nobody asks again what is refused here
    workers.close();
  }

  private Realm realm(String pid) {
    LoginConfiguration configuration = new LoginConfiguration(options.file);
    return new Realm(pid, options.realm, configuration, loader, seldom);
  }

  private ServiceRegistration<Authenticator> register() {
    Map<String, Object> properties = Map.of(Authenticator.NAME, options.name);
    return context.registerService(
        Authenticator.class, authenticator, FrameworkUtil.asDictionary(properties));
  }

  private Options options(Settings settings) {
    Collection<String> unknown = settings.unknownKeys();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: unknown keys {} are ignored", settings.pid(), unknown);
    }
    Realm.Terms terms =
        new Realm.Terms(
            required(settings, "realm"),
            kinds(settings, "groupPrincipals"),
            kinds(settings, "userPrincipals"),
            settings.text("groupPrefix"),
            settings.flag("abstainOnFailure"));
    LoginWorkers.Bounds bounds =
        new LoginWorkers.Bounds(
            settings.integer("loginThreads", 1, 256),
            settings.integer("loginQueueMax", 0, 1_000_000),
            TimeUnit.SECONDS.toMillis(settings.integer("timeoutSeconds", 1, 300)));
    return new Options(required(settings, "name"), terms, file(settings), bounds);
  }

  private static String required(Settings settings, String key) {
    String text = settings.text(key);
    if (text.isEmpty()) {
      throw settings.error(key, "is empty");
    }
    return text;
  }

  private static PrincipalKinds kinds(Settings settings, String key) {
    List<String> patterns = settings.list(key);
    for (String pattern : patterns) {
      if (!PrincipalKinds.isPattern(pattern)) {
        throw settings.error(key, "may have a * only at the beginning of a class name");
      }
    }
    return new PrincipalKinds(patterns);
  }

  private @Nullable Path file(Settings settings) {
    String text = settings.text("loginConfigFile");
    if (text.isEmpty()) {
      return null;
    }
    try {
      return etc().resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.error("loginConfigFile", "is not a path: " + e.getReason());
    }
  }

  /** The folder of the configuration, where relative paths begin. */
  private Path etc() {
    for (String key : new String[] {"flux.mqtt.etc", "karaf.etc"}) {
      String folder = context.getProperty(key); // of the framework, else of the system
      if (folder != null && !folder.isBlank()) {
        return Path.of(folder);
      }
    }
    return Path.of("");
  }
}
