package io.fluxmqtt.session.broker;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Tasks that wait until mail was taken. Any thread. */
final class Waiters {
  private volatile @Nullable Queue<Runnable> tasks; // null until there is one

  void add(Runnable task) {
    Queue<Runnable> present = tasks;
    (present == null ? first() : present).add(task);
  }

  private synchronized Queue<Runnable> first() {
    Queue<Runnable> present = tasks;
    if (present == null) {
      present = new ConcurrentLinkedQueue<>();
      tasks = present;
    }
    return present;
  }

  /** Runs all that wait, once each. */
  void wake() {
    Queue<Runnable> present = tasks;
    if (present != null) {
      for (Runnable task = present.poll(); task != null; task = present.poll()) {
        task.run();
      }
    }
  }
}
