package io.fluxmqtt.shell.karaf;

/**
 * A pattern in which {@code *} stands for any characters and {@code ?} for one. What it takes grows
 * with the lengths of both and never faster.
 */
record Wildcard(String pattern) {
  boolean matches(String text) {
    int at = 0;
    int in = 0;
    int star = -1; // the last one, and where the text went on behind it
    int behind = 0;
    while (at < text.length()) {
      char next = in < pattern.length() ? pattern.charAt(in) : 0;
      if (in < pattern.length() && next == '*') {
        star = in++;
        behind = at;
      } else if (in < pattern.length() && (next == '?' || next == text.charAt(at))) {
        in++;
        at++;
      } else if (star >= 0) { // the star takes one more
        in = star + 1;
        at = ++behind;
      } else {
        return false;
      }
    }
    while (in < pattern.length() && pattern.charAt(in) == '*') {
      in++;
    }
    return in == pattern.length();
  }
}
