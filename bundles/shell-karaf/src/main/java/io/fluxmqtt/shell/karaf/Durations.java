package io.fluxmqtt.shell.karaf;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as the user writes and reads them. */
final class Durations {
  private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})([smhdw])");
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Durations() {}

  /**
   * In seconds.
   *
   * @param option what it is for
   * @throws IllegalStateException if it is none
   */
  static long seconds(String option, String text) {
    Matcher parts = WRITTEN.matcher(text);
    if (!parts.matches()) {
      throw new IllegalStateException(
          "%s %s is no duration: a number of seconds, minutes, hours, days or weeks, such as 30s,"
                  .formatted(option, Text.escaped(text))
              + " 10m, 12h, 7d or 4w");
    }
    long unit =
        switch (parts.group(2)) {
          case "s" -> 1;
          case "m" -> MINUTE;
          case "h" -> HOUR;
          case "d" -> DAY;
          default -> 7 * DAY;
        };
    return Long.parseLong(parts.group(1)) * unit;
  }

  /** With its two largest units, such as {@code 3d 4h}. */
  static String text(long seconds) {
    Duration duration = Duration.ofSeconds(seconds);
    if (seconds >= DAY) {
      return duration.toDays() + "d " + duration.toHoursPart() + "h";
    }
    if (seconds >= HOUR) {
      return duration.toHours() + "h " + duration.toMinutesPart() + "m";
    }
    if (seconds >= MINUTE) {
      return duration.toMinutes() + "m " + duration.toSecondsPart() + "s";
    }
    return seconds + "s";
  }
}
