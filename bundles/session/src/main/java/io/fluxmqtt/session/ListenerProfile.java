package io.fluxmqtt.session;

import java.util.List;

/**
 * What the session manager must know of the listener that a connection came through, as configured
 * when it was accepted.
 *
 * @param name the listener's name
 * @param loopbackOnly whether only clients on this machine can reach it
 * @param allowAnonymousRemote whether anonymous clients are wanted though it is reachable from
 *     elsewhere
 * @param authenticators the names that count here, a subset of those in {@code io.fluxmqtt.access};
 *     empty for all
 * @param packetMaxBytes the largest MQTT Control Packet that a client may send, in bytes
 * @param connectTimeoutMillis time from accept to a complete CONNECT
 */
public record ListenerProfile(
    String name,
    boolean loopbackOnly,
    boolean allowAnonymousRemote,
    List<String> authenticators,
    int packetMaxBytes,
    long connectTimeoutMillis) {
  /** Copies the list. */
  public ListenerProfile {
    authenticators = List.copyOf(authenticators);
  }
}
