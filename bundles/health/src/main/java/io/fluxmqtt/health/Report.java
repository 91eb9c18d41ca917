package io.fluxmqtt.health;

import java.time.Duration;
import java.util.Locale;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;

/** The lines of one result, each with how bad it is. Not thread-safe. */
final class Report {
  /** Who does not answer for so long is stuck. */
  static final Duration SILENCE = Duration.ofSeconds(3);

  private final ResultLog lines = new ResultLog();

  Report ok(String line) {
    return add(Status.OK, line);
  }

  Report warn(String line) {
    return add(Status.WARN, line);
  }

  /** It may pass by itself. */
  Report waiting(String line) {
    return add(Status.TEMPORARILY_UNAVAILABLE, line);
  }

  /** Somebody must act. */
  Report red(String line) {
    return add(Status.CRITICAL, line);
  }

  private Report add(Status status, String line) {
    lines.add(new ResultLog.Entry(status, line));
    return this;
  }

  /** The result, as bad as its worst line. */
  Result result() {
    return new Result(lines);
  }

  /** Such as {@code 4.2 s}. */
  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
  }

  /** Such as {@code 14.2 MB}, of 1,000,000 bytes as disks are sold. */
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }

  /** What a failure says, never empty. */
  static String why(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.getClass().getName() : message;
  }
}
