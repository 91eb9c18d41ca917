package io.fluxmqtt.auth.file;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
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
 * One {@link FileAuthenticator} per factory configuration {@code io.fluxmqtt.auth.file}. It
 * registers the service itself, since the service's name is configured under another key than its
 * property.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = FileAuthenticatorComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FileAuthenticatorComponent.Config.class, factory = true)
public final class FileAuthenticatorComponent {
  static final String PID = "io.fluxmqtt.auth.file";

  private static final Logger LOG = LoggerFactory.getLogger(FileAuthenticatorComponent.class);

  /** The keys of a configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT: users of a password file",
      description = "Accepts the users of a password file in mosquitto's format ($7$).")
  @interface Config {
    /** How the configuration of access refers to this authenticator. */
    @AttributeDefinition(
        name = "Name",
        description =
            "The name by which 'authenticators' in io.fluxmqtt.access refers to this one. Default: "
                + "file. A change is hot: it counts for new connections.")
    String name() default "file";

    /** Where the users are. */
    @AttributeDefinition(
        name = "Password file",
        description =
            "The file, as mosquitto_passwd writes it. A relative path is taken from the folder of "
                + "the configuration. Default: flux-mqtt.passwd. A change, of the path or of the "
                + "file, is hot: it counts for new connections.")
    String passwordFile() default "flux-mqtt.passwd";

    /** How often the file is looked at. */
    @AttributeDefinition(
        name = "Poll interval (milliseconds)",
        description =
            "How often to look whether the file has changed, in milliseconds, 50 to 60000; a change "
                + "counts after two to three of these. Default: 250. A change is hot.")
    int pollMillis() default 250;

    /** How many threads hash. */
    @AttributeDefinition(
        name = "Hashing threads",
        description =
            "How many passwords are hashed at the same time, 1 to 256; 0: half the processors, at "
                + "least 1. Default: 0. A change is hot.")
    int hashThreads() default 0;

    /** How many clients may wait. */
    @AttributeDefinition(
        name = "Hashing queue",
        description =
            "How many clients may wait for a thread, 0 to 1000000; more are refused with 'server "
                + "busy'. Default: 1024. A change is hot.")
    int hashQueueMax() default 1024;
  }

  private record Options(
      String name, Path passwordFile, int pollMillis, int hashThreads, int hashQueueMax) {}

  private final BundleContext context;
  private final UserFile file;
  private final HashWorkers workers;
  private final Authenticator authenticator;
  private final ScheduledExecutorService poller;
  private Options options; // owned by the thread of DS, as are the next two
  private ScheduledFuture<?> polling;
  private ServiceRegistration<Authenticator> registration;

  /** Reads the file and registers the service. */
  @Activate
  public FileAuthenticatorComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Settings settings = new Settings(PID, properties, Config.class);
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.error("{}; its users are not accepted", e.getMessage());
      throw e;
    }
    String threadName = "flux-mqtt-auth-file-" + settings.name();
    file = new UserFile(settings.pid(), options.passwordFile);
    workers = new HashWorkers(threadName, options.hashThreads, options.hashQueueMax);
    authenticator = new FileAuthenticator(file::users, workers);
    poller =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, threadName + "-poll");
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
    workers.resize(options.hashThreads, options.hashQueueMax);
    file.turnTo(options.passwordFile);
    if (old.pollMillis != options.pollMillis) {
      polling.cancel(false);
      polling = poll();
    }
    if (!old.name.equals(options.name)) {
      ServiceRegistration<Authenticator> former = registration;
      registration = register();
      former.unregister();
    }
  }

  @Deactivate
  void deactivate() {
    registration.unregister(); // first, so that nobody asks again what is refused here
    poller.shutdownNow();
    workers.close();
  }

  private ServiceRegistration<Authenticator> register() {
    Map<String, Object> properties = Map.of(Authenticator.NAME, options.name);
    return context.registerService(
        Authenticator.class, authenticator, FrameworkUtil.asDictionary(properties));
  }

  private ScheduledFuture<?> poll() {
    int millis = options.pollMillis;
    return poller.scheduleWithFixedDelay(this::pollOnce, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void pollOnce() {
    try {
      file.poll();
    } catch (RuntimeException e) { // else the executor would stop polling without a word
      LOG.error("{}: polling {} failed", PID, options.passwordFile, e);
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
    int threads = settings.integer("hashThreads", 0, 256);
    return new Options(
        name,
        path(settings),
        settings.integer("pollMillis", 50, 60_000),
        threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        settings.integer("hashQueueMax", 0, 1_000_000));
  }

  private Path path(Settings settings) {
    String text = settings.text("passwordFile");
    if (text.isEmpty()) {
      throw settings.error("passwordFile", "is empty");
    }
    try {
      return etc().resolve(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw settings.error("passwordFile", "is not a path: " + e.getReason());
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
