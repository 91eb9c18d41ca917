package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.message.Printable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/** How values stand in tables and lines. */
final class Text {
  /** Characters of a table cell; what is longer is cut. */
  static final int CELL = 48;

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

  private Text() {}

  /** All of it, as {@link Printable} shows it; {@code -} for null. */
  static String escaped(@Nullable String text) {
    return Printable.of(text, Integer.MAX_VALUE);
  }

  /** As {@link #escaped}, cut to the width of a cell. */
  static String cell(@Nullable String text) {
    return Printable.of(text, CELL);
  }

  /** Local time to the second. */
  static String time(Instant instant) {
    return TIME.format(instant);
  }
}
