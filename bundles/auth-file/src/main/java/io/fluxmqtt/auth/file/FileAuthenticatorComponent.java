package io.fluxmqtt.auth.file;

import io.fluxmqtt.api.admin.PasswordAdmin;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
import org.osgi.service.metatype.annotations.Option;
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
      description = "Accepts the users of a password file in mosquitto's format.")
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

    /** Where the groups are. */
    @AttributeDefinition(
        name = "Group file",
        description =
            "Which users belong to which groups: lines of 'group: user user'. A relative path is "
                + "taken from the folder of the configuration. Default: empty, no groups. While it "
                + "was never read nobody is accepted. A change, of the path or of the file, is hot: "
                + "it counts for new connections.")
    String groupFile() default "";

    /** How new passwords are hashed. */
    @AttributeDefinition(
        name = "Hash",
        description =
            "How a password is hashed that is set by a command or hashed anew: pbkdf2, or argon2id, "
                + "which needs Bouncy Castle's bundle bcprov and 46 MB of heap for each. Default: "
                + "pbkdf2. A change is hot.",
        options = {
          @Option(label = "PBKDF2-SHA512", value = "pbkdf2"),
          @Option(label = "Argon2id", value = "argon2id")
        })
    String hash() default "pbkdf2";

    /** How much work a password is. */
    @AttributeDefinition(
        name = "Hash iterations",
        description =
            "Iterations of PBKDF2 for a password that is set by a command or hashed anew, 1 to "
                + "10000000; each takes about a microsecond at every login. Default: 1000. A change "
                + "is hot.")
    int hashIterations() default 1000;

    /** Whether weak hashes are replaced. */
    @AttributeDefinition(
        name = "Strengthen at login",
        description =
            "Whether a password that fits a weaker hash than 'hash' and 'hashIterations' say is "
                + "hashed anew in the file, true or false. Default: false. A change is hot.")
    boolean strengthenAtLogin() default false;
  }

  private static final int STRENGTHENING_MAX = 100; // at a time; others follow at another login
  private static final String WITHOUT = "nobody is accepted by password";

  private record Options(
      String name,
      Path passwordFile,
      int pollMillis,
      int hashThreads,
      int hashQueueMax,
      @Nullable Path groupFile,
      HashMaker maker,
      boolean strengthens) {}

  private final BundleContext context;
  private final WatchedFile<Users> file;
  private volatile @Nullable WatchedFile<Groups> groups; // null: there are none
  private final FilePasswords passwords;
  private final Set<String> strengthening = ConcurrentHashMap.newKeySet();
  private final HashWorkers workers;
  private final Authenticator authenticator;
  private final ScheduledExecutorService poller;
  private volatile Options options; // changed by the thread of DS, which owns the next two
  private ScheduledFuture<?> polling;
  private List<ServiceRegistration<?>> registrations;

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
    file = new WatchedFile<>(settings.pid(), options.passwordFile, Users::parse, WITHOUT);
    groups = groupFile(settings.pid());
    passwords = new FilePasswords(file, () -> options.maker);
    workers = new HashWorkers(threadName, options.hashThreads, options.hashQueueMax);
    authenticator = new FileAuthenticator(file::content, this::groups, workers, this::fitted);
    poller =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, threadName + "-poll");
              thread.setDaemon(true);
              return thread;
            });
    polling = poll();
    registrations = register();
  }

  private @Nullable WatchedFile<Groups> groupFile(String pid) {
    Path path = options.groupFile;
    return path == null ? null : new WatchedFile<>(pid, path, Groups::parse, WITHOUT);
  }

  private Optional<Groups> groups() {
    WatchedFile<Groups> now = groups;
    return now == null ? Optional.of(Groups.NONE) : now.content();
  }

  private void fitted(String userName, PasswordHash hash, byte[] password) {
    Options now = options;
    if (!now.strengthens
        || !now.maker.isStrongerThan(hash)
        || strengthening.size() >= STRENGTHENING_MAX
        || !strengthening.add(userName)) {
      Arrays.fill(password, (byte) 0);
      return;
    }
    poller.execute(
        () -> {
          try {
            passwords.strengthen(userName, hash, password);
          } catch (IOException | RuntimeException e) {
            LOG.warn("{}: a weak hash stays: {}", PID, e.getMessage());
          } finally {
            Arrays.fill(password, (byte) 0);
            strengthening.remove(userName);
          }
        });
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
    if (!Objects.equals(old.groupFile, options.groupFile)) {
      turnGroups();
    }
    if (old.pollMillis != options.pollMillis) {
      polling.cancel(false);
      polling = poll();
    }
    if (!old.name.equals(options.name)) {
      List<ServiceRegistration<?>> former = registrations;
      registrations = register();
      former.forEach(ServiceRegistration::unregister);
    }
  }

  private void turnGroups() {
    WatchedFile<Groups> present = groups;
    Path path = options.groupFile;
    if (present != null && path != null) {
      present.turnTo(path);
    } else {
      groups = groupFile(PID);
    }
  }

  @Deactivate
  void deactivate() {
    registrations.forEach(
        ServiceRegistration::unregister); // first, so that nobody asks again what is refused here
    poller.shutdownNow();
    workers.close();
  }

  private List<ServiceRegistration<?>> register() {
    Dictionary<String, Object> properties =
        FrameworkUtil.asDictionary(Map.of(Authenticator.NAME, options.name));
    return List.of(
        context.registerService(Authenticator.class, authenticator, properties),
        context.registerService(PasswordAdmin.class, passwords, properties));
  }

  private ScheduledFuture<?> poll() {
    int millis = options.pollMillis;
    return poller.scheduleWithFixedDelay(this::pollOnce, millis, millis, TimeUnit.MILLISECONDS);
  }

  private void pollOnce() {
    try {
      file.poll();
      WatchedFile<Groups> now = groups;
      if (now != null) {
        now.poll();
      }
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
        path(settings, "passwordFile"),
        settings.integer("pollMillis", 50, 60_000),
        threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
        settings.integer("hashQueueMax", 0, 1_000_000),
        settings.text("groupFile").isEmpty() ? null : path(settings, "groupFile"),
        maker(settings),
        settings.flag("strengthenAtLogin"));
  }

  private static HashMaker maker(Settings settings) {
    HashMaker.Kind kind = settings.choice("hash", HashMaker.Kind.class);
    if (kind == HashMaker.Kind.ARGON2ID && !Argon2Hash.isAvailable()) {
      throw settings.error(
          "hash", "needs the bundle bcprov (Bouncy Castle): install the feature flux-mqtt-argon2");
    }
    return new HashMaker(kind, settings.integer("hashIterations", 1, Pbkdf2Hash.ITERATIONS_MAX));
  }

  private Path path(Settings settings, String key) {
    String text = settings.text(key);
    if (text.isEmpty()) {
      throw settings.error(key, "is empty");
    }
    try {
      return etc().resolve(text).toAbsolutePath().normalize();
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
