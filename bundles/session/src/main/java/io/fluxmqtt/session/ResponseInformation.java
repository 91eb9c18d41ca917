package io.fluxmqtt.session;

import io.fluxmqtt.api.message.TopicFilter;
import org.jspecify.annotations.Nullable;

/**
 * Makes the Response Information of CONNACK (MQTT 5.0, section 3.2.2.3.15), by which a client
 * builds its Response Topics, from a pattern: {@code %c} stands for the Client Identifier, {@code
 * %u} for the user name, {@code %%} for a percent sign.
 *
 * @param pattern a Topic Name with placeholders; empty for none
 */
public record ResponseInformation(String pattern) {
  /** There is none. */
  public static final ResponseInformation NONE = new ResponseInformation("");

  /**
   * Checks the pattern.
   *
   * @throws IllegalArgumentException if it cannot become a Topic Name; the text says why
   */
  public ResponseInformation {
    if (!pattern.isEmpty() && !TopicFilter.isValidTopicName(pattern)) {
      throw new IllegalArgumentException("is not a Topic Name; leave out + and #");
    }
    for (int i = pattern.indexOf('%'); i >= 0; i = pattern.indexOf('%', i + 2)) {
      if (i + 1 == pattern.length() || "cu%".indexOf(pattern.charAt(i + 1)) < 0) {
        throw new IllegalArgumentException(
            "has a % that is followed by neither c, u nor %; write %% for a percent sign");
      }
    }
  }

  /**
   * The text for one client, or null if there is none: a name that is absent, or that would widen
   * or leave its level of the topic, gives none.
   */
  public @Nullable String of(String clientId, @Nullable String userName) {
    if (pattern.isEmpty()) {
      return null;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%') {
        text.append(c);
        continue;
      }
      i++;
      String name =
          switch (pattern.charAt(i)) {
            case 'c' -> clientId;
            case 'u' -> userName;
            default -> "%";
          };
      if (name == null || !isOneLevel(name) || (text.isEmpty() && name.startsWith("$"))) {
        return null;
      }
      text.append(name);
    }
    String topic = text.toString();
    return TopicFilter.isValidTopicName(topic) ? topic : null;
  }

  private static boolean isOneLevel(String name) {
    return !name.isEmpty() && name.indexOf('/') < 0 && TopicFilter.isValidTopicName(name);
  }
}
