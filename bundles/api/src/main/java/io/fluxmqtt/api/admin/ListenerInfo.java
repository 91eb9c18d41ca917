package io.fluxmqtt.api.admin;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listener as it stands.
 *
 * @param name the name of its factory configuration
 * @param uri scheme, host and port as bound, or as configured while it is not bound, such as {@code
 *     tcp://127.0.0.1:1883}
 * @param state what it does now
 * @param problem why it is not as configured and what to do, or null
 * @param connections Network Connections open now
 * @param note what an operator should know of its access, such as {@code "anonymous, loopback
 *     only"}
 * @param certificateExpires when the first of its certificates ends, or null if it has none
 * @param turnedAway connections closed before they could say CONNECT, by reason; since its start
 * @param pauses how often a client that sent faster than the listener's rates had to wait; since
 *     its start
 */
public record ListenerInfo(
    String name,
    String uri,
    State state,
    @Nullable String problem,
    int connections,
    String note,
    @Nullable Instant certificateExpires,
    Map<String, Long> turnedAway,
    long pauses) {
  /** Copies the map. */
  public ListenerInfo {
    turnedAway = Map.copyOf(turnedAway);
  }

  /** One without certificates, that has turned nobody away. */
  public ListenerInfo(
      String name,
      String uri,
      State state,
      @Nullable String problem,
      int connections,
      String note) {
    this(name, uri, state, problem, connections, note, null, Map.of());
  }

  /** One that has made nobody wait. */
  public ListenerInfo(
      String name,
      String uri,
      State state,
      @Nullable String problem,
      int connections,
      String note,
      @Nullable Instant certificateExpires,
      Map<String, Long> turnedAway) {
    this(name, uri, state, problem, connections, note, certificateExpires, turnedAway, 0);
  }

  /** What a listener does now. */
  public enum State {
    /** Accepts connections at {@link ListenerInfo#uri()}. */
    LISTENING,
    /** Could not bind; retries by itself. */
    RETRYING,
    /** Refused by its configuration; waits for a change. */
    REFUSED
  }
}
