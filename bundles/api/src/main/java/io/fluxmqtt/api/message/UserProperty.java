package io.fluxmqtt.api.message;

import java.util.Objects;

/** One User Property: a name and a value, both UTF-8 strings. Names may repeat and order counts. */
public record UserProperty(String name, String value) {
  /** Checks that neither part is null. */
  public UserProperty {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(value, "value");
  }
}
