package io.fluxmqtt.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param reasonStrings which clients hear why something is refused
 * @param redirect where all its clients are sent, or null if they are served here
 */
public record ListenerProfile(
    String name,
    boolean loopbackOnly,
    boolean allowAnonymousRemote,
    List<String> authenticators,
    Limits limits,
    Capabilities capabilities,
    Checks checks,
    ReasonStrings reasonStrings,
    ResponseInformation responseInformation,
    @Nullable Redirect redirect) {
  /** Copies the list. */
  public ListenerProfile {
    authenticators = List.copyOf(authenticators);
  }

  /** A listener that serves all of MQTT within limits of packet and time. */
  public ListenerProfile(
      String name,
      boolean loopbackOnly,
      boolean allowAnonymousRemote,
      List<String> authenticators,
      int packetMaxBytes,
      long connectTimeoutMillis) {
    this(
        name,
        loopbackOnly,
        allowAnonymousRemote,
        authenticators,
        Limits.of(packetMaxBytes, connectTimeoutMillis),
        Capabilities.ALL,
        Checks.STANDARD,
        ReasonStrings.ON_REQUEST,
        ResponseInformation.NONE,
        null);
  }

  /** The same listener at an address of which is known who can reach it. */
  public ListenerProfile reachable(boolean fromLoopbackOnly) {
    return new ListenerProfile(
        name,
        fromLoopbackOnly,
        allowAnonymousRemote,
        authenticators,
        limits,
        capabilities,
        checks,
        reasonStrings,
        responseInformation,
        redirect);
  }
}
