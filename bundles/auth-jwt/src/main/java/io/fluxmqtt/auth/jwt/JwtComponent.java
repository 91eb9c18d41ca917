package io.fluxmqtt.auth.jwt;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
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
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link JwtAuthenticator}, and one {@link JwtAuthorizer} where an ACL claim is set, per
 * factory configuration {@code io.fluxmqtt.auth.jwt}. It registers them itself, since their name is
 * configured under another key than their property. A change builds a new authenticator, which
 * takes over the service; the keys are kept unless they come from elsewhere now.
 */
@Component(
    service = {},
    immediate = true,
    configurationPid = JwtComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Config.class, factory = true)
public final class JwtComponent {
  static final String PID = "io.fluxmqtt.auth.jwt";

  private static final Logger LOG = LoggerFactory.getLogger(JwtComponent.class);
  private static final int HTTP_THREADS = 2;
  private static final long IDLE_SECONDS = 10;

  private final BundleContext context;
  private final String pid;
  private final String threadName;
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor http;
  private Options options; // owned by the thread of DS, as are the next five
  private KeyRing keys;
  private Workers workers;
  private ServiceRegistration<Authenticator> authentication;
  private @Nullable ServiceRegistration<Authorizer> authorization;
  private long revision;
  private volatile JwtAuthenticator authenticator;

  /** Reads the keys and registers the services. */
  @Activate
  public JwtComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Settings settings = new Settings(PID, properties, Config.class);
    try {
      options = options(settings);
    } catch (SettingException e) {
      LOG.error("{}; no token is accepted", e.getMessage());
      throw e;
    }
    pid = settings.pid();
    threadName = "flux-mqtt-auth-jwt-" + settings.name();
    timer = new ScheduledThreadPoolExecutor(1, daemons(threadName + "-keys"));
    timer.setRemoveOnCancelPolicy(true);
    http =
        new ThreadPoolExecutor(
            HTTP_THREADS,
            HTTP_THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            daemons(threadName + "-http"));
    http.allowCoreThreadTimeOut(true);
    keys = keys(options.keys());
    workers = new Workers(threadName, options.threads(), options.queueMax());
    authenticator = authenticator();
    authentication = registerAuthenticator();
    authorization = registerAuthorizer();
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
    KeyRing oldKeys = keys;
    Workers oldWorkers = workers;
    if (!old.keys().equals(options.keys())) {
      keys = keys(options.keys());
    }
    workers = new Workers(threadName, options.threads(), options.queueMax());
    authenticator = authenticator();
    oldWorkers.close(); // what they have begun they end
    if (keys != oldKeys) {
      oldKeys.close();
    }
    if (!old.name().equals(options.name())) {
      ServiceRegistration<Authenticator> former = authentication;
      authentication = registerAuthenticator();
      former.unregister();
    }
    replaceAuthorizer(old);
  }

  @Deactivate
  void deactivate() {
    authentication.unregister(); // first, so that nobody asks again what is refused here
    if (authorization != null) {
      authorization.unregister();
    }
    keys.close();
    workers.close();
    timer.shutdownNow();
    http.shutdown();
  }

  private void replaceAuthorizer(Options old) {
    boolean same =
        old.name().equals(options.name())
            && old.aclOtherwise() == options.aclOtherwise()
            && old.rules().aclClaim().isEmpty() == options.rules().aclClaim().isEmpty();
    if (!same) {
      ServiceRegistration<Authorizer> former = authorization;
      revision++; // other answers than before
      authorization = registerAuthorizer();
      if (former != null) {
        former.unregister();
      }
    }
  }

  private KeyRing keys(Options.Keys from) {
    List<KeySource> sources = new ArrayList<>();
    int poll = from.pollMillis();
    if (from.jwksFile() != null) {
      sources.add(
          new FileKeys(pid, from.jwksFile(), json -> KeySet.ofJwks(json, true), timer, poll));
    }
    if (from.jwksUrl() != null) {
      sources.add(new UrlKeys(pid, from.jwksUrl(), http, timer, System::nanoTime));
    }
    if (from.publicKeyFile() != null) {
      sources.add(new FileKeys(pid, from.publicKeyFile(), KeySet::ofPem, timer, poll));
    }
    if (from.secretFile() != null) {
      sources.add(new FileKeys(pid, from.secretFile(), KeySet::ofSecret, timer, poll));
    }
    return new KeyRing(sources);
  }

  private JwtAuthenticator authenticator() {
    ClaimJudge judge = new ClaimJudge(options.rules(), InstantSource.system());
    return new JwtAuthenticator(options.intake(), keys, judge, workers);
  }

  private ServiceRegistration<Authenticator> registerAuthenticator() {
    Authenticator service = credentials -> authenticator.authenticate(credentials);
    return context.registerService(
        Authenticator.class,
        service,
        FrameworkUtil.asDictionary(Map.of(Authenticator.NAME, options.name())));
  }

  private @Nullable ServiceRegistration<Authorizer> registerAuthorizer() {
    if (options.rules().aclClaim().isEmpty()) {
      return null;
    }
    return context.registerService(
        Authorizer.class,
        new JwtAuthorizer(options.name(), options.aclOtherwise()),
        FrameworkUtil.asDictionary(
            Map.of(Authorizer.NAME, options.name(), Authorizer.REVISION, revision)));
  }

  private Options options(Settings settings) {
    Collection<String> unknown = settings.unknownKeys();
    if (!unknown.isEmpty()) {
      LOG.warn("{}: unknown keys {} are ignored", settings.pid(), unknown);
    }
    return Options.of(settings, etc());
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

  private static ThreadFactory daemons(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
