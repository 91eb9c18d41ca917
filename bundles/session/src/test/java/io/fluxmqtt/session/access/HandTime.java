package io.fluxmqtt.session.access;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A clock that stands still until a test moves it; alarms ring on the test's thread. */
final class HandTime implements Time {
  private record Alarm(long due, Runnable task) {}

  // Both guarded by this; starts near the overflow, as System.nanoTime() may.
  private long now = Long.MAX_VALUE - 1000;
  private final List<Alarm> alarms = new ArrayList<>();

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized Runnable after(long nanos, Runnable task) {
    Alarm alarm = new Alarm(now + nanos, task);
    alarms.add(alarm);
    return () -> cancel(alarm);
  }

  private synchronized void cancel(Alarm alarm) {
    alarms.removeIf(other -> other == alarm);
  }

  synchronized int alarms() {
    return alarms.size();
  }

  void advance(Duration by) {
    long end = nanos() + by.toNanos();
    for (Optional<Alarm> next = next(end); next.isPresent(); next = next(end)) {
      next.get().task().run();
    }
    synchronized (this) {
      now = end;
    }
  }

  void advanceMillis(long millis) {
    advance(Duration.ofMillis(millis));
  }

  private synchronized Optional<Alarm> next(long end) {
    Optional<Alarm> next =
        alarms.stream()
            .filter(alarm -> alarm.due() - end <= 0)
            .min(Comparator.comparingLong(alarm -> alarm.due() - end));
    next.ifPresent(
        alarm -> {
          alarms.remove(alarm);
          now = alarm.due() - now > 0 ? alarm.due() : now;
        });
    return next;
  }
}
