package io.fluxmqtt.transport;

/** Text of clients as it may stand in a log line. */
final class Text {
  private static final int MAX_CHARS = 64;

  private Text() {}

  /** The text in quotes, cut after 64 characters, with all but printable ASCII escaped. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("'");
    for (int i = 0; i < Math.min(text.length(), MAX_CHARS); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c <= '~') {
        quoted.append(c);
      } else {
        quoted.append("\\u%04x".formatted((int) c));
      }
    }
    return quoted.append(text.length() > MAX_CHARS ? "…'" : "'").toString();
  }
}
