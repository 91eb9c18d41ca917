package io.fluxmqtt.session;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One thread that runs the tasks of many Network Connections in order. Two equal references are the
 * same loop. Tasks given after its end are dropped.
 */
@ConsumerType
public interface EventLoop extends Executor {
  /** A task that is due later. */
  @FunctionalInterface
  interface Timer {
    /** Takes the task back; without effect once it runs. */
    void cancel();
  }

  /** Whether the caller is on this loop. */
  boolean inLoop();

  /** Runs a task on this loop after a delay. Any thread. */
  Timer schedule(Runnable task, long delay, TimeUnit unit);
}
