package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.CONTENT_TYPE;
import static io.netty.handler.codec.mqtt.MqttProperties.CORRELATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.PAYLOAD_FORMAT_INDICATOR;
import static io.netty.handler.codec.mqtt.MqttProperties.PUBLICATION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.RESPONSE_TOPIC;
import static io.netty.handler.codec.mqtt.MqttProperties.SUBSCRIPTION_IDENTIFIER;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS;
import static io.netty.handler.codec.mqtt.MqttProperties.USER_PROPERTY;

import io.fluxmqtt.api.message.EncodedUserProperties;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;

/**
 * PUBLISH as bytes (MQTT 5.0 and 3.1.1, section 3.3): a packet is measured, and then written where
 * there is room. One for each loop, so that nothing is made for each packet; owned by it.
 */
final class PublishWriter {
  /** The length of what MQTT cannot say. */
  static final long TOO_LARGE = Long.MAX_VALUE;

  private static final int TYPE = 0x30;
  private static final int DUP = 0x08;
  private static final int RETAIN = 0x01;

  // of the packet that was measured last
  private boolean version5;
  private int topicBytes;
  private int propertyBytes;
  private int remainingLength;
  private int packetIdAt;

  /** The length of the whole packet, or {@link #TOO_LARGE}. */
  long measure(Packet.Publish publish, boolean inVersion5) {
    version5 = inVersion5;
    int topic = ByteBufUtil.utf8Bytes(publish.topic());
    int identifier = publish.qos() == QoS.AT_MOST_ONCE ? 0 : 2;
    long remaining = 2L + topic + identifier + publish.payload().length();
    if (version5) {
      long properties = propertyBytes(publish);
      if (properties > Wire.MAX_VARIABLE) {
        return TOO_LARGE;
      }
      propertyBytes = (int) properties;
      remaining += Wire.variableBytes(propertyBytes) + properties;
    }
    if (topic > Wire.MAX_FIELD_BYTES || remaining > Wire.MAX_VARIABLE) {
      return TOO_LARGE;
    }
    topicBytes = topic;
    remainingLength = (int) remaining;
    int head = 1 + Wire.variableBytes(remainingLength);
    packetIdAt = identifier == 0 ? 0 : head + 2 + topic;
    return head + remaining;
  }

  /** Where the Packet Identifier is in the packet that was measured last, 0 if it has none. */
  int packetIdAt() {
    return packetIdAt;
  }

  /**
   * Appends the packet that was measured last; the room must be there.
   *
   * @param packetId takes the place of the packet's own
   */
  void write(ByteBuf out, Packet.Publish publish, int packetId) {
    writeHead(out, publish, packetId);
    Wire.writeBytes(out, publish.payload());
  }

  /** As {@link #write}, without the payload. */
  void writeHead(ByteBuf out, Packet.Publish publish, int packetId) {
    int flags = publish.qos().level() << 1;
    flags |= publish.dup() ? DUP : 0;
    flags |= publish.retain() ? RETAIN : 0;
    out.writeByte(TYPE | flags);
    Wire.writeVariable(out, remainingLength);
    Wire.writeText(out, publish.topic(), topicBytes);
    if (packetIdAt > 0) { // [MQTT-2.2.1-2]
      out.writeShort(packetId);
    }
    if (version5) {
      Wire.writeVariable(out, propertyBytes);
      if (propertyBytes > 0) {
        writeProperties(out, publish);
      }
    }
  }

  /** Without their length field; more than any packet holds if one of them cannot be said. */
  private static long propertyBytes(Packet.Publish publish) {
    MessageProperties p = publish.properties();
    long bytes = publish.topicAlias() == 0 ? 0 : 3;
    List<Integer> identifiers = publish.subscriptionIdentifiers();
    for (int i = 0; i < identifiers.size(); i++) {
      bytes += 1 + Wire.variableBytes(identifiers.get(i));
    }
    if (p == MessageProperties.NONE) { // most have none
      return bytes;
    }
    bytes += p.utf8Payload() == null ? 0 : 2;
    bytes += p.expirySeconds() == null ? 0 : 5;
    try {
      bytes += Wire.textPropertyBytes(p.responseTopic());
      bytes += Wire.binaryPropertyBytes(p.correlationData());
      bytes += Wire.textPropertyBytes(p.contentType());
      if (p.userProperties() instanceof EncodedUserProperties encoded) {
        return bytes + encoded.encodedBytes();
      }
      for (UserProperty property : p.userProperties()) {
        bytes += 1 + Wire.textBytes(property.name()) + Wire.textBytes(property.value());
      }
    } catch (IllegalArgumentException tooLongField) {
      return TOO_LARGE;
    }
    return bytes;
  }

  private static void writeProperties(ByteBuf out, Packet.Publish publish) {
    if (publish.topicAlias() != 0) {
      out.writeByte(TOPIC_ALIAS);
      out.writeShort(publish.topicAlias());
    }
    List<Integer> identifiers = publish.subscriptionIdentifiers();
    for (int i = 0; i < identifiers.size(); i++) {
      out.writeByte(SUBSCRIPTION_IDENTIFIER);
      Wire.writeVariable(out, identifiers.get(i));
    }
    MessageProperties p = publish.properties();
    Boolean utf8 = p.utf8Payload();
    if (utf8 != null) {
      out.writeByte(PAYLOAD_FORMAT_INDICATOR);
      out.writeBoolean(utf8);
    }
    Long expiry = p.expirySeconds();
    if (expiry != null) {
      out.writeByte(PUBLICATION_EXPIRY_INTERVAL);
      out.writeInt((int) (long) expiry);
    }
    Wire.writeTextProperty(out, RESPONSE_TOPIC, p.responseTopic());
    Wire.writeBinaryProperty(out, CORRELATION_DATA, p.correlationData());
    Wire.writeTextProperty(out, CONTENT_TYPE, p.contentType());
    writeUserProperties(out, p.userProperties());
  }

  /** [MQTT-3.3.2-17] [MQTT-3.3.2-18] unaltered and in order. */
  private static void writeUserProperties(ByteBuf out, List<UserProperty> properties) {
    if (properties instanceof EncodedUserProperties encoded) {
      int length = encoded.encodedBytes();
      encoded.copyTo(out.internalNioBuffer(out.writerIndex(), length));
      out.writerIndex(out.writerIndex() + length);
      return;
    }
    for (UserProperty property : properties) {
      out.writeByte(USER_PROPERTY);
      Wire.writeText(out, property.name());
      Wire.writeText(out, property.value());
    }
  }
}
