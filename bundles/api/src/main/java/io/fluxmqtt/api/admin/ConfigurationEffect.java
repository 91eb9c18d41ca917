package io.fluxmqtt.api.admin;

import java.util.List;

/**
 * What changes to one configuration do.
 *
 * @param pid the configuration
 * @param keys the keys that get another value, in order
 * @param effect the most that one of them does
 * @param listeners the listeners that open anew or restart, by name, in order
 * @param clients so many Network Connections are open now that would be closed
 * @param text all that in a line
 */
public record ConfigurationEffect(
    String pid,
    List<String> keys,
    ChangeEffect effect,
    List<String> listeners,
    int clients,
    String text) {
  /** Copies the lists. */
  public ConfigurationEffect {
    keys = List.copyOf(keys);
    listeners = List.copyOf(listeners);
  }
}
