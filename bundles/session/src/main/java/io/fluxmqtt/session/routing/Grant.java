package io.fluxmqtt.session.routing;

import io.fluxmqtt.api.message.QoS;

/**
 * What a Subscription was granted: its Subscription Options and its identifier (MQTT 5.0, section
 * 3.8.3.1).
 *
 * @param qos the highest QoS at which messages are sent
 * @param noLocal whether the subscriber's own messages are left out
 * @param retainAsPublished whether the RETAIN flag is passed on as it was published
 * @param identifier the Subscription Identifier, 1 to 268,435,455, or 0 for none
 */
public record Grant(QoS qos, boolean noLocal, boolean retainAsPublished, int identifier) {}
