package io.fluxmqtt.auth.scram;

import io.fluxmqtt.api.config.DataFolder;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
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
 * One {@link ScramAuthenticator} per factory configuration {@code io.fluxmqtt.auth.scram}. It
 * registers the service itself, since the service's name is configured under another key than its
 * property.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = ScramAuthenticatorComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ScramAuthenticatorComponent.Config.class, factory = true)
public final class ScramAuthenticatorComponent {
  static final String PID = "io.fluxmqtt.auth.scram";

  private static final Logger LOG = LoggerFactory.getLogger(ScramAuthenticatorComponent.class);
  private static final int NONCE_BYTES = 24;

  /** The keys of a configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT: users by SCRAM",
      description = "Accepts users that show by SCRAM that they know their password.")
  @interface Config {
    /** How the configuration of access refers to this authenticator. */
    @AttributeDefinition(
        name = "Name",
        description =
            "The name by which 'enhancedAuthenticators' in io.fluxmqtt.access refers to this one. "
                + "Default: scram. A change is hot: it counts for new connections.")
    String name() default "scram";

    /** Which mechanism. */
    @AttributeDefinition(
        name = "Method",
        description =
            "The Authentication Method: SCRAM-SHA-256 or SCRAM-SHA-512; for both make two "
                + "configurations. Default: SCRAM-SHA-256. A change is hot: it counts for new "
                + "connections.")
    String method() default "SCRAM-SHA-256";

    /** Where the users are. */
    @AttributeDefinition(
        name = "User file",
        description =
            "The file of users. A relative path is taken from the folder of the configuration. "
                + "Default: flux-mqtt.scram. A change, of the path or of the file, is hot: it counts "
                + "for new connections.")
    String userFile() default "flux-mqtt.scram";

    /** Where their groups are. */
    @AttributeDefinition(
        name = "Group file",
        description =
            "A file of lines 'group: user, user', or none. While it could not be read at all, "
                + "nobody is accepted. Default: none. A change, of the path or of the file, is hot: "
                + "it counts for new connections.")
    String groupFile() default "";

    /** How often the files are looked at. */
    @AttributeDefinition(
        name = "Poll interval (milliseconds)",
        description =
            "How often to look whether the files have changed, in milliseconds, 50 to 60000; a "
                + "change counts after two to three of these. Default: 250. A change is hot.")
    int pollMillis() default 250;
  }

  private record Options(
      String name, Mechanism method, Path userFile, @Nullable Path groupFile, int pollMillis) {}

  private final BundleContext context;
  private final SecureRandom random = new SecureRandom();
  private final byte[] secret;
  private final WatchedFile<Users> users;
  private final WatchedFile<Groups> groups;
  private final ScheduledExecutorService poller;
  private volatile Options options; // changed by the thread of DS only, as are the next two
  private ScheduledFuture<?> polling;
  private ServiceRegistration<EnhancedAuthenticator> registration;

  /** Reads the files and registers the service. */
  @Activate
  public ScramAuthenticatorComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Settings settings = new Settings(PID, properties, Config.class);
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.error("{}; its users are not accepted", e.getMessage());
      throw e;
    }
    secret = Secret.of(DataFolder.of(context::getProperty, System::getenv));
    users = new WatchedFile<>(settings.pid(), "users", Users::parse, options.userFile);
    groups = new WatchedFile<>(settings.pid(), "groups", Groups::parse, options.groupFile);
    poller =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "flux-mqtt-auth-scram-" + settings.name());
              thread.setDaemon(true);
              return thread;
            });
    polling = poll();
    registration = register();
  }

  /** Takes over what has changed; a bad value changes nothing. */
  @Modified
  void modified(Map<String, Object> properties) {
    Options old = options;
    try {
      options = options(new Settings(PID, properties, Config.class));
    } catch (SettingException e) {
      LOG.warn("{}; the configuration stays as it was", e.getMessage());
      return;
    }
    users.turnTo(options.userFile);
    groups.turnTo(options.groupFile);
    if (old.pollMillis != options.pollMillis) {
      polling.cancel(false);
      polling = poll();
    }
    if (!old.name.equals(options.name) || old.method != options.method) {
      ServiceRegistration<EnhancedAuthenticator> former = registration;
      registration = register();
      former.unregister();
    }
  }

  @Deactivate
  void deactivate() {
    registration.unregister();
    poller.shutdownNow();
  }

  private ServiceRegistration<EnhancedAuthenticator> register() {
    Options now = options;
    ScramAuthenticator authenticator =
        new ScramAuthenticator(now.method, new Files(), secret, this::nonce);
    return context.registerService(
        EnhancedAuthenticator.class,
        authenticator,
        FrameworkUtil.asDictionary(
            Map.<String, Object>of(
                EnhancedAuthenticator.NAME,
                now.name,
                EnhancedAuthenticator.METHOD,
                now.method.text())));
  }

  /** What the files say. */
  private final class Files implements ScramAuthenticator.Directory {
    @Override
    public Optional<Users> users() {
      return users.content();
    }

    @Override
    public Optional<Groups> groups() {
      return options.groupFile == null ? Optional.of(Groups.NONE) : groups.content();
    }
  }

  private String nonce() {
    byte[] bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private ScheduledFuture<?> poll() {
    int millis = options.pollMillis;
    return poller.scheduleWithFixedDelay(this::pollOnce, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void pollOnce() {
    try {
      users.poll();
      groups.poll();
    } catch (RuntimeException e) { // else the executor would stop polling without a word
      LOG.error("{}: polling {} failed", PID, options.userFile, e);
    }
  }

  private Options options(Settings settings) {
    Collection<String> unknown = settings.unknownKeys();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: unknown keys {} are ignored", settings.pid(), unknown);
    }
    String name = settings.text("name");
    if (name.isEmpty()) {
      throw settings.error("name", "is empty");
    }
    Mechanism method =
        Mechanism.of(settings.text("method"))
            .orElseThrow(
                () -> settings.error("method", "is neither SCRAM-SHA-256 nor SCRAM-SHA-512"));
    if (settings.text("userFile").isEmpty()) {
      throw settings.error("userFile", "is empty");
    }
    return new Options(
        name,
        method,
        path(settings, "userFile"),
        settings.text("groupFile").isEmpty() ? null : path(settings, "groupFile"),
        settings.integer("pollMillis", 50, 60_000));
  }

  private Path path(Settings settings, String key) {
    try {
      return etc().resolve(settings.text(key)).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.error(key, "is not a path: " + e.getReason());
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
