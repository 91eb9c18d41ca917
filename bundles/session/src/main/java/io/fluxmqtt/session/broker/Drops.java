package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The messages that one session was to get and did not. Owned by its loop. */
final class Drops {
  private static final Logger LOG = LoggerFactory.getLogger(Drops.class);
  private static final long WARNING_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Session session;
  private final Broker broker;
  private long count;
  private @Nullable Long lastWarning; // when, in nanoseconds

  Drops(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  long count() {
    return count;
  }

  /** Counts a message that is not sent and not waiting any more. */
  void count(Counters.Drop reason) {
    count++;
    broker.counters().dropped(reason);
    warnOf(reason);
  }

  /** Says so where a limit has cost messages; now and then, however many. */
  private void warnOf(Counters.Drop reason) {
    boolean byLimit =
        switch (reason) {
          case QUEUE_FULL, TOTAL_QUEUE_FULL, SLOW_CONNECTION -> true;
          default -> false;
        };
    long now = broker.nanoTime();
    if (byLimit && (lastWarning == null || now - lastWarning > WARNING_NANOS)) {
      lastWarning = now;
      LOG.warn(
          "Client {} takes too little: {} of its messages dropped so far, now because {};"
              + " see the queue limits in io.fluxmqtt.session",
          Printable.of(session.clientId()),
          count,
          reason);
    }
  }
}
