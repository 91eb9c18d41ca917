package io.fluxmqtt.api.spi.store;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;

/**
 * A Subscription as a session keeps it.
 *
 * @param identifier the Subscription Identifier, 1 to 268,435,455, or 0 for none
 * @param retainHandling 0, 1 or 2 as in SUBSCRIBE
 */
public record StoredSubscription(
    TopicFilter filter,
    QoS qos,
    boolean noLocal,
    boolean retainAsPublished,
    int retainHandling,
    int identifier) {}
