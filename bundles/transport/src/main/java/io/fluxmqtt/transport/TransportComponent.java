package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers the {@link Transport} that all listeners of this bundle need, as a service that only they
 * can see: whenever it is exchanged they restart, and while it cannot be built they wait.
 */
@Component(
    immediate = true,
    service = {},
    name = TransportComponent.PID,
    configurationPid = TransportComponent.PID)
@Designate(ocd = TransportComponent.Config.class)
@Capability(
    namespace = "osgi.service",
    attribute = "objectClass:List<String>=\"io.fluxmqtt.transport.Transport\"")
public final class TransportComponent {
  static final String PID = "io.fluxmqtt.transport";

  private static final Logger LOG = LoggerFactory.getLogger(TransportComponent.class);
  private static final long RETRY_MILLIS = 5000;
  private static final int MAX_LOOPS = 1024;

  /** The keys. */
  @ObjectClassDefinition(
      name = "Flux MQTT transport",
      description = "What all listeners share. Every change restarts the listeners of the broker.")
  @interface Config {
    @AttributeDefinition(
        name = "Event loops",
        description =
            "Threads that serve all connections; 0 for as many as there are cores, at most 1024."
                + " A change restarts the listeners of the broker: clients are disconnected.",
        min = "0",
        max = "1024")
    int eventLoops() default 0;
  }

  private record Offered(
      int eventLoops, Transport transport, ServiceRegistration<Transport> registration) {}

  private final BundleContext context;
  private @Nullable Offered offered; // calls of Declarative Services do not overlap

  /** Starts the loops, if it can. */
  @Activate
  public TransportComponent(BundleContext context, Map<String, Object> properties) {
    this.context = context;
    Optional<String> problem = NettyFloor.problem();
    if (problem.isPresent()) { // a refresh is what mends it, and that starts anew
      LOG.error("no listener starts: {}", problem.get());
      throw new ComponentException(problem.get());
    }
    modified(properties);
  }

  @Modified
  void modified(Map<String, Object> properties) {
    Offered before = offered;
    int wanted;
    try {
      wanted = eventLoops(properties);
    } catch (SettingException e) {
      LOG.error(
          "{}: {}",
          before == null ? "no listener starts" : "keeping eventLoops=" + before.eventLoops(),
          e.getMessage());
      return;
    }
    if (before != null && before.eventLoops() == wanted) {
      return;
    }
    if (before != null) { // threads of live connections cannot be exchanged
      LOG.info(
          "eventLoops changes from {} to {}: restarting all listeners",
          before.eventLoops(),
          wanted);
      withdraw();
    }
    int threads = wanted == 0 ? Runtime.getRuntime().availableProcessors() : wanted;
    Transport transport = new Transport(new Loops(threads), RETRY_MILLIS);
    offered =
        new Offered(wanted, transport, context.registerService(Transport.class, transport, null));
  }

  /** Ends the listeners, which leave with the service, and then the loops. */
  @Deactivate
  void withdraw() {
    Offered before = offered;
    if (before != null) {
      offered = null;
      before.registration().unregister();
      before.transport().close();
    }
  }

  static int eventLoops(Map<String, Object> properties) {
    Settings settings = new Settings(PID, properties, Config.class);
    if (!settings.unknownKeys().isEmpty()) {
      LOG.warn("{}: unknown keys are ignored: {}", settings.pid(), settings.unknownKeys());
    }
    return settings.integer("eventLoops", 0, MAX_LOOPS);
  }
}
