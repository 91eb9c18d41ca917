package io.fluxmqtt.auth.jwt;

import io.fluxmqtt.api.spi.access.Client;
import org.jspecify.annotations.Nullable;

/**
 * Whether a Topic Filter of a token's list covers what a client asks for: every Topic Name that the
 * filter asked for matches, and a Topic Name is a filter without wildcards.
 *
 * <p>An identity that is empty or absent, that holds {@code +}, {@code #}, {@code /} or U+0000, or
 * that would make a topic begin with {@code $}, covers nothing: it never widens an allowance.
 */
final class AllowedFilter {
  private AllowedFilter() {}

  static boolean covers(String allowed, String asked, Client client) {
    if (asked.isEmpty() || (isWildcard(allowed.charAt(0)) && asked.charAt(0) == '$')) {
      return false; // [MQTT-4.7.2-1]
    }
    int a = 0;
    int t = 0;
    while (true) {
      int allowedEnd = levelEnd(allowed, a);
      if (isLevel(allowed, a, allowedEnd, '#')) {
        return true;
      }
      int askedEnd = levelEnd(asked, t);
      if (!coversLevel(allowed, a, allowedEnd, asked, t, askedEnd, client)) {
        return false;
      }
      boolean allowedDone = allowedEnd == allowed.length();
      if (askedEnd == asked.length()) { // "a/#" covers "a" too
        return allowedDone || allowed.startsWith("/#", allowedEnd);
      }
      if (allowedDone) {
        return false;
      }
      a = allowedEnd + 1;
      t = askedEnd + 1;
    }
  }

  private static boolean coversLevel(
      String allowed, int a, int allowedEnd, String asked, int t, int askedEnd, Client client) {
    if (isLevel(asked, t, askedEnd, '#')) {
      return false; // it asks for all below, and for the parent
    }
    if (isLevel(allowed, a, allowedEnd, '+')) {
      return true;
    }
    if (isLevel(asked, t, askedEnd, '+')) {
      return false;
    }
    String level = allowed.substring(a, allowedEnd);
    String own = level.indexOf('%') < 0 ? level : personal(level, a == 0, client);
    return own != null && own.length() == askedEnd - t && asked.startsWith(own, t);
  }

  /** A level with the identity in it, or null if that does not fit there. */
  private static @Nullable String personal(String level, boolean isFirst, Client client) {
    StringBuilder own = new StringBuilder();
    for (int i = 0; i < level.length(); i++) {
      char c = level.charAt(i);
      if (c != '%') {
        own.append(c);
        continue;
      }
      char kind = level.charAt(++i);
      if (kind == '%') {
        own.append(kind);
        continue;
      }
      String identity = kind == 'c' ? client.clientId() : client.userName();
      if (identity == null
          || identity.isEmpty()
          || identity.chars().anyMatch(each -> "+#/\0".indexOf(each) >= 0)
          || (isFirst && own.length() == 0 && identity.charAt(0) == '$')) {
        return null;
      }
      own.append(identity);
    }
    return own.toString();
  }

  private static boolean isWildcard(char c) {
    return c == '#' || c == '+';
  }

  private static int levelEnd(String text, int from) {
    int slash = text.indexOf('/', from);
    return slash < 0 ? text.length() : slash;
  }

  private static boolean isLevel(String text, int from, int end, char wildcard) {
    return end - from == 1 && text.charAt(from) == wildcard;
  }
}
