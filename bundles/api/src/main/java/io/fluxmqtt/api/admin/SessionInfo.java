package io.fluxmqtt.api.admin;

import org.jspecify.annotations.Nullable;

/**
 * A session, connected or not.
 *
 * @param durable whether it is kept in the store: it outlives its Network Connection
 * @param subscriptions how many
 * @param queuedMessages that wait to be sent
 * @param queuedBytes their topics and payloads
 * @param inFlight sent and not acknowledged yet
 * @param disconnectedSeconds since when it has no connection, or null while it has one
 * @param expiresInSeconds when it ends if nobody connects, or null if it never does or is connected
 * @param willDelaySeconds until its Will Message is published, or null if none waits
 */
public record SessionInfo(
    String clientId,
    boolean connected,
    boolean durable,
    int subscriptions,
    long queuedMessages,
    long queuedBytes,
    int inFlight,
    @Nullable Long disconnectedSeconds,
    @Nullable Long expiresInSeconds,
    @Nullable Long willDelaySeconds) {}
