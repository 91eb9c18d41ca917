package io.fluxmqtt.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.ResultLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log when a check turns worse or better, or is as bad for another reason, a line each,
 * for those who have nothing but the log. What is seen once may be over at the next look; what does
 * not get worse must last longer than what does, so that a check that goes back and forth does not
 * fill the log. Owned by one thread.
 */
final class HealthLog {
  /** So many looks in a row until it is said that something is worse. */
  static final int WORSE = 2;

  /** So many until it is said that something is better, or has another reason. */
  static final int BETTER = 5;

  /** Numbers in a reason, such as of seconds, change without being news. */
  private static final Pattern FIGURES = Pattern.compile("[0-9]+([.,][0-9]+)*");

  private static final Logger LOG = LoggerFactory.getLogger(HealthLog.class);

  /** Where lines go. */
  @FunctionalInterface
  interface Sink {
    void say(Status status, String line);
  }

  private static final class Seen {
    private Status told = Status.OK;
    private Status pending = Status.OK;
    private String toldWhy = "";
    private String pendingWhy = "";
    private int times;
    private boolean known; // was anything else than on its way up
  }

  private final Map<String, Seen> checks = new HashMap<>();
  private final Sink sink;

  /** To the log. */
  HealthLog() {
    this(HealthLog::log);
  }

  HealthLog(Sink sink) {
    this.sink = sink;
  }

  /** Looks at a result. */
  void look(String name, Result result) {
    Seen seen = checks.computeIfAbsent(name, each -> new Seen());
    Status status = result.getStatus();
    seen.known |= status != Status.TEMPORARILY_UNAVAILABLE;
    if (!seen.known) {
      return; // at the start everything is on its way; after a while that is red
    }
    String wrong = status == Status.OK ? "" : wrong(result);
    String why = FIGURES.matcher(wrong).replaceAll("");
    boolean isSame = status == seen.pending && (status != seen.told || why.equals(seen.pendingWhy));
    seen.times = isSame ? seen.times + 1 : 1;
    seen.pending = status;
    seen.pendingWhy = why;
    boolean isNews = status != seen.told || !why.equals(seen.toldWhy);
    if (isNews && seen.times >= (status.compareTo(seen.told) > 0 ? WORSE : BETTER)) {
      seen.told = status;
      seen.toldWhy = why;
      String what = status == Status.OK ? "OK again" : status + ": " + wrong;
      sink.say(status, "health: " + name + " is " + what);
    }
  }

  private static void log(Status status, String line) {
    switch (status) {
      case OK -> LOG.info(line);
      case WARN -> LOG.warn(line);
      default -> LOG.error(line);
    }
  }

  /** What is wrong, in one line. */
  private static String wrong(Result result) {
    List<String> lines = new ArrayList<>();
    for (ResultLog.Entry entry : result) {
      if (entry.getStatus() != Status.OK) {
        lines.add(Objects.toString(entry.getMessage(), ""));
      }
    }
    return String.join("; ", lines);
  }
}
