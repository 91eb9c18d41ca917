package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.ASSIGNED_CLIENT_IDENTIFIER;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttProperties.MAXIMUM_PACKET_SIZE;
import static io.netty.handler.codec.mqtt.MqttProperties.MAXIMUM_QOS;
import static io.netty.handler.codec.mqtt.MqttProperties.RECEIVE_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.RETAIN_AVAILABLE;
import static io.netty.handler.codec.mqtt.MqttProperties.SERVER_KEEP_ALIVE;
import static io.netty.handler.codec.mqtt.MqttProperties.SESSION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE;
import static io.netty.handler.codec.mqtt.MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Packet;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The properties that CONNACK cannot do without. One that would say what is so without it is left
 * out, as MQTT allows.
 */
final class ConnAckWriter {
  private ConnAckWriter() {}

  static int propertyBytes(Packet.ConnAckProperties p) {
    int bytes = p.sessionExpirySeconds() == null ? 0 : 5;
    bytes += p.receiveMaximum() == null ? 0 : 3;
    bytes += p.maximumPacketSize() == null ? 0 : 5;
    bytes += Wire.textPropertyBytes(p.assignedClientId());
    bytes += p.topicAliasMaximum() == 0 ? 0 : 3;
    bytes += p.serverKeepAliveSeconds() == null ? 0 : 3;
    bytes += Wire.textPropertyBytes(p.authenticationMethod());
    bytes += Wire.binaryPropertyBytes(p.authenticationData());
    Capabilities c = p.capabilities();
    bytes += c.maximumQos() == QoS.EXACTLY_ONCE ? 0 : 2;
    bytes += c.retain() ? 0 : 2;
    bytes += c.wildcardSubscriptions() ? 0 : 2;
    bytes += c.subscriptionIdentifiers() ? 0 : 2;
    return bytes + (c.sharedSubscriptions() ? 0 : 2);
  }

  static void write(ByteBuf to, Packet.ConnAckProperties p) {
    writeInt(to, SESSION_EXPIRY_INTERVAL, p.sessionExpirySeconds());
    writeShort(to, RECEIVE_MAXIMUM, p.receiveMaximum());
    writeInt(to, MAXIMUM_PACKET_SIZE, p.maximumPacketSize());
    Wire.writeTextProperty(to, ASSIGNED_CLIENT_IDENTIFIER, p.assignedClientId());
    writeShort(to, TOPIC_ALIAS_MAXIMUM, p.topicAliasMaximum() == 0 ? null : p.topicAliasMaximum());
    writeShort(to, SERVER_KEEP_ALIVE, p.serverKeepAliveSeconds());
    Wire.writeTextProperty(to, AUTHENTICATION_METHOD, p.authenticationMethod());
    Wire.writeBinaryProperty(to, AUTHENTICATION_DATA, p.authenticationData());
    Capabilities c = p.capabilities();
    if (c.maximumQos() != QoS.EXACTLY_ONCE) { // [MQTT-3.2.2-9]
      to.writeByte(MAXIMUM_QOS).writeByte(c.maximumQos().level());
    }
    writeUnlessAvailable(to, RETAIN_AVAILABLE, c.retain());
    writeUnlessAvailable(to, WILDCARD_SUBSCRIPTION_AVAILABLE, c.wildcardSubscriptions());
    writeUnlessAvailable(to, SUBSCRIPTION_IDENTIFIER_AVAILABLE, c.subscriptionIdentifiers());
    writeUnlessAvailable(to, SHARED_SUBSCRIPTION_AVAILABLE, c.sharedSubscriptions());
  }

  private static void writeUnlessAvailable(ByteBuf to, int id, boolean available) {
    if (!available) {
      to.writeByte(id).writeByte(0);
    }
  }

  private static void writeInt(ByteBuf to, int id, @Nullable Long value) {
    if (value != null) {
      to.writeByte(id).writeInt((int) (long) value);
    }
  }

  private static void writeShort(ByteBuf to, int id, @Nullable Integer value) {
    if (value != null) {
      to.writeByte(id).writeShort(value);
    }
  }
}
