package io.fluxmqtt.transport;

import io.fluxmqtt.api.admin.Listener;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.config.SettingException;
import io.fluxmqtt.api.config.Settings;
import io.fluxmqtt.session.SessionManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One listener for each configuration of the factory {@value #PID}. */
@Component(
    service = Listener.class,
    immediate = true,
    name = ListenerComponent.PID,
    configurationPid = ListenerComponent.PID,
    configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ListenerConfig.class, factory = true)
public final class ListenerComponent implements Listener {
  static final String PID = "io.fluxmqtt.listener";

  private static final Logger LOG = LoggerFactory.getLogger(ListenerComponent.class);

  private final BundleContext context;
  private final SessionManager sessions;
  private final Transport transport;
  private volatile Listener listener; // a TcpListener, or what stands for a bad configuration

  /** Opens the listener; neither a port in use nor a bad value keeps it from being there. */
  @Activate
  public ListenerComponent(
      BundleContext context,
      @Reference SessionManager sessions,
      @Reference Transport transport,
      Map<String, Object> properties) {
    this.context = context;
    this.sessions = sessions;
    this.transport = transport;
    this.listener = opened(new Settings(PID, properties, ListenerConfig.class));
  }

  @Modified
  void modified(Map<String, Object> properties) {
    Settings settings = new Settings(PID, properties, ListenerConfig.class);
    if (!(listener instanceof TcpListener open)) {
      listener = opened(settings);
      return;
    }
    try {
      open.update(read(settings));
    } catch (SettingException e) {
      LOG.error("listener {}: keeping its old configuration: {}", settings.name(), e.getMessage());
    }
  }

  @Deactivate
  void deactivate() {
    if (listener instanceof TcpListener open) {
      open.close();
    }
  }

  @Override
  public ListenerInfo info() {
    return listener.info();
  }

  private Listener opened(Settings settings) {
    TcpListener open;
    try {
      ListenerSettings wanted = read(settings);
      transport.rehearse(
          new Door.Terms(wanted.unguarded(), wanted.terms().reachable(true), List.of()));
      open = new TcpListener(wanted, transport, sessions);
    } catch (SettingException e) {
      LOG.error("listener {}: not opened: {}", settings.name(), e.getMessage());
      ListenerInfo refused =
          new ListenerInfo(
              settings.name(),
              "%s://%s:%s"
                  .formatted(settings.text("type"), settings.text("host"), settings.text("port")),
              ListenerInfo.State.REFUSED,
              e.getMessage(),
              0,
              "");
      return () -> refused;
    }
    open.start();
    return open;
  }

  private ListenerSettings read(Settings settings) {
    return read(settings, etc(context));
  }

  static ListenerSettings read(Settings settings, Path etc) {
    if (!settings.unknownKeys().isEmpty()) {
      LOG.warn("{}: unknown keys are ignored: {}", settings.pid(), settings.unknownKeys());
    }
    return ListenerSettings.of(settings, etc);
  }

  /** The folder of the configuration, where relative paths begin. */
  static Path etc(BundleContext context) {
    for (String key : new String[] {"flux.mqtt.etc", "karaf.etc"}) {
      String folder = context.getProperty(key); // of the framework, else of the system
      if (folder != null && !folder.isBlank()) {
        return Path.of(folder);
      }
    }
    return Path.of("");
  }
}
