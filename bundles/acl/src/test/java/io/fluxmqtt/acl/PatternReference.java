package io.fluxmqtt.acl;

import org.jspecify.annotations.Nullable;

/** What a topic pattern says of a Topic Name, in as few lines as it can be said. */
final class PatternReference {
  private PatternReference() {}

  /** Whether a Topic Name is one of the pattern's; an identity unfit for a topic fits none. */
  static boolean covers(String pattern, String topic, String clientId, @Nullable String userName) {
    return fits(pattern, topic, clientId, userName, false);
  }

  /** Whether a Topic Name may be one of the pattern's; an identity unfit for a topic fits all. */
  static boolean overlaps(String pattern, String topic, String clientId, @Nullable String user) {
    return fits(pattern, topic, clientId, user, true);
  }

  private static boolean fits(
      String pattern, String topic, String clientId, @Nullable String userName, boolean unfit) {
    String[] wanted = pattern.split("/", -1);
    String[] levels = topic.split("/", -1);
    boolean wild = wanted[0].equals("+") || wanted[0].equals("#");
    boolean same = pattern.equals("*") || !(wild && topic.startsWith("$")); // [MQTT-4.7.2-1]
    for (int i = 0; i < wanted.length && same; i++) {
      if (wanted[i].equals("#") || pattern.equals("*")) {
        return true;
      }
      same = i < levels.length;
      if (same && !wanted[i].equals("+")) {
        String level = said(wanted[i], i == 0, clientId, userName);
        boolean elsewhere = i == 0 && wanted[0].startsWith("$") && !topic.startsWith("$");
        same = level == null ? unfit && !elsewhere : level.equals(levels[i]);
      }
    }
    return same && wanted.length == levels.length;
  }

  /** A level with names in place of placeholders, or null if one of them is unfit. */
  private static @Nullable String said(
      String level, boolean first, String clientId, @Nullable String userName) {
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < level.length(); i++) {
      char kind = level.charAt(i) == '%' ? level.charAt(++i) : 0;
      if (kind == 0 || kind == '%') {
        said.append(level.charAt(i));
        continue;
      }
      String name = kind == 'c' ? clientId : userName;
      boolean leads = first && i == 1;
      if (name == null || name.isEmpty() || name.chars().anyMatch(c -> "+#/\0".indexOf(c) >= 0)) {
        return null;
      } else if (leads && name.startsWith("$")) {
        return null;
      }
      said.append(name);
    }
    return said.toString();
  }
}
