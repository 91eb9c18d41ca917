package io.fluxmqtt.session.routing;

import io.fluxmqtt.api.message.TopicFilter;
import java.nio.charset.StandardCharsets;

/** What section 4.7 of MQTT 5.0 says, in as few lines as it can be said, however slow. */
final class TopicReference {
  private TopicReference() {}

  /** Whether a valid Topic Name matches a valid filter. */
  static boolean matches(String filter, String topic) {
    String[] wanted = filter.split("/", -1);
    String[] levels = topic.split("/", -1);
    boolean same = !(topic.startsWith("$") && isWildcard(wanted[0])); // [MQTT-4.7.2-1]
    for (int i = 0; i < wanted.length && same; i++) {
      if (wanted[i].equals("#")) {
        return true;
      }
      same = i < levels.length && (wanted[i].equals("+") || wanted[i].equals(levels[i]));
    }
    return same && wanted.length == levels.length;
  }

  static boolean isTopicName(String text) {
    return isText(text) && text.chars().noneMatch(c -> c == '+' || c == '#');
  }

  static boolean isFilter(String text) {
    String[] levels = text.split("/", -1);
    boolean valid = isText(text);
    for (int i = 0; i < levels.length; i++) {
      boolean wild = isWildcard(levels[i]) || isTopicName("x" + levels[i]);
      valid &= wild && !(levels[i].equals("#") && i < levels.length - 1); // [MQTT-4.7.1-1, -2]
    }
    return valid;
  }

  private static boolean isText(String text) {
    return !text.isEmpty() // [MQTT-4.7.3-1]
        && text.indexOf(0) < 0 // [MQTT-4.7.3-2]
        && text.split("/", -1).length <= TopicFilter.MAX_LEVELS
        && text.getBytes(StandardCharsets.UTF_8).length <= 65_535; // [MQTT-4.7.3-3]
  }

  private static boolean isWildcard(String level) {
    return level.equals("+") || level.equals("#");
  }
}
