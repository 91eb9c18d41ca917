package io.fluxmqtt.config;

import java.util.List;
import java.util.Optional;

/**
 * What a bundle declares of a PID in its Metatype.
 *
 * @param bundle its symbolic name
 * @param pid the PID, or that of the factory
 * @param isFactory whether there may be several
 * @param label its name for people
 * @param description what it is for
 * @param attributes its keys, in the order of their declaration
 */
record Definition(
    String bundle,
    String pid,
    boolean isFactory,
    String label,
    String description,
    List<Attribute> attributes) {
  /** Copies the list. */
  Definition {
    attributes = List.copyOf(attributes);
  }

  /** A key by its name. */
  Optional<Attribute> attribute(String key) {
    return attributes.stream().filter(each -> each.key().equals(key)).findFirst();
  }
}
