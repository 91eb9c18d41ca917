package io.fluxmqtt.api.admin;

import io.fluxmqtt.api.message.QoS;

/**
 * A Subscription of a session.
 *
 * @param filter as in SUBSCRIBE, {@code $share} part included
 * @param identifier the Subscription Identifier, 0 for none
 */
public record SubscriptionInfo(
    String clientId,
    String filter,
    QoS qos,
    boolean noLocal,
    boolean retainAsPublished,
    int retainHandling,
    int identifier) {}
