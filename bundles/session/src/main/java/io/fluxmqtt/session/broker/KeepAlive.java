package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clock of one connection: first until CONNECT has come, then from packet to packet
 * [MQTT-3.1.2-22]. Owned by the connection's loop. A timer looks when the time could be over at the
 * earliest, so that a packet costs no more than noting when it came.
 */
final class KeepAlive {
  /** What the clock must know of its connection, and tells it. */
  interface Watched {
    /** Whether the broker itself keeps the client waiting; the clock stands still then. */
    boolean isHeld();

    /** Nothing came in one and a half times the keep alive. */
    void timedOut(long idleSeconds);
  }

  private final Worker worker;
  private final Broker broker;
  private final Watched watched;
  private EventLoop.@Nullable Timer timer;
  private long lastActivity;
  private long limitNanos;
  private int seconds;

  KeepAlive(Worker worker, Broker broker, Watched watched) {
    this.worker = worker;
    this.broker = broker;
    this.watched = watched;
  }

  /** Runs a task unless {@link #start} or {@link #stop} comes first. */
  void awaitConnect(long millis, Runnable timedOut) {
    timer = worker.schedule(timedOut, TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** The client is connected; 0 seconds for no limit. */
  void start(int keepAliveSeconds) {
    stop();
    seconds = keepAliveSeconds;
    limitNanos = TimeUnit.SECONDS.toNanos(keepAliveSeconds) * 3 / 2;
    touch();
    if (keepAliveSeconds > 0) {
      timer = worker.schedule(this::look, limitNanos);
    }
  }

  /** Something has come, or the broker has stopped keeping the client waiting. */
  void touch() {
    lastActivity = broker.nanoTime();
  }

  void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** The keep alive in force, 0 for none. */
  int seconds() {
    return seconds;
  }

  private void look() {
    timer = null;
    long idle = watched.isHeld() ? 0 : broker.nanoTime() - lastActivity;
    if (idle >= limitNanos) {
      watched.timedOut(TimeUnit.NANOSECONDS.toSeconds(idle));
    } else {
      timer = worker.schedule(this::look, limitNanos - idle);
    }
  }
}
