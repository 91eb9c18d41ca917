package io.fluxmqtt.api.spi.auth;

import io.fluxmqtt.api.message.ReasonCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an authenticator says of a client. */
public sealed interface Authentication {
  /** The client is who it says; no further authenticator is asked. */
  record Accepted(Principal principal) implements Authentication {
    /** Checks that there is a principal. */
    public Accepted {
      Objects.requireNonNull(principal, "principal");
    }
  }

  /**
   * The client is refused with this error code; no further authenticator is asked.
   *
   * @param text why, for the operator's log, or null where the code says it all; it must hold no
   *     secret and nothing that the client sent
   */
  record Rejected(ReasonCode reason, @Nullable String text) implements Authentication {
    /** The code says it all. */
    public Rejected(ReasonCode reason) {
      this(reason, null);
    }

    /** Checks that the code is an error. */
    public Rejected {
      if (!reason.isError()) {
        throw new IllegalArgumentException(reason + " is not an error code");
      }
    }
  }

  /**
   * This authenticator cannot tell; the next one is asked. If all abstain, the client is refused.
   */
  record Abstained() implements Authentication {}
}
