package io.fluxmqtt.session.broker;

import org.jspecify.annotations.Nullable;

/** Makes what clients sent fit for a log: one line, printable, short. */
final class LogText {
  private static final int MAX_CHARS = 128;

  private LogText() {}

  /** The text with control characters escaped, cut at 128 characters. */
  static String of(@Nullable String text) {
    if (text == null) {
      return "-";
    }
    StringBuilder out = new StringBuilder();
    int end = Math.min(text.length(), MAX_CHARS);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c < 0x20 || c >= 0x7F && c < 0xA0 || c == 0x2028 || c == 0x2029 || c == '\\') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return end < text.length() ? out.append('…').toString() : out.toString();
  }
}
