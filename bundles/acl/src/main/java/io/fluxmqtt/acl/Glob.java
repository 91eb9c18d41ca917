package io.fluxmqtt.acl;

/**
 * A pattern over a whole text: {@code *} stands for any characters, also none, {@code ?} for
 * exactly one; all others for themselves. One character is one Unicode code point.
 *
 * @param plain whether the pattern stands for itself only
 */
record Glob(String pattern, boolean plain) {
  static final Glob ANY = new Glob("*");

  Glob(String pattern) {
    this(pattern, pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0);
  }

  /** Whether the pattern fits the whole text. Allocates nothing. */
  boolean matches(String text) {
    return plain ? pattern.equals(text) : fits(text);
  }

  private boolean fits(String text) {
    int p = 0;
    int t = 0;
    int afterStar = -1; // where the pattern goes on after the last star
    int starEnd = 0; // what that star has taken so far ends here
    while (t < text.length()) {
      int c = text.codePointAt(t);
      int wanted = p < pattern.length() ? pattern.codePointAt(p) : -1;
      if (wanted == '*') {
        afterStar = ++p;
        starEnd = t;
      } else if (wanted == '?' || wanted == c) {
        p += Character.charCount(wanted);
        t += Character.charCount(c);
      } else if (afterStar >= 0) { // the last star takes one character more
        starEnd += Character.charCount(text.codePointAt(starEnd));
        t = starEnd;
        p = afterStar;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
