package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.EventLoop;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session's time without a Network Connection: its Will Delay and its Session Expiry Interval run
 * until the next connection or the session's end. Owned by the session's loop.
 */
final class Absence {
  private final Session session;
  private final Broker broker;
  private final long awaySeconds;
  private final long sinceNanos; // of the monotonic clock
  private EventLoop.@Nullable Timer willTimer;
  private EventLoop.@Nullable Timer expiryTimer;
  private boolean over;

  /**
   * One that has begun.
   *
   * @param awaySeconds how long ago
   */
  Absence(Session session, Broker broker, long awaySeconds) {
    this.session = session;
    this.broker = broker;
    this.awaySeconds = awaySeconds;
    this.sinceNanos = broker.nanoTime() - TimeUnit.SECONDS.toNanos(awaySeconds);
  }

  /** Since when, by the monotonic clock. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** Has the Will published when its delay is over, at once if it is. */
  void awaitWill(long delaySeconds, Runnable publish) {
    if (delaySeconds <= awaySeconds) {
      publish.run();
    } else {
      willTimer = timer(delaySeconds - awaySeconds, publish);
    }
  }

  /** Has the session ended when its Session Expiry Interval is over. */
  void awaitExpiry(long expirySeconds, Runnable end) {
    if (expirySeconds != StoredSession.NEVER_EXPIRES) {
      expiryTimer = timer(Math.max(0, expirySeconds - awaySeconds), end);
    }
  }

  /** Runs a task as a command unless a connection came first. */
  private EventLoop.Timer timer(long seconds, Runnable task) {
    return broker
        .house()
        .schedule(
            () ->
                session.command(
                    () -> {
                      if (!over) {
                        task.run();
                      }
                    }),
            TimeUnit.SECONDS.toNanos(seconds));
  }

  /** A connection has come, or the session has ended. */
  void end() {
    over = true;
    if (expiryTimer != null) {
      expiryTimer.cancel();
    }
    if (willTimer != null) {
      willTimer.cancel();
    }
  }
}
