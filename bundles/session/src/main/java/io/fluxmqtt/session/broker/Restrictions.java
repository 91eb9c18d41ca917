package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a listener does not let its clients do, though MQTT would. */
final class Restrictions {
  private Restrictions() {}

  /** What is wrong with a Will at this listener, or null. */
  static @Nullable ProtocolViolation of(Message will, ListenerProfile listener) {
    try {
      check(will.qos(), will.retain(), listener.capabilities());
    } catch (ProtocolViolation violation) {
      return violation;
    }
    if (!listener.limits().allowTopic(will.topic())) {
      return tooLong(ReasonCode.TOPIC_NAME_INVALID, will.topic(), listener);
    }
    if (isFormatInvalid(will.payload(), will.properties(), listener)) { // section 3.1.3.2.3
      return new ProtocolViolation(ReasonCode.PAYLOAD_FORMAT_INVALID, "the payload is not UTF-8");
    }
    return null;
  }

  /**
   * Checks a PUBLISH against what CONNACK has announced.
   *
   * @throws ProtocolViolation if the client does what it was told not to do
   */
  static void check(QoS qos, boolean retain, Capabilities capabilities) {
    if (qos.compareTo(capabilities.maximumQos()) > 0) { // section 3.2.2.3.4, [MQTT-3.2.2-11]
      throw new ProtocolViolation(
          ReasonCode.QOS_NOT_SUPPORTED,
          "QoS %d; the highest here is %d"
              .formatted(qos.level(), capabilities.maximumQos().level()));
    }
    if (retain && !capabilities.retain()) { // section 3.2.2.3.5, [MQTT-3.2.2-14]
      throw new ProtocolViolation(
          ReasonCode.RETAIN_NOT_SUPPORTED, "messages are not retained here");
    }
  }

  /** What a filter asks for that CONNACK has announced as not available, or null. */
  static @Nullable ProtocolViolation of(TopicFilter filter, Capabilities capabilities) {
    if (filter.isShared() && !capabilities.sharedSubscriptions()) { // section 3.2.2.3.13
      return new ProtocolViolation(
          ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
          "there are no Shared Subscriptions here: " + Printable.of(filter.toString()));
    }
    if (filter.hasWildcard() && !capabilities.wildcardSubscriptions()) { // section 3.2.2.3.11
      return new ProtocolViolation(
          ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
          "there are no wildcards here: " + Printable.of(filter.toString()));
    }
    return null;
  }

  /**
   * Checks a SUBSCRIBE against what CONNACK has announced.
   *
   * @throws ProtocolViolation if the client does what it was told not to do
   */
  static void check(Packet.Subscribe packet, Capabilities capabilities) {
    if (packet.identifier() != 0 && !capabilities.subscriptionIdentifiers()) {
      throw new ProtocolViolation( // section 3.2.2.3.12
          ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
          "there are no Subscription Identifiers here");
    }
  }

  /** Whether a payload is not the UTF-8 that it is said to be, where the listener checks it. */
  static boolean isFormatInvalid(
      Payload payload, MessageProperties properties, ListenerProfile listener) {
    return listener.checks().payloadFormat()
        && Boolean.TRUE.equals(properties.utf8Payload())
        && !isUtf8(payload);
  }

  static ProtocolViolation tooLong(ReasonCode reason, String topic, ListenerProfile listener) {
    return new ProtocolViolation(
        reason,
        "%s has more than %d bytes or %d levels"
            .formatted(
                Printable.of(topic),
                listener.limits().topicMaxBytes(),
                listener.limits().topicMaxLevels()));
  }

  private static boolean isUtf8(Payload payload) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = payload.asReadOnlyBuffer();
    CharBuffer out = CharBuffer.allocate(Math.min(in.remaining() + 1, 1024));
    CoderResult result;
    do {
      result = decoder.decode(in, out.clear(), true);
    } while (result.isOverflow());
    return result.isUnderflow();
  }
}
