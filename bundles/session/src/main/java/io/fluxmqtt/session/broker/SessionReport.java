package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.ClientInfo;
import io.fluxmqtt.api.admin.SessionInfo;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.store.StoredSession;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A session as it stands, for the operator. Made and read on the loop that owns it.
 *
 * @param since when it was left or connected, by the wall clock as it is set now
 * @param awaySinceNanos since when it has no connection, by the monotonic clock, so that it counts
 *     right where the wall clock is set
 */
record SessionReport(
    Session session,
    Client client,
    @Nullable ClientConnection connection,
    String protocol,
    Instant since,
    long awaySinceNanos,
    long expirySeconds,
    Session.@Nullable Will will) {
  ClientInfo clientInfo() {
    Outbox outbox = session.outbox();
    return new ClientInfo(
        client.clientId(),
        client.userName(),
        protocol,
        client.listener(),
        Refusals.addressText(client.remoteAddress()),
        connection != null,
        since,
        connection == null ? 0 : connection.keepAliveSeconds(),
        expirySeconds,
        session.subscriptions().size(),
        outbox.inFlight(),
        outbox.queued(),
        outbox.queuedBytes(),
        outbox.dropped());
  }

  /**
   * The same for the list of sessions.
   *
   * @param nowNanos the monotonic clock
   */
  SessionInfo sessionInfo(long nowNanos) {
    Outbox outbox = session.outbox();
    long away = awaySeconds(nowNanos);
    boolean isAway = connection == null;
    return new SessionInfo(
        client.clientId(),
        !isAway,
        session.isDurable(),
        session.subscriptions().size(),
        outbox.queued(),
        outbox.queuedBytes(),
        outbox.inFlight(),
        isAway ? away : null,
        isAway && expirySeconds != StoredSession.NEVER_EXPIRES ? left(expirySeconds, away) : null,
        isAway && will != null ? left(will.delaySeconds(), away) : null);
  }

  /** How long it has had no Network Connection, 0 while it has one. */
  long awaySeconds(long nowNanos) {
    return connection == null ? TimeUnit.NANOSECONDS.toSeconds(nowNanos - awaySinceNanos) : 0;
  }

  private static long left(long seconds, long gone) {
    return Math.max(0, seconds - gone);
  }
}
