package io.fluxmqtt.api.spi.auth;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an enhanced authenticator answers to a client's data. */
public sealed interface ExchangeStep {
  /** The most bytes that Authentication Data may have. */
  int DATA_MAX_BYTES = 65_535;

  /**
   * The client is to say more.
   *
   * @param data the challenge, or null for none
   */
  record Continue(@Nullable Payload data) implements ExchangeStep {
    /** Checks the length. */
    public Continue {
      checkLength(data);
    }
  }

  /**
   * The client is who it says.
   *
   * @param data what the client needs to end the exchange on its side, such as the proof that the
   *     server knows it too; null for none
   */
  record Accepted(Principal principal, @Nullable Payload data) implements ExchangeStep {
    /** Checks that there is a principal, and the length. */
    public Accepted {
      Objects.requireNonNull(principal, "principal");
      checkLength(data);
    }
  }

  /** The client is refused with this error code. */
  record Rejected(ReasonCode reason) implements ExchangeStep {
    /** Checks that the code is an error. */
    public Rejected {
      if (!reason.isError()) {
        throw new IllegalArgumentException(reason + " is not an error code");
      }
    }
  }

  private static void checkLength(@Nullable Payload data) {
    if (data != null && data.length() > DATA_MAX_BYTES) {
      throw new IllegalArgumentException(
          "Authentication Data of " + data.length() + " bytes; the limit is " + DATA_MAX_BYTES);
    }
  }
}
