package io.fluxmqtt.api.config;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Says whether a configuration could be used, by the rules of the bundle that uses it, and changes
 * nothing. A service beside the component that has the PID.
 */
@ConsumerType
public interface ConfigurationChecker {
  /**
   * Service property: the PIDs and factory PIDs that it knows; {@code String} or {@code String[]}.
   */
  String PIDS = "mqtt.configuration.pids";

  /**
   * Reads a configuration as its component would. May block for I/O, for milliseconds.
   *
   * @param pid the PID; of an instance of a factory with its name, such as {@code
   *     io.fluxmqtt.listener~lan}
   * @param properties its values, as a file has them; {@code service.pid} among them
   * @throws SettingException for the first value that cannot be used
   */
  void check(String pid, Map<String, Object> properties);

  /**
   * Whether the component reads a key that its Metatype does not declare, such as the rules of an
   * ACL.
   */
  default boolean reads(String pid, String key) {
    return false;
  }
}
