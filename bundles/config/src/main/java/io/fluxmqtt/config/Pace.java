package io.fluxmqtt.config;

import java.util.concurrent.TimeUnit;

/** The monotonic clock of a transaction, and its pauses; tests drive it by hand. */
interface Pace {
  /** As {@link System#nanoTime()}. */
  long nanos();

  /** Lets time pass. */
  void pause(long millis) throws InterruptedException;

  /** The system's. */
  static Pace ofSystem() {
    return new Pace() {
      @Override
      public long nanos() {
        return System.nanoTime();
      }

      @Override
      public void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(millis);
      }
    };
  }
}
