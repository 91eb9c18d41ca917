package io.fluxmqtt.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One configuration: of a PID, of an instance of a factory, or what a new instance would have.
 *
 * @param pid as Configuration Admin has it; of a new instance that of the factory
 * @param factoryPid of an instance, and of a new one; else null
 * @param file the name of its file in {@code etc}, or null if there is none
 * @param bundle who declares it, by symbolic name
 * @param label its name for people
 * @param description what it is for
 * @param keys what it can say, in the order of their declaration
 * @param unknownKeys what the file says and no bundle declares, in order, such as the rules of an
 *     ACL; they have no description and may be set and unset too
 */
public record ConfigurationInfo(
    String pid,
    @Nullable String factoryPid,
    @Nullable String file,
    String bundle,
    String label,
    String description,
    List<ConfigurationKey> keys,
    List<ConfigurationKey> unknownKeys) {
  /** Copies the lists. */
  public ConfigurationInfo {
    keys = List.copyOf(keys);
    unknownKeys = List.copyOf(unknownKeys);
  }

  /** Whether it stands for instances to come. */
  public boolean isTemplate() {
    return pid.equals(factoryPid);
  }
}
