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
import java.util.List;

/** PUBLISH as bytes (MQTT 5.0 and 3.1.1, section 3.3). */
final class PublishWriter {
  private static final int TYPE = 0x30;
  private static final int DUP = 0x08;
  private static final int RETAIN = 0x01;

  private PublishWriter() {}

  /**
   * The length of the properties without their length field; 0 where the version has none. A long:
   * User Properties may add up to more than a packet can hold.
   *
   * @throws IllegalArgumentException if a text is longer than MQTT allows
   */
  static long propertyBytes(Packet.Publish publish, boolean version5) {
    if (!version5) {
      return 0;
    }
    MessageProperties p = publish.properties();
    long bytes = publish.topicAlias() == 0 ? 0 : 3;
    List<Integer> identifiers = publish.subscriptionIdentifiers();
    for (int i = 0; i < identifiers.size(); i++) {
      bytes += 1 + Wire.variableBytes(identifiers.get(i));
    }
    bytes += p.utf8Payload() == null ? 0 : 2;
    bytes += p.expirySeconds() == null ? 0 : 5;
    bytes += Wire.textPropertyBytes(p.responseTopic());
    bytes += Wire.binaryPropertyBytes(p.correlationData());
    bytes += Wire.textPropertyBytes(p.contentType());
    if (p.userProperties() instanceof EncodedUserProperties encoded) {
      return bytes + encoded.encodedBytes();
    }
    for (UserProperty property : p.userProperties()) {
      bytes += 1 + Wire.textBytes(property.name()) + Wire.textBytes(property.value());
    }
    return bytes;
  }

  /** The Remaining Length, given the length of the properties; may be more than is allowed. */
  static long remainingLength(Packet.Publish publish, boolean version5, long propertyBytes) {
    long bytes = Wire.textBytes(publish.topic());
    bytes += publish.qos() == QoS.AT_MOST_ONCE ? 0 : 2;
    if (version5) {
      int lengthField = Wire.variableBytes((int) Math.min(propertyBytes, Wire.MAX_VARIABLE));
      bytes += lengthField + propertyBytes;
    }
    return bytes + publish.payload().length();
  }

  /** Appends the packet; the room must be there. */
  static void write(
      ByteBuf out, Packet.Publish publish, boolean version5, int propertyBytes, int remaining) {
    int flags = publish.qos().level() << 1;
    flags |= publish.dup() ? DUP : 0;
    flags |= publish.retain() ? RETAIN : 0;
    out.writeByte(TYPE | flags);
    Wire.writeVariable(out, remaining);
    Wire.writeText(out, publish.topic());
    if (publish.qos() != QoS.AT_MOST_ONCE) {
      out.writeShort(publish.packetId());
    }
    if (version5) {
      Wire.writeVariable(out, propertyBytes);
      writeProperties(out, publish);
    }
    Wire.writeBytes(out, publish.payload());
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
