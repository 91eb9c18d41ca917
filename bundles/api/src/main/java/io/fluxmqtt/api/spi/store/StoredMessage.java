package io.fluxmqtt.api.spi.store;

import io.fluxmqtt.api.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * A message at rest.
 *
 * @param id rises with each message of a broker, 1 or more; orders the messages of a queue
 * @param publisher the publisher's Client Identifier, or null for the broker itself
 * @param expiresAtMillis when it expires, in the time of {@link SessionStore#nowMillis}, or null
 */
public record StoredMessage(
    long id, Message message, @Nullable String publisher, @Nullable Long expiresAtMillis) {}
