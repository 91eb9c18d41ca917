package io.fluxmqtt.api.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A session and, if it is connected, its Network Connection.
 *
 * @param userName null for an anonymous client
 * @param protocol such as {@code "MQTT 5.0"}
 * @param address the client's address as text, {@code "-"} where there is none
 * @param connected whether there is a Network Connection now
 * @param since when it connected or disconnected last
 * @param keepAliveSeconds the keep alive in force, 0 for none
 * @param sessionExpirySeconds the Session Expiry Interval; 4,294,967,295 never expires
 * @param inFlight messages sent and not yet acknowledged
 * @param queued messages waiting to be sent
 * @param queuedBytes their payloads and topics in bytes
 * @param dropped messages dropped for this session so far
 */
public record ClientInfo(
    String clientId,
    @Nullable String userName,
    String protocol,
    String listener,
    String address,
    boolean connected,
    Instant since,
    int keepAliveSeconds,
    long sessionExpirySeconds,
    int subscriptions,
    int inFlight,
    int queued,
    long queuedBytes,
    long dropped) {}
