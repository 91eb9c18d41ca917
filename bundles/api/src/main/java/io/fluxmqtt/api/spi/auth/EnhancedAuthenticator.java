package io.fluxmqtt.api.spi.auth;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Finds out who a client is by challenge and response: enhanced authentication (MQTT 5.0, section
 * 4.12). Registered as a service with the properties {@link #NAME} and {@link #METHOD}; only names
 * listed under {@code enhancedAuthenticators} in the configuration {@code io.fluxmqtt.access}
 * count. A client that names a method is judged by the first of them that offers it, and by nobody
 * else.
 */
@ConsumerType
public interface EnhancedAuthenticator {
  /** Service property: the name by which configuration refers to this service. String, required. */
  String NAME = Authenticator.NAME;

  /**
   * Service property: the Authentication Method that clients name, such as {@code SCRAM-SHA-256}.
   * String, required; compared as it is.
   */
  String METHOD = "mqtt.authentication.method";

  /**
   * A client that wants to connect begins an exchange.
   *
   * <p>Called on an event loop, or on a thread kept for its bundle if that is not {@code inline},
   * possibly for many clients at once: it must not block. A null or a throw refuses the client.
   *
   * @param credentials what CONNECT showed besides the exchange's data, User Name and Password too
   */
  Exchange begin(Credentials credentials);

  /**
   * A client that is connected already begins an exchange to show again who it is. As {@link
   * #begin}, which is what it does unless it is told otherwise. Whoever is accepted must bear the
   * same user name; the groups may differ.
   *
   * @param credentials as CONNECT showed them, without the Password
   * @param present who the client is so far, and remains until the exchange ends
   */
  default Exchange beginAgain(Credentials credentials, Principal present) {
    return begin(credentials);
  }
}
