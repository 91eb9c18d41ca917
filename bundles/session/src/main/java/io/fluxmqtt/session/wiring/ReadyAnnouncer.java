package io.fluxmqtt.session.wiring;

import io.fluxmqtt.api.admin.Listener;
import io.fluxmqtt.api.admin.ListenerInfo;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says once that the broker is ready, naming every listener: when the framework has started, every
 * configured listener is there, and at least one of them accepts connections. The line goes to
 * whoever started the framework, if it registered a service for that, else to the log.
 */
@Component(
    service = {},
    immediate = true)
public final class ReadyAnnouncer {
  private static final Logger LOG = LoggerFactory.getLogger(ReadyAnnouncer.class);
  private static final long POLL_MILLIS = 20;
  private static final String LISTENERS = "(service.factoryPid=io.fluxmqtt.listener)";

  private final BundleContext context;
  private final ConfigurationAdmin configurations;
  private final Consumer<String> ready;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService poll =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "flux-mqtt-ready");
            thread.setDaemon(true);
            return thread;
          });

  /** Begins to look. */
  @Activate
  public ReadyAnnouncer(
      BundleContext context,
      @Reference ConfigurationAdmin configurations,
      @Reference(target = "(flux.mqtt.when=ready)", cardinality = ReferenceCardinality.OPTIONAL)
          @Nullable Consumer<String> ready) {
    this.context = context;
    this.configurations = configurations;
    this.ready = ready == null ? LOG::info : ready;
    poll.scheduleWithFixedDelay(this::look, 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Deactivate
  void deactivate() {
    poll.shutdownNow();
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addListener(Listener listener) {
    listeners.add(listener);
  }

  void removeListener(Listener listener) {
    listeners.remove(listener);
  }

  private void look() {
    List<ListenerInfo> infos = listeners.stream().map(Listener::info).toList();
    boolean open = infos.stream().anyMatch(info -> info.state() == ListenerInfo.State.LISTENING);
    if (open && frameworkStarted() && infos.size() >= configured()) {
      announce(infos);
      poll.shutdown();
    }
  }

  private void announce(List<ListenerInfo> infos) {
    String line =
        infos.stream()
            .sorted(Comparator.comparing(ListenerInfo::name))
            .map(ReadyAnnouncer::text)
            .collect(Collectors.joining(", ", "flux-mqtt ready: ", ""));
    ready.accept(line);
  }

  private static String text(ListenerInfo info) {
    String end =
        info.state() == ListenerInfo.State.LISTENING ? info.note() : "not open: " + info.problem();
    return info.name() + " " + info.uri() + " (" + end + ")";
  }

  private boolean frameworkStarted() {
    Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION);
    return framework == null || framework.getState() == Bundle.ACTIVE;
  }

  private int configured() {
    try {
      Configuration[] found = configurations.listConfigurations(LISTENERS);
      return found == null ? 0 : found.length;
    } catch (IOException | InvalidSyntaxException e) {
      LOG.warn("The configured listeners cannot be listed: {}", e.toString());
      return 0;
    }
  }
}
