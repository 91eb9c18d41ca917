package io.fluxmqtt.api.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The properties of one configuration, read key by key. Defaults come from the component's
 * {@code @ObjectClassDefinition}, so that they stand in one place. Values may be of the declared
 * type or text, as files give it; lists may be arrays, collections or comma-separated text.
 *
 * <p>A component takes its properties as a map and reads them here, since Declarative Services
 * would turn a value of the wrong type into a bare conversion error. Not thread-safe.
 */
public final class Settings {
  private static final Pattern FOREIGN =
      Pattern.compile("(service|component|felix|osgi|objectClass|org)(\\..*)?|.*\\.target|\\..*");

  private final String pid;
  private final Map<String, ?> properties;
  private final Class<? extends Annotation> definition;

  /**
   * The properties of a component.
   *
   * @param pid the PID, for error texts; a factory's own name is added from the properties
   * @param definition the annotation type whose methods declare the keys and their defaults
   */
  public Settings(String pid, Map<String, ?> properties, Class<? extends Annotation> definition) {
    this.pid = properties.get("service.pid") instanceof String own ? own : pid;
    this.properties = properties;
    this.definition = definition;
  }

  /** The PID, with the name of a factory configuration. */
  public String pid() {
    return pid;
  }

  /** The name of a factory configuration: what follows {@code ~} in the PID, else "default". */
  public String name() {
    int tilde = pid.indexOf('~');
    return tilde < 0 ? "default" : pid.substring(tilde + 1);
  }

  /** A text, trimmed. */
  public String text(String key) {
    return String.valueOf(value(key)).trim();
  }

  /** A whole number between two bounds, both allowed. */
  public long number(String key, long min, long max) {
    Object value = value(key);
    long number;
    try {
      number = value instanceof Number n ? n.longValue() : Long.parseLong(text(key));
    } catch (NumberFormatException e) {
      throw error(key, "is not a whole number; set %d to %d".formatted(min, max));
    }
    if (number < min || number > max) {
      throw error(key, "is out of bounds; set %d to %d".formatted(min, max));
    }
    return number;
  }

  /** As {@link #number}, for values that fit an int. */
  public int integer(String key, int min, int max) {
    return (int) number(key, min, max);
  }

  /** True or false. */
  public boolean flag(String key) {
    return switch (text(key).toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw error(key, "is neither true nor false");
    };
  }

  /** One of the constants of an enum, in lower case with {@code -} for {@code _}. */
  public <E extends Enum<E>> E choice(String key, Class<E> type) {
    String text = text(key);
    for (E constant : type.getEnumConstants()) {
      if (spelling(constant).equals(text)) {
        return constant;
      }
    }
    List<String> allowed = Stream.of(type.getEnumConstants()).map(Settings::spelling).toList();
    throw error(key, "is not one of " + String.join(", ", allowed));
  }

  /** A list of texts, trimmed, empty ones left out. */
  public List<String> list(String key) {
    Object value = value(key);
    Stream<?> parts;
    if (value instanceof Object[] array) {
      parts = Arrays.stream(array);
    } else if (value instanceof Collection<?> collection) {
      parts = collection.stream();
    } else {
      parts = Arrays.stream(text(key).split(",", -1));
    }
    return parts.map(part -> String.valueOf(part).trim()).filter(part -> !part.isEmpty()).toList();
  }

  /** An error that names this configuration, a key and its value, unless that is a secret. */
  public SettingException error(String key, String reason) {
    Object value = isSecret(key) ? "***" : value(key);
    return new SettingException(
        pid, key, value instanceof Object[] array ? Arrays.toString(array) : value, reason);
  }

  /** The keys that nobody reads: spelt wrongly, or of another version. In order. */
  public Collection<String> unknownKeys() {
    List<String> known = new ArrayList<>();
    for (Method method : definition.getDeclaredMethods()) {
      known.add(method.getName());
    }
    TreeSet<String> unknown = new TreeSet<>(properties.keySet());
    unknown.removeIf(key -> known.contains(key) || FOREIGN.matcher(key).matches());
    return unknown;
  }

  private Object value(String key) {
    Object fallback;
    try {
      fallback = definition.getDeclaredMethod(method(key)).getDefaultValue();
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(key + " is not declared in " + definition.getName(), e);
    }
    Object value = properties.get(key);
    return value != null ? value : fallback;
  }

  /** How an annotation declares a key: that of a secret begins with a dot, its method with _. */
  private static String method(String key) {
    return isSecret(key) ? "_" + key.substring(1) : key;
  }

  private static boolean isSecret(String key) {
    return key.startsWith(".");
  }

  private static String spelling(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
