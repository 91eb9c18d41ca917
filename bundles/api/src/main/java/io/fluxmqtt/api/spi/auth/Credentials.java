package io.fluxmqtt.api.spi.auth;

import io.fluxmqtt.api.message.Payload;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client showed of itself when it connected.
 *
 * @param clientId the Client Identifier, never empty: assigned already if the client sent none
 * @param userName the User Name, or null if the client sent none
 * @param password the Password, or null if the client sent none
 * @param listener the name of the listener it came through
 * @param remoteAddress the client's address, or null where there is none (Unix socket)
 * @param certificates the verified certificate chain of TLS, leaf first, empty without one
 */
public record Credentials(
    String clientId,
    @Nullable String userName,
    @Nullable Payload password,
    String listener,
    @Nullable InetSocketAddress remoteAddress,
    List<X509Certificate> certificates) {
  /** Copies the list. */
  public Credentials {
    certificates = List.copyOf(certificates);
  }
}
