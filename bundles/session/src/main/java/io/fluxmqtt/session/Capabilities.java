package io.fluxmqtt.session;

import io.fluxmqtt.api.message.QoS;

/**
 * What the clients of a listener may use of MQTT. CONNACK tells it to 5.0 clients, so it stays as
 * it is for as long as a connection lasts. Subscriptions that a session brings along stay.
 *
 * @param wildcardSubscriptions whether Topic Filters may hold wildcards
 * @param sharedSubscriptions whether there are Shared Subscriptions
 * @param subscriptionIdentifiers whether SUBSCRIBE may hold a Subscription Identifier
 * @param retain whether messages and Wills may be retained
 * @param maximumQos the highest QoS of what is published and of Wills; subscriptions are granted no
 *     more
 */
public record Capabilities(
    boolean wildcardSubscriptions,
    boolean sharedSubscriptions,
    boolean subscriptionIdentifiers,
    boolean retain,
    QoS maximumQos) {
  /** All that MQTT has. */
  public static final Capabilities ALL = new Capabilities(true, true, true, true, QoS.EXACTLY_ONCE);
}
