package io.fluxmqtt.health;

import io.fluxmqtt.api.config.ConfigurationChecker;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** Reads configurations of this bundle as its components do. */
@Component(
    service = ConfigurationChecker.class,
    property = ConfigurationChecker.PIDS + "=" + HealthComponent.PID)
public final class SettingsChecker implements ConfigurationChecker {
  @Override
  public void check(String pid, Map<String, Object> properties) {
    HealthSettings.of(HealthComponent.settings(properties));
  }
}
