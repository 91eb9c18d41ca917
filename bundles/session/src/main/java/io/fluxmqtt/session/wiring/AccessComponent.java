package io.fluxmqtt.session.wiring;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.session.access.AccessControl;
import io.fluxmqtt.session.access.AccessSettings;
import io.fluxmqtt.session.access.AddressRange;
import io.fluxmqtt.session.access.FailureLimits;
import io.fluxmqtt.session.access.Plugin;
import io.fluxmqtt.session.access.Time;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds {@link AccessControl} with configuration and services. Immediate, and no policy service is
 * mandatory, so it stays while they come and go, and so does their grace.
 */
@Component(
    service = AccessComponent.class,
    immediate = true,
    configurationPid = AccessComponent.PID)
@Designate(ocd = AccessComponent.Config.class)
public final class AccessComponent {
  static final String PID = "io.fluxmqtt.access";

  private static final Logger LOG = LoggerFactory.getLogger(AccessComponent.class);

  /** The configuration; defaults of {@code io.fluxmqtt.access}. */
  @ObjectClassDefinition(
      name = "Flux MQTT access",
      description = "Which services decide who may enter and what may be done.")
  @interface Config {
    @AttributeDefinition(
        name = "Authenticators",
        description =
            "Names of the authenticators that count, in order: the first that does not abstain"
                + " decides. Empty: every client is refused. Hot, for new connections.")
    String[] authenticators() default {"anonymous"};

    @AttributeDefinition(
        name = "Enhanced authenticators",
        description =
            "Names of the enhanced authenticators that count: they judge the MQTT 5.0 clients that"
                + " name an Authentication Method, each those of its own. Of two that offer the same"
                + " method the first decides. Empty: such clients are refused. Hot, for new"
                + " connections and re-authentication.")
    String[] enhancedAuthenticators() default {};

    @AttributeDefinition(
        name = "Authorizers",
        description =
            "Names of the authorizers that count, in order: the first that does not abstain"
                + " decides. Empty: everything is denied. Hot.")
    String[] authorizers() default {"acl"};

    @AttributeDefinition(
        name = "Policy grace",
        description =
            "How long requests wait for a named service that is away, in milliseconds from its"
                + " departure; then they are refused. 0 to 60000. Hot.")
    int policyGraceMillis() default 2000;

    @AttributeDefinition(
        name = "Inline",
        description =
            "Symbolic names of the bundles that are called on event loops. They must never block:"
                + " one that does stops all clients of its loop. All others are called on a thread"
                + " of their own. Hot.")
    String[] inline() default {
      "io.fluxmqtt.acl",
      "io.fluxmqtt.auth.anonymous",
      "io.fluxmqtt.auth.file",
      "io.fluxmqtt.auth.jwt",
      "io.fluxmqtt.auth.jaas",
      "io.fluxmqtt.auth.certificate",
      "io.fluxmqtt.auth.http",
      "io.fluxmqtt.auth.scram"
    };

    @AttributeDefinition(
        name = "Authentication timeout",
        description =
            "How long an authenticator may take to answer, in seconds; then the client is refused."
                + " Of an enhanced one: how long each of its answers may take. 1 to 300. Hot, for"
                + " new connections.")
    int authenticationTimeoutSeconds() default 10;

    @AttributeDefinition(
        name = "Exchange timeout",
        description =
            "How long an enhanced authentication may take from CONNECT to CONNACK, in seconds,"
                + " whoever is slow; then the client is refused. Also for re-authentication. 1 to"
                + " 300. Hot, for new exchanges.")
    int exchangeTimeoutSeconds() default 30;

    @AttributeDefinition(
        name = "Exchange steps",
        description =
            "How often a client may send data in one enhanced authentication; then it is refused."
                + " 1 to 1000. Hot, for new exchanges.")
    int exchangeStepsMax() default 16;

    @AttributeDefinition(
        name = "Authorization timeout",
        description =
            "How long an authorizer that is not inline may take to answer, in milliseconds; then"
                + " the request is denied. 10 to 60000. Hot.")
    int authorizationTimeoutMillis() default 1000;

