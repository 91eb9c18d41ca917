package io.fluxmqtt.transport;

import io.fluxmqtt.api.config.ConfigurationChecker;
import io.fluxmqtt.api.config.Settings;
import java.time.Clock;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Reads configurations of this bundle as its components do. */
@Component(
    service = ConfigurationChecker.class,
    property = {
      ConfigurationChecker.PIDS + "=" + ListenerComponent.PID,
      ConfigurationChecker.PIDS + "=" + TransportComponent.PID
    })
public final class SettingsChecker implements ConfigurationChecker {
  private final BundleContext context;

  /** Reads nothing yet. */
  @Activate
  public SettingsChecker(BundleContext context) {
    this.context = context;
  }

  @Override
  public void check(String pid, Map<String, Object> properties) {
    if (pid.equals(TransportComponent.PID)) {
      TransportComponent.eventLoops(properties);
      return;
    }
    Settings settings = new Settings(ListenerComponent.PID, properties, ListenerConfig.class);
    TlsSettings tls = ListenerComponent.read(settings, ListenerComponent.etc(context)).tls();
    try {
      if (tls != null) {
        TlsContext.load(tls, Clock.systemUTC());
      }
    } catch (TlsProblem e) {
      String key = tls.keyStore() == null ? "certificateFile" : "keyStoreFile";
      throw settings.error(key, "is not to be used: " + e.getMessage());
    }
  }
}
