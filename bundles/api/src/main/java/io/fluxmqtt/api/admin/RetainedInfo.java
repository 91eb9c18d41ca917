package io.fluxmqtt.api.admin;

import io.fluxmqtt.api.message.QoS;
import org.jspecify.annotations.Nullable;

/**
 * A Retained Message, without its payload.
 *
 * @param bytes the length of its payload
 * @param publisher the Client Identifier of its publisher, or null for the broker itself
 * @param expiresInSeconds what is left of its expiry, or null if it does not expire
 */
public record RetainedInfo(
    String topic,
    QoS qos,
    int bytes,
    @Nullable String publisher,
    @Nullable Long expiresInSeconds) {}