    @AttributeDefinition(
        name = "Failed authentications of an address",
        description =
            "From so many failed authentications of one address on (of IPv6, of its /64), with less"
                + " than a minute between them, its clients that failed (user name and client id) are"
                + " refused at once (0x9F; 3.x: 3), for 1 s first and twice as long each time; its"
                + " others are judged at most 10 a second. A minute without a failure ends it. 0 for"
                + " never, to 100000. Hot, for new connections.")
    int failuresMax() default 10;

    @AttributeDefinition(
        name = "Longest delay after failures",
        description =
            "How long a client that failed is refused at most before it is judged again, in seconds."
                + " 1 to 3600. Hot, for new connections.")
    int failureDelayMaxSeconds() default 60;

    @AttributeDefinition(
        name = "Addresses whose failures do not count",
        description =
            "Addresses and ranges such as 10.0.0.0/8 from which any number of authentications may"
                + " fail: this machine, or a proxy or router behind which many clients are. Hot, for"
                + " new connections.")
    String[] failureExempt() default {"127.0.0.0/8", "::1"};
  }

  private final ScheduledThreadPoolExecutor timer;
  private final AccessControl control;

  /** Starts with a configuration, or with none; with a bad one everything is refused. */
  @Activate
  public AccessComponent(Map<String, Object> properties) {
    timer = new ScheduledThreadPoolExecutor(1, AccessComponent::timerThread);
    timer.setRemoveOnCancelPolicy(true);
    AccessSettings settings = AccessSettings.of(List.of(), List.of());
    String problem = null;
    try {
      settings = settings(properties);
    } catch (SettingException e) {
      problem = e.getMessage() + "; everything is refused until this is corrected";
      LOG.error(problem);
    }
    control = new AccessControl(settings, Time.of(timer));
    if (problem != null) {
      control.holdBack(problem);
    }
  }

  /** The policy. */
  public AccessControl control() {
    return control;
  }

  @Modified
  void modified(Map<String, Object> properties) {
    try {
      control.configure(settings(properties));
    } catch (SettingException e) {
      LOG.warn("{}; the old configuration stays", e.getMessage());
      control.holdBack(e.getMessage() + "; the old configuration stays");
    }
  }

  @Deactivate
  void deactivate() {
    control.close();
    timer.shutdownNow();
  }

  @Reference(
      service = Authenticator.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "updatedAuthenticator",
      unbind = "unbindAuthenticator")
  void bindAuthenticator(Authenticator service, ServiceReference<Authenticator> reference) {
    Plugin<Authenticator> plugin = plugin(Authenticator.NAME, null, service, reference);
    if (plugin != null) {
      control.putAuthenticator(plugin);
    }
  }

  void updatedAuthenticator(Authenticator service, ServiceReference<Authenticator> reference) {
    Plugin<Authenticator> plugin = plugin(Authenticator.NAME, null, service, reference);
    if (plugin != null) {
      control.putAuthenticator(plugin);
    } else {
      control.removeAuthenticator(reference);
    }
  }

  void unbindAuthenticator(ServiceReference<Authenticator> reference) {
    control.removeAuthenticator(reference);
  }

  @Reference(
      service = EnhancedAuthenticator.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "updatedEnhanced",
      unbind = "unbindEnhanced")
  void bindEnhanced(
      EnhancedAuthenticator service, ServiceReference<EnhancedAuthenticator> reference) {
    Plugin<EnhancedAuthenticator> plugin = enhanced(service, reference);
    if (plugin != null) {
      control.putEnhanced(plugin);
    }
  }

  void updatedEnhanced(
      EnhancedAuthenticator service, ServiceReference<EnhancedAuthenticator> reference) {
    Plugin<EnhancedAuthenticator> plugin = enhanced(service, reference);
    if (plugin != null) {
      control.putEnhanced(plugin);
    } else {
      control.removeEnhanced(reference);
    }
  }

  void unbindEnhanced(ServiceReference<EnhancedAuthenticator> reference) {
    control.removeEnhanced(reference);
  }

  private static @Nullable Plugin<EnhancedAuthenticator> enhanced(
      EnhancedAuthenticator service, ServiceReference<EnhancedAuthenticator> reference) {
    return plugin(EnhancedAuthenticator.NAME, EnhancedAuthenticator.METHOD, service, reference);
  }

