package io.fluxmqtt.api.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One key of a configuration.
 *
 * @param name as in the file
 * @param label its name for people
 * @param description what it does, its unit, its bounds and what a change does
 * @param type what its values are
 * @param choices the values there are, or empty if there are others
 * @param min the least number, or null if it has none or none is known
 * @param max the greatest number, or null if it has none or none is known
 * @param fallback its default, as a file would have it
 * @param value what the file says, or null if that says nothing, or it is a secret
 * @param isSet whether the file says something
 * @param secret whether its value is never given out
 * @param effect what a change does
 */
public record ConfigurationKey(
    String name,
    String label,
    String description,
    Type type,
    List<String> choices,
    @Nullable Long min,
    @Nullable Long max,
    String fallback,
    @Nullable String value,
    boolean isSet,
    boolean secret,
    ChangeEffect effect) {
  /** Copies the list; a secret has no value. */
  public ConfigurationKey {
    choices = List.copyOf(choices);
    if (secret && value != null) {
      throw new IllegalArgumentException("the value of " + name + " is secret");
    }
  }

  /** What a value is. */
  public enum Type {
    /** Any text. */
    TEXT,
    /** A whole number. */
    NUMBER,
    /** {@code true} or {@code false}. */
    FLAG,
    /** Texts, separated by commas. */
    LIST
  }
}
