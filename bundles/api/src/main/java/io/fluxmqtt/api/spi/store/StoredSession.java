package io.fluxmqtt.api.spi.store;

import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The head of a session's state.
 *
 * @param number identifies the session in the store; never used twice
 * @param principal who owns it, without what binds its Network Connection only: its Client
 *     Identifier and its end
 * @param expirySeconds the Session Expiry Interval, 1 to 4,294,967,295; the highest never expires
 * @param disconnectedAtMillis when its Network Connection closed, in the time of {@link
 *     SessionStore#nowMillis}, or null while it is connected
 * @param will the Will Message that is due, or null
 * @param willDelaySeconds the Will Delay Interval
 * @param listener the name of the listener its last Network Connection came through, or null if
 *     nobody knows
 * @param remoteAddress the client's address then, or null where there is none; with the listener,
 *     what a decision on its Will may ask for
 */
public record StoredSession(
    long number,
    String clientId,
    Principal principal,
    long expirySeconds,
    @Nullable Long disconnectedAtMillis,
    io.fluxmqtt.api.message.@Nullable Message will,
    long willDelaySeconds,
    @Nullable String listener,
    @Nullable InetSocketAddress remoteAddress) {
  /** A Session Expiry Interval that never ends. */
  public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

  /** A session of which nobody knows where it came from. */
  public StoredSession(
      long number,
      String clientId,
      Principal principal,
      long expirySeconds,
      @Nullable Long disconnectedAtMillis,
      io.fluxmqtt.api.message.@Nullable Message will,
      long willDelaySeconds) {
    this(
        number,
        clientId,
        principal,
        expirySeconds,
        disconnectedAtMillis,
        will,
        willDelaySeconds,
        null,
        null);
  }
}
