package io.fluxmqtt.auth.certificate;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Lets some lines a minute into the log, and counts the others. Any thread. */
final class LogBudget {
  static final int LINES = 20;
  static final long PERIOD_NANOS = 60_000_000_000L;

  private final LongSupplier nanos;
  private long begin; // guarded by this, as are the next two
  private int lines;
  private long left;

  /** A full budget, with a clock like {@link System#nanoTime}. */
  LogBudget(LongSupplier nanos) {
    this.nanos = nanos;
    begin = nanos.getAsLong();
  }

  /** Says it if there is room, with how often there was none since the last time. */
  void spend(LongConsumer saying) {
    long unsaid;
    synchronized (this) {
      long now = nanos.getAsLong();
      if (now - begin >= PERIOD_NANOS) {
        begin = now;
        lines = 0;
      }
      if (lines == LINES) {
        left++;
        return;
      }
      lines++;
      unsaid = left;
      left = 0;
    }
    saying.accept(unsaid);
  }
}
