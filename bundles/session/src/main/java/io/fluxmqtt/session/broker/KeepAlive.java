package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clock of one connection: first until CONNECT has come, then from packet to packet
 * [MQTT-3.1.2-22], and as long as what the client showed of itself is valid. Owned by the
 * connection's loop. It looks when the time could be over at the earliest, so that a packet costs
 * no more than noting when it came.
 */
final class KeepAlive extends Deadlines.Deadline {
  /** What the clock must know of its connection, and tells it. */
  interface Watched {
    /** Whether the broker itself keeps the client waiting; the clock stands still then. */
    boolean isHeld();

    /** CONNECT has not come in time. */
    void connectTimedOut();

    /** Nothing came in one and a half times the keep alive, or the client is not valid any more. */
    void timedOut(ReasonCode reason, String text);
  }

  private final Worker worker;
  private final Broker broker;
  private final Watched watched;
  private boolean started;
  private long lastActivity;
  private long limitNanos;
  private int seconds;
  private Deadlines.@Nullable Deadline end; // of what the client showed; null where it has none

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
      worker.deadlines().clear(this);
    }
  }

  /** Something has come, or the broker has stopped keeping the client waiting. */
  void touch() {
    lastActivity = broker.nanoTime();
  }

  /**
   * The client is who it is until then, or for good if that is null; counted from now by the
   * monotonic clock, whatever becomes of the other one.
   */
  void limit(@Nullable Instant validUntil) {
    Deadlines.Deadline old = end;
    if (old != null) {
      worker.deadlines().clear(old);
      end = null;
    }
    if (validUntil != null) {
      Deadlines.Deadline set =
          new Deadlines.Deadline() {
            @Override
            void due() {
              watched.timedOut(
                  ReasonCode.MAXIMUM_CONNECT_TIME, "what the client showed of itself has expired");
            }
          };
      end = set;
      worker.deadlines().set(set, broker.nanosUntil(validUntil));
    }
  }

  void stop() {
    worker.deadlines().clear(this);
    limit(null);
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
      long idleSeconds = TimeUnit.NANOSECONDS.toSeconds(idle);
      watched.timedOut(ReasonCode.KEEP_ALIVE_TIMEOUT, "nothing came for " + idleSeconds + " s");
    } else {
      worker.deadlines().set(this, limitNanos - idle);
    }
  }
}
