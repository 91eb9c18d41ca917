package io.fluxmqtt.api.spi.access;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;

/** What a client asks to do. */
public sealed interface Access {
  /** Publish to a Topic Name; a Will Message counts as one. */
  record Publish(String topic, QoS qos, boolean retain) implements Access {}

  /** Subscribe to a Topic Filter; of a Shared Subscription, its plain filter counts. */
  record Subscribe(TopicFilter filter, QoS qos) implements Access {}

  /** Receive a message of a Topic Name through a Subscription that was granted before. */
  record Receive(String topic) implements Access {}
}
