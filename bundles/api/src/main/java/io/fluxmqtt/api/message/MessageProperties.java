package io.fluxmqtt.api.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The properties that an Application Message carries from publisher to receiver unaltered (MQTT
 * 5.0, section 3.3.2.3). What belongs to one hop, such as Topic Alias or Subscription Identifier,
 * is not here.
 *
 * @param utf8Payload the Payload Format Indicator: true for 1 (UTF-8), false for 0, null if absent
 * @param expirySeconds the Message Expiry Interval in seconds as received, 0 to 4,294,967,295, or
 *     null if the message does not expire
 * @param responseTopic the Response Topic, or null
 * @param correlationData the Correlation Data, or null
 * @param contentType the Content Type, or null
 * @param userProperties the User Properties in their order, possibly empty
 */
public record MessageProperties(
    @Nullable Boolean utf8Payload,
    @Nullable Long expirySeconds,
    @Nullable String responseTopic,
    @Nullable Payload correlationData,
    @Nullable String contentType,
    List<UserProperty> userProperties) {

  /** No property at all. */
  public static final MessageProperties NONE =
      new MessageProperties(null, null, null, null, null, List.of());

  private static final long MAX_EXPIRY_SECONDS = 0xFFFF_FFFFL;

  /** Copies the list and checks the expiry. */
  public MessageProperties {
    if (!(userProperties instanceof EncodedUserProperties)) {
      userProperties = List.copyOf(userProperties);
    }
    if (expirySeconds != null && (expirySeconds < 0 || expirySeconds > MAX_EXPIRY_SECONDS)) {
      throw new IllegalArgumentException(
          "Message Expiry Interval must be 0 to 4294967295 seconds, not " + expirySeconds);
    }
  }

  /** Whether no property is set. */
  public boolean isEmpty() {
    return equals(NONE);
  }
}
