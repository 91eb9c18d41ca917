package io.fluxmqtt.api.admin;

import io.fluxmqtt.api.message.QoS;

/**
 * A Subscription of a session.
 *
 * @param filter as in SUBSCRIBE, {@code $share} part included
 * @param identifier the Subscription Identifier, 0 for none
 * @param suspended whether policy does not allow it now; it gets nothing until policy does again
 */
public record SubscriptionInfo(
    String clientId,
    String filter,
    QoS qos,
    boolean noLocal,
    boolean retainAsPublished,
    int retainHandling,
    int identifier,
    boolean suspended) {}
