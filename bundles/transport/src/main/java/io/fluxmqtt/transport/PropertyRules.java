package io.fluxmqtt.transport;

import static io.fluxmqtt.api.message.ReasonCode.MALFORMED_PACKET;
import static io.fluxmqtt.api.message.ReasonCode.PROTOCOL_ERROR;
import static io.fluxmqtt.api.message.ReasonCode.TOPIC_ALIAS_INVALID;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttProperties.CONTENT_TYPE;
import static io.netty.handler.codec.mqtt.MqttProperties.CORRELATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.MAXIMUM_PACKET_SIZE;
import static io.netty.handler.codec.mqtt.MqttProperties.PAYLOAD_FORMAT_INDICATOR;
import static io.netty.handler.codec.mqtt.MqttProperties.PUBLICATION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.REASON_STRING;
import static io.netty.handler.codec.mqtt.MqttProperties.RECEIVE_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.REQUEST_PROBLEM_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.REQUEST_RESPONSE_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.RESPONSE_TOPIC;
import static io.netty.handler.codec.mqtt.MqttProperties.SESSION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.SUBSCRIPTION_IDENTIFIER;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.USER_PROPERTY;
import static io.netty.handler.codec.mqtt.MqttProperties.WILL_DELAY_INTERVAL;

import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;

/**
 * Which properties a client may send where, how often, and with which values (MQTT 5.0, section
 * 2.2.2 and those of each packet). Netty's decoder takes any property in any packet and keeps the
 * last of duplicates.
 */
final class PropertyRules {
  /** Where a block of properties stands. */
  enum Place {
    CONNECT(
        SESSION_EXPIRY_INTERVAL,
        RECEIVE_MAXIMUM,
        MAXIMUM_PACKET_SIZE,
        TOPIC_ALIAS_MAXIMUM,
        REQUEST_RESPONSE_INFORMATION,
        REQUEST_PROBLEM_INFORMATION,
        AUTHENTICATION_METHOD,
        AUTHENTICATION_DATA),
    WILL(
        WILL_DELAY_INTERVAL,
        PAYLOAD_FORMAT_INDICATOR,
        PUBLICATION_EXPIRY_INTERVAL,
        CONTENT_TYPE,
        RESPONSE_TOPIC,
        CORRELATION_DATA),
    PUBLISH(
        PAYLOAD_FORMAT_INDICATOR,
        PUBLICATION_EXPIRY_INTERVAL,
        TOPIC_ALIAS,
        RESPONSE_TOPIC,
        CORRELATION_DATA,
        CONTENT_TYPE),
    ACKNOWLEDGEMENT(REASON_STRING),
    SUBSCRIBE(SUBSCRIPTION_IDENTIFIER),
    UNSUBSCRIBE(),
    DISCONNECT(SESSION_EXPIRY_INTERVAL, REASON_STRING),
    AUTH(AUTHENTICATION_METHOD, AUTHENTICATION_DATA, REASON_STRING);

    private final long allowed;

    Place(int... ids) {
      long bits = bit(USER_PROPERTY);
      for (int id : ids) {
        bits |= bit(id);
      }
      allowed = bits;
    }
  }

  private static final int MAX_ID = 0x2A;

  private PropertyRules() {}

  /**
   * Checks a block of properties, from its length on; consumes it.
   *
   * @throws ProtocolViolation if a rule is broken
   * @throws IndexOutOfBoundsException if the block runs past the end of the packet
   */
  static void check(Place place, ByteBuf in) {
    int length = variableByteInteger(in);
    ByteBuf block = length == in.readableBytes() ? in : in.readSlice(length);
    long seen = 0;
    while (block.isReadable()) {
      int id = variableByteInteger(block);
      if (id == SUBSCRIPTION_IDENTIFIER && place == Place.PUBLISH) { // [MQTT-3.3.4-6]
        throw new ProtocolViolation(
            PROTOCOL_ERROR, "PUBLISH of a client with a Subscription Identifier");
      }
      if (id > MAX_ID || (place.allowed & bit(id)) == 0) { // section 2.2.2.2
        throw new ProtocolViolation(
            MALFORMED_PACKET, "property 0x%02X does not belong in %s".formatted(id, place));
      }
      if (id != USER_PROPERTY && (seen & bit(id)) != 0) {
        throw new ProtocolViolation(
            PROTOCOL_ERROR, "property 0x%02X twice in %s".formatted(id, place));
      }
      seen |= bit(id);
      value(id, block);
    }
    if ((seen & bit(AUTHENTICATION_DATA)) != 0 && (seen & bit(AUTHENTICATION_METHOD)) == 0) {
      throw new ProtocolViolation(
          PROTOCOL_ERROR, "Authentication Data without Authentication Method");
    }
  }

  private static void value(int id, ByteBuf in) {
    switch (id) {
      case PAYLOAD_FORMAT_INDICATOR, REQUEST_PROBLEM_INFORMATION, REQUEST_RESPONSE_INFORMATION -> {
        if (in.readUnsignedByte() > 1) {
          throw outOfBounds(id, "is neither 0 nor 1");
        }
      }
      case TOPIC_ALIAS_MAXIMUM -> in.skipBytes(2);
      case RECEIVE_MAXIMUM -> {
        if (in.readUnsignedShort() == 0) {
          throw outOfBounds(id, "is 0");
        }
      }
      case TOPIC_ALIAS -> {
        if (in.readUnsignedShort() == 0) { // [MQTT-3.3.2-8]
          throw new ProtocolViolation(TOPIC_ALIAS_INVALID, "Topic Alias 0");
        }
      }
      case PUBLICATION_EXPIRY_INTERVAL, SESSION_EXPIRY_INTERVAL, WILL_DELAY_INTERVAL ->
          in.skipBytes(4);
      case MAXIMUM_PACKET_SIZE -> {
        if (in.readInt() == 0) {
          throw outOfBounds(id, "is 0");
        }
      }
      case SUBSCRIPTION_IDENTIFIER -> {
        if (variableByteInteger(in) == 0) {
          throw outOfBounds(id, "is 0");
        }
      }
      case USER_PROPERTY -> {
        in.skipBytes(in.readUnsignedShort());
        in.skipBytes(in.readUnsignedShort());
      }
      default -> in.skipBytes(in.readUnsignedShort());
    }
  }

  private static int variableByteInteger(ByteBuf in) {
    int value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      int digit = in.readUnsignedByte();
      value |= (digit & 0x7F) << shift;
      if ((digit & 0x80) == 0) {
        if (digit == 0 && shift > 0) { // [MQTT-1.5.5-1]
          break;
        }
        return value;
      }
    }
    throw new ProtocolViolation(
        MALFORMED_PACKET, "Variable Byte Integer of more bytes than needed or allowed");
  }

  private static ProtocolViolation outOfBounds(int id, String what) {
    return new ProtocolViolation(PROTOCOL_ERROR, "property 0x%02X %s".formatted(id, what));
  }

  private static long bit(int id) {
    return 1L << id;
  }
}
