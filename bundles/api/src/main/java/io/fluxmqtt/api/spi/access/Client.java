package io.fluxmqtt.api.spi.access;

import io.fluxmqtt.api.spi.auth.Principal;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connected and authenticated client, as authorizers see it.
 *
 * @param clientId the Client Identifier
 * @param principal who it is
 * @param listener the name of the listener it came through
 * @param remoteAddress the client's address, or null where there is none (Unix socket)
 */
public record Client(
    String clientId,
    Principal principal,
    String listener,
    @Nullable InetSocketAddress remoteAddress) {
  /** The user name, or null for an anonymous client. */
  public @Nullable String userName() {
    return principal.userName();
  }

  /** Whether the client is on this machine: its address is a loopback address. */
  public boolean isLoopback() {
    return remoteAddress != null
        && remoteAddress.getAddress() != null
        && remoteAddress.getAddress().isLoopbackAddress();
  }
}
