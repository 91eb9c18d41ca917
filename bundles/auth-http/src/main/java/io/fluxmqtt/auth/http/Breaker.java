package io.fluxmqtt.auth.http;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spares a web service that fails, and those who would wait for it. After so many failures in a row
 * it opens: for a pause nobody passes, then one question tries, and the others once that one was
 * answered. Any thread.
 */
final class Breaker {
  private static final Logger LOG = LoggerFactory.getLogger(Breaker.class);
  private static final long QUIET_NANOS = 10_000_000_000L; // clients can make a service fail

  /** Whether a question may be put. Who got one that may must say how it ended. */
  enum Pass {
    NONE,
    NORMAL,
    TRIAL
  }

  private final String who; // for the log
  private final int failuresMax;
  private final long pauseNanos;
  private final LongSupplier nanoTime;

  private int failures; // in a row; guarded by this, as are the next five
  private boolean open;
  private boolean trying;
  private long closedUntil;
  private long loggedAt;
  private boolean logged; // of the failures in a row

  Breaker(String who, int failuresMax, long pauseNanos, LongSupplier nanoTime) {
    this.who = who;
    this.failuresMax = failuresMax;
    this.pauseNanos = pauseNanos;
    this.nanoTime = nanoTime;
    this.loggedAt = nanoTime.getAsLong() - QUIET_NANOS;
  }

  synchronized Pass enter() {
    if (!open) {
      return Pass.NORMAL;
    }
    if (trying || nanoTime.getAsLong() - closedUntil < 0) {
      return Pass.NONE;
    }
    trying = true;
    return Pass.TRIAL;
  }

  /** The service has answered as it should. */
  synchronized void succeeded() {
    if (logged) {
      LOG.info("{} answers again; it had failed {} times in a row", who, failures);
    }
    logged = false;
    failures = 0;
    open = false;
    trying = false;
  }

  /** The service has not answered as it should. */
  synchronized void failed(Pass pass, String reason) {
    failures++;
    if (failures == 1) {
      log("{} failed: {}; the client is refused", who, reason);
    }
    if (pass == Pass.TRIAL || !open && failures >= failuresMax) {
      if (!open) {
        String times = failures + " times in a row, at last: " + reason;
        log("{} failed {}; until it answers again clients are refused unasked", who, times);
      }
      open = true;
      trying = false;
      closedUntil = nanoTime.getAsLong() + pauseNanos;
    }
  }

  /** Tells the log, though not each time; what goes on from a line that was logged is. */
  private void log(String format, String who, String what) {
    long now = nanoTime.getAsLong();
    if (logged || now - loggedAt >= QUIET_NANOS) {
      LOG.warn(format, who, what);
      loggedAt = now;
      logged = true;
    }
  }

  /** Nobody waits for the answer any more, which says nothing of the service. */
  synchronized void abandoned(Pass pass) {
    if (pass == Pass.TRIAL) {
      trying = false;
    }
  }
}
