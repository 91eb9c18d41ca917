package io.fluxmqtt.api.message;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Topic Filter (MQTT 5.0, section 4.7), plain or of a Shared Subscription (section 4.8.2).
 *
 * @param shareName the ShareName of {@code $share/name/filter}, or null for a plain filter
 * @param filter the filter that is matched against Topic Names
 */
public record TopicFilter(@Nullable String shareName, String filter) {
  /** Longest topic or filter in UTF-8 bytes: the length field has 16 bits. */
  public static final int MAX_BYTES = 65_535;

  /** More levels than this are refused in names and filters; recursion and memory stay small. */
  public static final int MAX_LEVELS = 200;

  private static final String SHARE_PREFIX = "$share/";

  /** Checks both parts. */
  public TopicFilter {
    Objects.requireNonNull(filter, "filter");
    if (!isValidFilter(filter)) {
      throw new IllegalArgumentException("'" + filter + "' is not a valid Topic Filter");
    }
    // [MQTT-4.8.2-1] [MQTT-4.8.2-2]
    if (shareName != null && (shareName.isEmpty() || hasAny(shareName, "/+#\0"))) {
      throw new IllegalArgumentException("'" + shareName + "' is not a valid ShareName");
    }
  }

  /**
   * Reads a filter as it stands in SUBSCRIBE.
   *
   * @throws IllegalArgumentException if it is not valid; the text names the filter
   */
  public static TopicFilter parse(String text) {
    if (!text.startsWith(SHARE_PREFIX)) {
      return new TopicFilter(null, text);
    }
    int slash = text.indexOf('/', SHARE_PREFIX.length());
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'" + text + "' lacks the Topic Filter after the ShareName");
    }
    return new TopicFilter(text.substring(SHARE_PREFIX.length(), slash), text.substring(slash + 1));
  }

  /** Whether this is a Shared Subscription. */
  public boolean isShared() {
    return shareName != null;
  }

  /** Whether the filter holds a wildcard. */
  public boolean hasWildcard() {
    return hasAny(filter, "+#");
  }

  /** Whether a Topic Name matches this filter. */
  public boolean matches(String topicName) {
    return matches(filter, topicName);
  }

  /** The text of SUBSCRIBE. */
  @Override
  public String toString() {
    return shareName == null ? filter : SHARE_PREFIX + shareName + "/" + filter;
  }

  /** Whether a Topic Name may be published to: not empty, no wildcard, no U+0000, within limits. */
  public static boolean isValidTopicName(String name) {
    int levels = 1;
    for (int i = 0; i < name.length(); i++) { // once for all: this is asked for every PUBLISH
      char c = name.charAt(i);
      if (c == '/') {
        levels++;
      } else if (c == 0 || c == '+' || c == '#') { // [MQTT-4.7.3-2] [MQTT-3.3.2-2]
        return false;
      }
    }
    return levels <= MAX_LEVELS && isValidLength(name);
  }

  /** Whether a filter, without any {@code $share} part, is valid. */
  public static boolean isValidFilter(String filter) {
    if (!isValidText(filter)) {
      return false;
    }
    int last = filter.length() - 1;
    for (int i = 0; i <= last; i++) {
      char c = filter.charAt(i);
      boolean startsLevel = i == 0 || filter.charAt(i - 1) == '/';
      boolean endsLevel = i == last || filter.charAt(i + 1) == '/';
      if (c == '#' && !(startsLevel && i == last)) { // [MQTT-4.7.1-1]
        return false;
      }
      if (c == '+' && !(startsLevel && endsLevel)) { // [MQTT-4.7.1-2]
        return false;
      }
    }
    return true;
  }

  /**
   * Whether a valid Topic Name matches a valid filter. A leading wildcard never matches a name that
   * begins with {@code $} [MQTT-4.7.2-1].
   */
  public static boolean matches(String filter, String topicName) {
    if (startsWithWildcard(filter) && topicName.charAt(0) == '$') {
      return false;
    }
    int f = 0;
    int t = 0;
    while (true) {
      int fEnd = levelEnd(filter, f);
      if (isLevel(filter, f, fEnd, '#')) {
        return true;
      }
      int tEnd = levelEnd(topicName, t);
      if (!isLevel(filter, f, fEnd, '+')
          && !(fEnd - f == tEnd - t && filter.regionMatches(f, topicName, t, tEnd - t))) {
        return false;
      }
      boolean fDone = fEnd == filter.length();
      boolean tDone = tEnd == topicName.length();
      if (tDone) { // "a/#" also matches "a"
        return fDone || (fEnd + 2 == filter.length() && filter.charAt(fEnd + 1) == '#');
      }
      if (fDone) {
        return false;
      }
      f = fEnd + 1;
      t = tEnd + 1;
    }
  }

  /** The number of levels of a name or filter: one more than it has slashes. */
  public static int levels(String text) {
    int levels = 1;
    for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
      levels++;
    }
    return levels;
  }

  /** The length of a text in UTF-8. */
  public static int utf8Bytes(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
    return bytes;
  }

  private static boolean isValidText(String text) {
    return text.indexOf(0) < 0 // [MQTT-4.7.3-2]
        && levels(text) <= MAX_LEVELS
        && isValidLength(text);
  }

  private static boolean isValidLength(String text) {
    return !text.isEmpty() // [MQTT-4.7.3-1]
        && (text.length() * 3L <= MAX_BYTES || utf8Bytes(text) <= MAX_BYTES); // [MQTT-4.7.3-3]
  }

  private static boolean startsWithWildcard(String filter) {
    char first = filter.charAt(0);
    return first == '#' || first == '+';
  }

  private static int levelEnd(String text, int from) {
    int slash = text.indexOf('/', from);
    return slash < 0 ? text.length() : slash;
  }

  private static boolean isLevel(String text, int from, int end, char wildcard) {
    return end - from == 1 && text.charAt(from) == wildcard;
  }

  private static boolean hasAny(String text, String chars) {
    for (int i = 0; i < chars.length(); i++) {
      if (text.indexOf(chars.charAt(i)) >= 0) {
        return true;
      }
    }
    return false;
  }
}
