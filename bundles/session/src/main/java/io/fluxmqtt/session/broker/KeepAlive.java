package io.fluxmqtt.session.broker;

import java.util.concurrent.TimeUnit;

/**
 * The clock of one connection: first until CONNECT has come, then from packet to packet
 * [MQTT-3.1.2-22]. Owned by the connection's loop. It looks when the time could be over at the
 * earliest, so that a packet costs no more than noting when it came.
 */
final class KeepAlive extends Deadlines.Deadline {
  /** What the clock must know of its connection, and tells it. */
  interface Watched {
    /** Whether the broker itself keeps the client waiting; the clock stands still then. */
    boolean isHeld();

    /** CONNECT has not come in time. */
    void connectTimedOut();

    /** Nothing came in one and a half times the keep alive. */
    void timedOut(long idleSeconds);
  }

  private final Worker worker;
  private final Broker broker;
  private final Watched watched;
  private boolean started;
  private long lastActivity;
  private long limitNanos;
  private int seconds;

  KeepAlive(Worker worker, Broker broker, Watched watched) {
    this.worker = worker;
    this.broker = broker;
    this.watched = watched;
  }

  /** Waits for {@link #start} so long, unless {@link #stop} comes first. */
  void awaitConnect(long millis) {
    worker.deadlines().set(this, TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** The client is connected; 0 seconds for no limit. */
  void start(int keepAliveSeconds) {
    started = true;
    seconds = keepAliveSeconds;
    limitNanos = TimeUnit.SECONDS.toNanos(keepAliveSeconds) * 3 / 2;
    touch();
    if (keepAliveSeconds > 0) {
      worker.deadlines().set(this, limitNanos);
    } else {
      stop();
    }
  }

  /** Something has come, or the broker has stopped keeping the client waiting. */
  void touch() {
    lastActivity = broker.nanoTime();
  }

  void stop() {
    worker.deadlines().clear(this);
  }

  /** The keep alive in force, 0 for none. */
  int seconds() {
    return seconds;
  }

  @Override
  void due() {
    if (!started) {
      watched.connectTimedOut();
      return;
    }
    long idle = watched.isHeld() ? 0 : broker.nanoTime() - lastActivity;
    if (idle >= limitNanos) {
      watched.timedOut(TimeUnit.NANOSECONDS.toSeconds(idle));
    } else {
      worker.deadlines().set(this, limitNanos - idle);
    }
  }
}
