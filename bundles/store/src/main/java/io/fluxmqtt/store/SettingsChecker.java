package io.fluxmqtt.store;

import io.fluxmqtt.api.config.ConfigurationChecker;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** Reads configurations of this bundle as its components do. */
@Component(
    service = ConfigurationChecker.class,
    property = ConfigurationChecker.PIDS + "=" + EngineConfigurator.PID)
public final class SettingsChecker implements ConfigurationChecker {
  @Override
  public void check(String pid, Map<String, Object> properties) {
    EngineConfigurator.read(properties);
  }
}
