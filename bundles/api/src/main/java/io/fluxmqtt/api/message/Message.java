package io.fluxmqtt.api.message;

import java.util.Objects;

/**
 * An Application Message as its publisher meant it. Immutable and shared by all receivers: packet
 * identifier, DUP, granted QoS and aliases belong to one hop and wrap the message.
 *
 * @param topic the Topic Name: at least one character, no wildcard, no U+0000
 * @param payload the payload, possibly empty
 * @param qos the QoS it was published with
 * @param retain the RETAIN flag it was published with
 * @param properties what is passed on to receivers
 */
public record Message(
    String topic, Payload payload, QoS qos, boolean retain, MessageProperties properties) {

  /** Checks that the topic is a valid Topic Name. */
  public Message {
    if (!TopicFilter.isValidTopicName(topic)) {
      throw new IllegalArgumentException("'" + topic + "' is not a valid Topic Name");
    }
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(qos, "qos");
    Objects.requireNonNull(properties, "properties");
  }

  /** A message without properties. */
  public static Message of(String topic, Payload payload, QoS qos, boolean retain) {
    return new Message(topic, payload, qos, retain, MessageProperties.NONE);
  }
}