  @Reference(
      service = Authorizer.class,
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY,
      updated = "updatedAuthorizer",
      unbind = "unbindAuthorizer")
  void bindAuthorizer(Authorizer service, ServiceReference<Authorizer> reference) {
    Plugin<Authorizer> plugin = authorizer(service, reference);
    if (plugin != null) {
      control.putAuthorizer(plugin);
    }
  }

  void updatedAuthorizer(Authorizer service, ServiceReference<Authorizer> reference) {
    Plugin<Authorizer> plugin = authorizer(service, reference);
    if (plugin != null) {
      control.putAuthorizer(plugin);
    } else {
      control.removeAuthorizer(reference);
    }
  }

  void unbindAuthorizer(ServiceReference<Authorizer> reference) {
    control.removeAuthorizer(reference);
  }

  private static @Nullable Plugin<Authorizer> authorizer(
      Authorizer service, ServiceReference<Authorizer> reference) {
    Plugin<Authorizer> plugin = plugin(Authorizer.NAME, null, service, reference);
    if (plugin != null && reference.getProperty(Authorizer.REVISION) != null) {
      plugin = plugin.lasting();
    }
    return plugin != null && isTrue(Authorizer.RECEIVE, reference) ? plugin.receiving() : plugin;
  }

  private static <S> @Nullable Plugin<S> plugin(
      String nameProperty,
      @Nullable String methodProperty,
      S service,
      ServiceReference<S> reference) {
    Bundle owner = reference.getBundle();
    String bundle = owner == null ? "unknown" : String.valueOf(owner.getSymbolicName());
    String name = text(nameProperty, bundle, reference);
    String method = methodProperty == null ? null : text(methodProperty, bundle, reference);
    if (name == null || (methodProperty != null && method == null)) {
      return null;
    }
    boolean anonymous = isTrue(Authenticator.ANONYMOUS, reference);
    return new Plugin<>(name.trim(), bundle, anonymous, method, reference, service);
  }

  private static boolean isTrue(String property, ServiceReference<?> reference) {
    return Boolean.parseBoolean(String.valueOf(reference.getProperty(property)));
  }

  private static @Nullable String text(
      String property, String bundle, ServiceReference<?> reference) {
    if (reference.getProperty(property) instanceof String text && !text.isBlank()) {
      return text;
    }
    LOG.warn(
        "Bundle {}: its service without the property {} is ignored, nothing can name it",
        bundle,
        property);
    return null;
  }

  static AccessSettings settings(Map<String, Object> properties) {
    Settings settings = new Settings(PID, properties, Config.class);
    AccessSettings access =
        new AccessSettings(
            names(settings, "authenticators"),
            names(settings, "enhancedAuthenticators"),
            names(settings, "authorizers"),
            Duration.ofMillis(settings.integer("policyGraceMillis", 0, 60_000)),
            Set.copyOf(names(settings, "inline")),
            Duration.ofSeconds(settings.integer("authenticationTimeoutSeconds", 1, 300)),
            Duration.ofSeconds(settings.integer("exchangeTimeoutSeconds", 1, 300)),
            settings.integer("exchangeStepsMax", 1, 1000),
            Duration.ofMillis(settings.integer("authorizationTimeoutMillis", 10, 60_000)),
            new FailureLimits(
                settings.integer("failuresMax", 0, 100_000),
                Duration.ofSeconds(settings.integer("failureDelayMaxSeconds", 1, 3_600)),
                ranges(settings, "failureExempt")));
    if (!settings.unknownKeys().isEmpty()) {
      LOG.warn("{}: nobody reads {}; check the spelling", PID, settings.unknownKeys());
    }
    return access;
  }

  private static List<AddressRange> ranges(Settings settings, String key) {
    try {
      return settings.list(key).stream().map(AddressRange::parse).toList();
    } catch (IllegalArgumentException e) {
      throw settings.error(key, "holds what cannot be read: " + e.getMessage());
    }
  }

  private static List<String> names(Settings settings, String key) {
    List<String> names = settings.list(key);
    if (names.stream().anyMatch(name -> name.chars().anyMatch(Character::isWhitespace))) {
      throw settings.error(key, "holds a name with a blank; separate names by commas");
    }
    return names;
  }

  private static Thread timerThread(Runnable task) {
    Thread thread = new Thread(task, "flux-access timer");
    thread.setDaemon(true);
    return thread;
  }
}
