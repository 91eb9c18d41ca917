package io.fluxmqtt.shell.karaf;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Text that came from clients, made fit for a terminal: a control character in a Client Identifier
 * or topic could move the cursor, hide text or forge a line.
 */
final class Text {
  /** Characters of a table cell; what is longer is cut. */
  static final int CELL = 48;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

  private Text() {}

  /** All of it on one line, what cannot be shown as {@code \}{@code uXXXX}; {@code -} for null. */
  static String escaped(@Nullable String text) {
    return text == null ? "-" : escape(text, Integer.MAX_VALUE);
  }

  /** As {@link #escaped}, cut to the width of a cell. */
  static String cell(@Nullable String text) {
    return text == null ? "-" : escape(text, CELL);
  }

  /** Local time to the second. */
  static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static String escape(String text, int width) {
    StringBuilder shown = new StringBuilder(Math.min(text.length(), width) + 8);
    int i = 0;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      String next = hidden(point) ? unicode(point) : Character.toString(point);
      i += Character.charCount(point);
      if (shown.length() + next.length() > (i < text.length() ? width - 1 : width)) {
        return shown.append('…').toString();
      }
      shown.append(next);
    }
    return shown.toString();
  }

  private static boolean hidden(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT, // among them the marks that turn the direction of writing
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  private static String unicode(int point) {
    return "\\u%04x".formatted(point);
  }
}
