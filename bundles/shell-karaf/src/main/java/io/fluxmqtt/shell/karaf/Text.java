package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.message.Printable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How values stand in tables and lines. */
final class Text {
  /** Characters of a table cell; what is longer is cut. */
  static final int CELL = 48;

  private static final int KILO = 1_024;
  private static final String UNITS = "KMGT";
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

  /** Such as {@code 1536 bytes (1.5 KB)}. */
  static String bytes(long bytes) {
    if (bytes < KILO) {
      return bytes + " bytes";
    }
    double shown = bytes;
    int unit = -1;
    while (shown >= KILO && unit < UNITS.length() - 1) {
      shown /= KILO;
      unit++;
    }
    return String.format(Locale.ROOT, "%d bytes (%.1f %cB)", bytes, shown, UNITS.charAt(unit));
  }

  /** Local time to the second. */
  static String time(Instant instant) {
    return TIME.format(instant);
  }
}
