package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.CONTENT_TYPE;
import static io.netty.handler.codec.mqtt.MqttProperties.CORRELATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.PAYLOAD_FORMAT_INDICATOR;
import static io.netty.handler.codec.mqtt.MqttProperties.PUBLICATION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.RESPONSE_TOPIC;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.UserProperty;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttProperties.MqttProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads single properties out of netty's. */
final class Properties {
  private Properties() {}

  /** What an Application Message carries on; the shared empty value if there is nothing. */
  static MessageProperties ofMessage(MqttProperties properties, List<UserProperty> user) {
    if (properties.isEmpty() && user.isEmpty()) {
      return MessageProperties.NONE;
    }
    boolean expires = properties.getProperty(PUBLICATION_EXPIRY_INTERVAL) != null;
    return new MessageProperties(
        flag(properties, PAYLOAD_FORMAT_INDICATOR),
        expires ? unsigned(properties, PUBLICATION_EXPIRY_INTERVAL, 0) : null,
        text(properties, RESPONSE_TOPIC),
        binary(properties, CORRELATION_DATA),
        text(properties, CONTENT_TYPE),
        user);
  }

  static int integer(MqttProperties properties, int id, int absent) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? absent : (Integer) property.value();
  }

  /** A Byte that is 0 or 1, or null if it is absent. */
  static @Nullable Boolean flag(MqttProperties properties, int id) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? null : (Integer) property.value() == 1;
  }

  /** A Four Byte Integer, which netty keeps in an int with its sign. */
  static long unsigned(MqttProperties properties, int id, long absent) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? absent : Integer.toUnsignedLong((Integer) property.value());
  }

  static @Nullable String text(MqttProperties properties, int id) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? null : (String) property.value();
  }

  static @Nullable Payload binary(MqttProperties properties, int id) {
    MqttProperty<?> property = properties.getProperty(id);
    return property == null ? null : Payload.copyOf((byte[]) property.value());
  }
}
