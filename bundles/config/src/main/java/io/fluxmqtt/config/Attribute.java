package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.ChangeEffect;
import io.fluxmqtt.api.admin.ConfigurationKey;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One key as a Metatype declares it.
 *
 * @param choices its options, or empty
 * @param min as declared, or null
 * @param max as declared, or null
 * @param fallback its default, as a file would have it
 */
record Attribute(
    String key,
    String label,
    String description,
    ConfigurationKey.Type type,
    List<String> choices,
    @Nullable Long min,
    @Nullable Long max,
    String fallback) {
  /** The words by which a description says what a change does, and what it is; the first counts. */
  private enum Words {
    BROKER("restarts the broker\\b", ChangeEffect.RESTARTS_BROKER),
    LISTENERS("restarts the listeners of the broker", ChangeEffect.RESTARTS_LISTENERS),
    LISTENER("restarts this listener", ChangeEffect.RESTARTS_LISTENER),
    SOCKET("(moves the listener|reopens the socket);", ChangeEffect.MOVES_LISTENER),
    NEW("\\b[Nn]ew (connections|exchanges)\\b", ChangeEffect.NEW_CONNECTIONS);

    private final Pattern pattern;
    private final ChangeEffect effect;

    Words(String pattern, ChangeEffect effect) {
      this.pattern = Pattern.compile(pattern);
      this.effect = effect;
    }
  }

  private static final Pattern BOUNDS =
      Pattern.compile("\\b(\\d{1,18}) to (\\d{1,18})(?:\\^(\\d{1,2}))?\\b");

  /** As in "0: as many as there are processors", beside other bounds. */
  private static final Pattern ZERO_TOO = Pattern.compile("\\b0(:| for\\b| lets\\b)");

  /** Where the declaration has no bounds, those that the description names. */
  Attribute {
    choices = List.copyOf(choices);
    Matcher bounds = BOUNDS.matcher(description);
    if (type == ConfigurationKey.Type.NUMBER && min == null && max == null && bounds.find()) {
      long most = Long.parseLong(bounds.group(2));
      int power = bounds.group(3) == null ? 1 : Integer.parseInt(bounds.group(3));
      min = ZERO_TOO.matcher(description).find() ? 0 : Long.parseLong(bounds.group(1));
      max = power == 1 ? most : (long) Math.pow(most, power);
    }
  }

  /** What a change does. */
  ChangeEffect effect() {
    for (Words words : Words.values()) {
      if (words.pattern.matcher(description).find()) {
        return words.effect;
      }
    }
    return ChangeEffect.HOT;
  }

  /** Whether its value is never shown. */
  boolean isSecret() {
    return isSecret(key);
  }

  /** Secrets begin with a dot, which also keeps them from the properties of services. */
  static boolean isSecret(String key) {
    return key.startsWith(".");
  }
}
