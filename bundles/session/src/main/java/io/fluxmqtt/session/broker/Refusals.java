package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.session.access.Admission;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the operator why clients are refused, at most a few lines a second. Any thread. */
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final int LINES_PER_SECOND = 10;

  private final Broker broker;
  private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong lines = new AtomicLong();
  private final AtomicLong omitted = new AtomicLong();

  Refusals(Broker broker) {
    this.broker = broker;
  }

  /** A client was refused by policy. */
  void refused(
      ClientConnection connection,
      String clientId,
      @Nullable String userName,
      Admission.Refused refusal) {
    if (!mayLog()) {
      omitted.incrementAndGet();
      return;
    }
    long left = omitted.getAndSet(0);
    LOG.warn(
        "Client {} (user {}) refused at listener {} from {}: {}, {}{}",
        Printable.of(clientId),
        Printable.of(userName),
        connection.network().listener().name(),
        ClientConnection.addressText(connection.network().remoteAddress()),
        refusal.reason(),
        refusal.text(),
        left == 0 ? "" : " (" + left + " more were not logged)");
  }

  /** A client sends more unacknowledged messages than it was told, and its listener lets it. */
  void exceeded(ClientConnection connection, int maximum) {
    if (mayLog()) {
      LOG.warn(
          "{} sends more than {} QoS 1 and 2 messages without waiting for an acknowledgement;"
              + " its listener lets it (receiveMaximumExceeded=warn)",
          connection,
          maximum);
    } else {
      omitted.incrementAndGet();
    }
  }

  private boolean mayLog() {
    long now = TimeUnit.NANOSECONDS.toSeconds(broker.nanoTime());
    if (second.getAndSet(now) != now) {
      lines.set(0);
    }
    return lines.incrementAndGet() <= LINES_PER_SECOND;
  }
}
