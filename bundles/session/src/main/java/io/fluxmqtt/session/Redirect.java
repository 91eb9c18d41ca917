package io.fluxmqtt.session;

import io.fluxmqtt.api.message.ReasonCode;
import org.jspecify.annotations.Nullable;

/**
 * Clients are to go elsewhere (MQTT 5.0, section 4.11).
 *
 * @param reason {@link ReasonCode#USE_ANOTHER_SERVER} or {@link ReasonCode#SERVER_MOVED}
 * @param serverReference where to, such as {@code other.example.org:1883}; several are separated by
 *     spaces; null if clients know it
 */
public record Redirect(ReasonCode reason, @Nullable String serverReference) {
  private static final int MAX_REFERENCE = 1_000;

  /** Checks both. */
  public Redirect {
    if (reason != ReasonCode.USE_ANOTHER_SERVER && reason != ReasonCode.SERVER_MOVED) {
      throw new IllegalArgumentException(reason + " sends no client elsewhere");
    }
    if (serverReference != null && !isReference(serverReference)) {
      throw new IllegalArgumentException(
          "a Server Reference is 1 to %d visible characters: host, host:port, several separated by"
                  .formatted(MAX_REFERENCE)
              + " spaces");
    }
  }

  private static boolean isReference(String text) {
    return !text.isBlank()
        && text.length() <= MAX_REFERENCE
        && text.codePoints().allMatch(c -> c == ' ' || !Character.isISOControl(c));
  }
}
