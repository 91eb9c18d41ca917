package io.fluxmqtt.acl;

import io.fluxmqtt.api.config.ConfigurationChecker;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** Reads configurations of this bundle as its components do. */
@Component(
    service = ConfigurationChecker.class,
    property = ConfigurationChecker.PIDS + "=" + AclAuthorizer.PID)
public final class SettingsChecker implements ConfigurationChecker {
  @Override
  public void check(String pid, Map<String, Object> properties) {
    RuleReader.read(pid, properties);
  }

  @Override
  public boolean reads(String pid, String key) {
    return key.equals(RuleReader.RULES) || key.startsWith(RuleReader.RULE_PREFIX);
  }
}
