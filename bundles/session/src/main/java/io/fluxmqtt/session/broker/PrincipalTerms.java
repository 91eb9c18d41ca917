package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.access.Admission;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an authenticator's word of a client is bound to: a Client Identifier, and a time. */
final class PrincipalTerms {
  private PrincipalTerms() {}

  /** Why the word does not count now for a client of this Client Identifier, or null if it does. */
  static Admission.@Nullable Refused refusal(Principal principal, String clientId, Broker broker) {
    String only = principal.clientId();
    if (only != null && !only.equals(clientId)) {
      return new Admission.Refused(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "what the client showed of itself is for another Client Identifier");
    }
    Instant end = principal.validUntil();
    if (end != null && broker.nanosUntil(end) <= 0) {
      return new Admission.Refused(
          ReasonCode.NOT_AUTHORIZED, "what the client showed of itself has expired");
    }
    return null;
  }
}
