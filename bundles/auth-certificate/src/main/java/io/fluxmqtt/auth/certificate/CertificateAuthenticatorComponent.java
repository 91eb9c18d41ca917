package io.fluxmqtt.auth.certificate;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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
 * One {@link CertificateAuthenticator} per factory configuration {@code
 * io.fluxmqtt.auth.certificate}. It registers the service itself, since the service's name is
 * configured under another key than its property.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = CertificateAuthenticatorComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = CertificateAuthenticatorComponent.Config.class, factory = true)
public final class CertificateAuthenticatorComponent {
  static final String PID = "io.fluxmqtt.auth.certificate";

  private static final Logger LOG =
      LoggerFactory.getLogger(CertificateAuthenticatorComponent.class);

  /** The keys of a configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT: clients by certificate",
      description = "Takes user name, client id and groups from the certificate of TLS.")
  @interface Config {
    /** How the configuration of access refers to this authenticator. */
    @AttributeDefinition(
        name = "Name",
        description =
            "The name by which 'authenticators' in io.fluxmqtt.access refers to this one. Default: "
                + "certificate. A change is hot: it counts for new connections.")
    String name() default "certificate";

    /** Which field is the user name. */
    @AttributeDefinition(
        name = "User name",
        description =
            "The field that is the user name, whatever name the client sends: cn, dn (RFC 2253), "
                + "san-dns, san-email, san-uri, or none. A certificate that has it not exactly once "
                + "is refused. Default: cn. A change is hot: it counts for new connections.")
    String userName() default "cn";

    /** Which field is the client id. */
    @AttributeDefinition(
        name = "Client id",
        description =
            "The field that is the only Client Identifier the client may use: cn, dn, san-dns, "
                + "san-email, san-uri, or any. Default: any. A change is hot: it counts for new "
                + "connections.")
    String clientId() default "any";

    /** Which field gives groups. */
    @AttributeDefinition(
        name = "Groups",
        description =
            "What are groups for rules: ou, the organizational units, or none. Default: none. A "
                + "change is hot: it counts for new connections.")
    String groups() default "none";

    /** How groups are told from those of others. */
    @AttributeDefinition(
        name = "Group prefix",
        description =
            "What is put before the name of each group, such as 'ou.'. Default: nothing. A change "
                + "is hot: it counts for new connections.")
    String groupPrefix() default "";

    /** The revocation lists. */
    @AttributeDefinition(
        name = "Revocation lists",
        description =
            "A file of revocation lists (PEM, or one as DER) that has a current one of each issuer "
                + "in the chain, the root's for intermediates too. A relative path is taken from the "
                + "folder of the configuration. Empty, the default: nothing is asked. A change, of "
                + "the path or of the file, is hot: it counts for new connections.")
    String crlFile() default "";

    /** Who may sign them. */
    @AttributeDefinition(
        name = "Authorities of revocation lists",
        description =
            "A file of the certificates (PEM) that may sign the lists of crlFile, such as the "
                + "authorities that the listener trusts and their intermediates. Must be set if "
                + "crlFile is. A change, of the path or of the file, is hot: it counts for new "
                + "connections.")
    String caFile() default "";

    /** Whether a list may be out of date. */
    @AttributeDefinition(
        name = "Allow stale lists",
        description =
            "Whether a revocation list counts beyond its next update; else whoever it concerns is "
                + "refused with 'server unavailable'. Default: false. A change is hot: it counts for "
                + "new connections.")
    boolean allowStaleCrl() default false;

    /** How often the files are looked at. */
    @AttributeDefinition(
        name = "Poll interval (milliseconds)",
        description =
            "How often to look whether crlFile or caFile has changed, in milliseconds, 50 to 60000; "
                + "a change counts after two to three of these. Default: 250. A change is hot.")
    int pollMillis() default 250;
  }

  private record Options(
      String name,
      CertificateAuthenticator.Terms terms,
      RevocationFile.@Nullable Place place,
      int pollMillis) {}

  private final BundleContext context;
  private final String pid;
  private final CertificateAuthenticator authenticator;
  private final ScheduledExecutorService poller;
  private volatile @Nullable RevocationFile file; // null before crlFile was ever set
  private Options options; // owned by the thread of DS, as are the next two
  private ScheduledFuture<?> polling;
  private ServiceRegistration<Authenticator> registration;

  /** Reads the files and registers the service. */
  @Activate
  public CertificateAuthenticatorComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Settings settings = new Settings(PID, properties, Config.class);
    pid = settings.pid();
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.error("{}; nobody is accepted by it", e.getMessage());
      throw e;
    }
    turnTo(options.place);
    authenticator =
        new CertificateAuthenticator(pid, Clock.systemUTC(), options.terms, this::lists);
    poller =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread =
                  new Thread(work, "flux-mqtt-auth-certificate-" + settings.name() + "-poll");
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
    turnTo(options.place); // first, so that nobody is judged by the lists of other files
    authenticator.turnTo(options.terms);
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
    registration.unregister();
    poller.shutdownNow();
  }

  private Optional<RevocationLists> lists() {
    RevocationFile now = file;
    return now == null ? Optional.empty() : now.lists();
  }

  private void turnTo(RevocationFile.@Nullable Place place) {
    RevocationFile now = file;
    if (place == null) {
      file = null;
    } else if (now == null) {
      file = new RevocationFile(pid, Clock.systemUTC(), place);
    } else {
      now.turnTo(place);
    }
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
    RevocationFile now = file;
    try {
      if (now != null) {
        now.poll();
      }
    } catch (RuntimeException e) { // else the executor would stop polling without a word
      LOG.error("{}: polling the revocation lists failed", pid, e);
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
    String groups = settings.text("groups");
    if (!groups.equals("ou") && !groups.equals("none")) {
      throw settings.error("groups", "is not one of ou, none");
    }
    Path lists = path(settings, "crlFile");
    Path authorities = path(settings, "caFile");
    if (lists != null && authorities == null) {
      throw settings.error("caFile", "is empty; name those who may sign the lists of crlFile");
    }
    CertificateAuthenticator.Terms terms =
        new CertificateAuthenticator.Terms(
            field(settings, "userName", "none"),
            field(settings, "clientId", "any"),
            groups.equals("ou"),
            settings.text("groupPrefix"),
            lists != null,
            settings.flag("allowStaleCrl"));
    RevocationFile.Place place =
        lists == null || authorities == null ? null : new RevocationFile.Place(lists, authorities);
    return new Options(name, terms, place, settings.integer("pollMillis", 50, 60_000));
  }

  private static @Nullable Field field(Settings settings, String key, String absent) {
    String text = settings.text(key);
    List<String> allowed = new ArrayList<>();
    for (Field each : Field.values()) {
      if (each.spelling().equals(text)) {
        return each;
      }
      allowed.add(each.spelling());
    }
    if (!text.equals(absent)) {
      throw settings.error(key, "is not one of " + String.join(", ", allowed) + ", " + absent);
    }
    return null;
  }

  private @Nullable Path path(Settings settings, String key) {
    String text = settings.text(key);
    if (text.isEmpty()) {
      return null;
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
