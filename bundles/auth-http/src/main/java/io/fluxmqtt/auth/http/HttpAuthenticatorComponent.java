package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link HttpAuthenticator} per factory configuration {@code io.fluxmqtt.auth.http}. It
 * registers the service itself, since the service's name is configured under another key than its
 * property.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = HttpAuthenticatorComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HttpAuthenticatorComponent.Config.class, factory = true)
public final class HttpAuthenticatorComponent {
  static final String PID = "io.fluxmqtt.auth.http";

  private static final Logger LOG = LoggerFactory.getLogger(HttpAuthenticatorComponent.class);

  /** The keys of a configuration. */
  @ObjectClassDefinition(
      name = "Flux MQTT: users that a web service knows",
      description = "Asks a web service whether a client is who it says.")
  @interface Config {
    /** How the configuration of access refers to this authenticator. */
    @AttributeDefinition(
        name = "Name",
        description =
            "The name by which 'authenticators' in io.fluxmqtt.access refers to this one. Default: "
                + "http. A change is hot: it counts for new connections.")
    String name() default "http";

    /** Where the service is. */
    @AttributeDefinition(
        name = "URL",
        description =
            "Where the service is: http://host:port/path or https://…; required. A change is hot: "
                + "it counts for new connections.")
    String url() default "";

    /** How it is asked. */
    @AttributeDefinition(
        name = "Method",
        description =
            "post, or get, which puts the password into the URL, where proxies and services log "
                + "it. Default: post. A change is hot: it counts for new connections.")
    String method() default "post";

    /** In which form it is asked. */
    @AttributeDefinition(
        name = "Format",
        description =
            "What is posted: json or form. Default: json. A change is hot: it counts for new "
                + "connections.")
    String format() default "json";

    /** Further headers. */
    @AttributeDefinition(
        name = "Headers",
        description =
            "Headers of each request, 'Name: value', separated by commas. Default: none. A change "
                + "is hot: it counts for new connections.")
    String[] headers() default {};

    /** Further headers that nobody may see. */
    @AttributeDefinition(
        name = "Secret headers",
        type = AttributeType.PASSWORD,
        description =
            "As Headers, for values that are shown nowhere. Default: none. A change is hot: it "
                + "counts for new connections.")
    String[] _headers() default {};

    /** Whom the service knows the broker as. */
    @AttributeDefinition(
        name = "User",
        description =
            "The broker's own user name for Basic authentication at the service. Default: none. A "
                + "change is hot: it counts for new connections.")
    String user() default "";

    /** The password of that user. */
    @AttributeDefinition(
        name = "Password",
        type = AttributeType.PASSWORD,
        description =
            "The password of that user. Default: none. A change is hot: it counts for new "
                + "connections.")
    String _password() default "";

    /** What else the service may know the broker by. */
    @AttributeDefinition(
        name = "Token",
        type = AttributeType.PASSWORD,
        description =
            "The broker's own token for Bearer authentication at the service. Default: none. A "
                + "change is hot: it counts for new connections.")
    String _token() default "";

    /** Whom to trust. */
    @AttributeDefinition(
        name = "CA file",
        description =
            "Certificates in PEM that are trusted for https instead of those that Java trusts. A "
                + "relative path is taken from the folder of the configuration. Default: none. A "
                + "change, of the path or of the file, is hot: it counts for new connections.")
    String caFile() default "";

    /** How long an answer may take. */
    @AttributeDefinition(
        name = "Timeout (milliseconds)",
        description =
            "How long the answer may take, waiting for a turn included, in milliseconds, 50 to "
                + "60000; then the client is refused. Keep it below authenticationTimeoutSeconds in "
                + "io.fluxmqtt.access. Default: 3000. A change is hot: it counts for new "
                + "connections.")
    int timeoutMillis() default 3000;

    /** How many requests there are at the same time. */
    @AttributeDefinition(
        name = "Concurrent requests",
        description =
            "How many requests may be under way at the same time, 1 to 1000. Default: 32. A change "
                + "is hot: it counts for new connections.")
    int concurrentMax() default 32;

    /** How many clients may wait. */
    @AttributeDefinition(
        name = "Queue",
        description =
            "How many clients may wait for their turn, 0 to 1000000, and 8 MB; more are refused "
                + "with 'server busy'. Default: 1024. A change is hot: it counts for new "
                + "connections.")
    int queueMax() default 1024;

    /** How long answers count. */
    @AttributeDefinition(
        name = "Cache (seconds)",
        description =
            "How long an answer that accepts a client is remembered for the same client, password "
                + "and address, in seconds, 0 to 86400; others for 5 at most. So long a password "
                + "still counts after the service has dropped it. Default: 0, never. A change, of "
                + "any key, forgets all answers. It is hot: it counts for new connections.")
    int cacheSeconds() default 0;

    /** How many answers are remembered. */
    @AttributeDefinition(
        name = "Cached answers",
        description =
            "How many answers are remembered, 1 to 1000000, and 16 MB. Default: 10000. A change is "
                + "hot: it counts for new connections.")
    int cacheMax() default 10_000;

    /** When the service counts as failed. */
    @AttributeDefinition(
        name = "Failures",
        description =
            "After how many failures in a row clients are refused without asking, 1 to 1000. "
                + "Default: 5. A change is hot: it counts for new connections.")
    int failuresMax() default 5;

    /** When a failed service is asked again. */
    @AttributeDefinition(
        name = "Pause (milliseconds)",
        description =
            "How often a service that has failed is tried again, in milliseconds, 10 to 600000. "
                + "Default: 1000. A change is hot: it counts for new connections.")
    int pauseMillis() default 1000;
  }

  private final BundleContext context;
  private final Desk desk;
  private String name; // owned by the thread of DS, as is the next
  private ServiceRegistration<Authenticator> registration;

  /** Registers the service. */
  @Activate
  public HttpAuthenticatorComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Settings settings = new Settings(PID, properties, Config.class);
    Options options;
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.error("{}; its users are not accepted", e.getMessage());
      throw e;
    }
    desk = new Desk(settings.pid(), "flux-mqtt-auth-http-" + settings.name(), options);
    name = options.name();
    registration = register();
  }

  /** Takes over what has changed; a bad value changes nothing. */
  @Modified
  void modified(Map<String, Object> properties) {
    Options options;
    try {
      options = options(new Settings(PID, properties, Config.class));
    } catch (SettingException e) {
      LOG.warn("{}; the configuration stays as it was", e.getMessage());
      return;
    }
    desk.change(options);
    if (!name.equals(options.name())) {
      name = options.name();
      ServiceRegistration<Authenticator> former = registration;
      registration = register();
      former.unregister();
    }
  }

  @Deactivate
  void deactivate() {
    registration.unregister(); // first, so that nobody asks again what is refused here
    desk.close();
  }

  private ServiceRegistration<Authenticator> register() {
    Map<String, Object> properties = Map.of(Authenticator.NAME, name);
    return context.registerService(
        Authenticator.class, desk.authenticator(), FrameworkUtil.asDictionary(properties));
  }

  private Options options(Settings settings) {
    Collection<String> unknown = settings.unknownKeys();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: unknown keys {} are ignored", settings.pid(), unknown);
    }
    return Options.read(settings, etc());
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
