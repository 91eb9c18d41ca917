package io.fluxmqtt.api.spi.auth;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Tells who a client is. Registered as a service with the property {@link #NAME}; only names listed
 * under {@code authenticators} in the configuration {@code io.fluxmqtt.access} are asked, in that
 * order, until one does not abstain.
 */
@ConsumerType
public interface Authenticator {
  /** Service property: the name by which configuration refers to this service. String, required. */
  String NAME = "mqtt.authenticator.name";

  /**
   * Service property: whether this service may accept a client that shows no credential. Boolean,
   * default false. Such a service is not asked for clients of a listener that can be reached beyond
   * loopback, unless that listener sets {@code allowAnonymousRemote}.
   */
  String ANONYMOUS = "mqtt.authenticator.anonymous";

  /**
   * Judges a client's credentials.
   *
   * <p>Called on an event loop, or on a thread kept for its bundle if that is not {@code inline},
   * possibly for many clients at once: it must not block. Slow work belongs on a thread of the
   * authenticator's own, with a bounded queue. The stage may complete on any thread. A failed
   * stage, a null, a throw or no answer within {@code authenticationTimeoutSeconds} refuses the
   * client with {@link io.fluxmqtt.api.message.ReasonCode#SERVER_UNAVAILABLE}; it never admits one.
   */
  CompletionStage<Authentication> authenticate(Credentials credentials);
}
