package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.Printable;

/** Text of clients as it may stand in a log line. */
final class Text {
  private static final int MAX_CHARS = 64;

  private Text() {}

  /** The text in quotes, as {@link Printable} shows it, cut at 64 characters. */
  static String quote(String text) {
    return "'" + Printable.of(text, MAX_CHARS) + "'";
  }
}
