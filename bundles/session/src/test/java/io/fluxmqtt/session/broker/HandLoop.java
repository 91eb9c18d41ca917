package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.EventLoop;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** An event loop that runs when the test says so; any thread may give it something to do. */
final class HandLoop implements EventLoop {
  private record Due(long atNanos, Runnable task) {}

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final List<Due> timers = new CopyOnWriteArrayList<>();
  private final LongSupplier clock;
  private boolean running;

  HandLoop(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public boolean inLoop() {
    return running;
  }

  @Override
  public Timer schedule(Runnable task, long delay, TimeUnit unit) {
    Due due = new Due(clock.getAsLong() + unit.toNanos(delay), task);
    timers.add(due);
    return () -> timers.remove(due);
  }

  /** Runs what is due; returns whether there was anything. */
  boolean run() {
    boolean any = false;
    running = true;
    try {
      for (Runnable task = next(); task != null; task = next()) {
        any = true;
        task.run();
      }
    } finally {
      running = false;
    }
    return any;
  }

  /** Runs one task; returns whether there was one. */
  boolean step() {
    Runnable task = next();
    if (task == null) {
      return false;
    }
    running = true;
    try {
      task.run();
    } finally {
      running = false;
    }
    return true;
  }

  private @Nullable Runnable next() {
    Runnable task = tasks.poll();
    if (task != null) {
      return task;
    }
    Due due =
        timers.stream()
            .filter(timer -> timer.atNanos() <= clock.getAsLong())
            .min(Comparator.comparingLong(Due::atNanos))
            .orElse(null);
    if (due == null) {
      return null;
    }
    timers.remove(due);
    return due.task();
  }
}
