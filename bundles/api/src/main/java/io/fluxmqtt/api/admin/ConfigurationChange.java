package io.fluxmqtt.api.admin;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What is to change in one configuration. Keys that are not named stay as they are.
 *
 * @param pid as Configuration Admin has it, such as {@code io.fluxmqtt.session} or, of a factory,
 *     {@code io.fluxmqtt.listener~lan}
 * @param values the keys to set, in order, and their values as a file has them; lists are separated
 *     by commas
 * @param unset the keys that get their default again
 * @param delete whether all of it goes: an instance of a factory, or all values of a PID
 */
public record ConfigurationChange(
    String pid, Map<String, String> values, Set<String> unset, boolean delete) {
  /** Copies map and set. */
  public ConfigurationChange {
    values = Collections.unmodifiableMap(new TreeMap<>(values));
    unset = Set.copyOf(unset);
    if (delete && !(values.isEmpty() && unset.isEmpty())) {
      throw new IllegalArgumentException(pid + " is to be deleted and to be set");
    }
    for (String key : values.keySet()) {
      if (unset.contains(key)) {
        throw new IllegalArgumentException(pid + ": " + key + " is to be set and unset");
      }
    }
  }

  /** Sets keys; a configuration that is not there is made. */
  public static ConfigurationChange set(String pid, Map<String, String> values) {
    return new ConfigurationChange(pid, values, Set.of(), false);
  }

  /** Gives keys their default again. */
  public static ConfigurationChange unset(String pid, Set<String> keys) {
    return new ConfigurationChange(pid, Map.of(), keys, false);
  }

  /** Deletes a configuration. */
  public static ConfigurationChange deletion(String pid) {
    return new ConfigurationChange(pid, Map.of(), Set.of(), true);
  }

  /** Names no value: one of them may be a secret. */
  @Override
  public String toString() {
    return pid + (delete ? " deleted" : " set " + values.keySet() + ", unset " + unset);
  }
}
