package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.ASSIGNED_CLIENT_IDENTIFIER;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttProperties.MAXIMUM_PACKET_SIZE;
import static io.netty.handler.codec.mqtt.MqttProperties.REASON_STRING;
import static io.netty.handler.codec.mqtt.MqttProperties.RECEIVE_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.SERVER_KEEP_ALIVE;
import static io.netty.handler.codec.mqtt.MqttProperties.SESSION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.USER_PROPERTY;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns packets into the bytes that one client understands. Reason String and User Properties are
 * left out where they would take a packet past the client's Maximum Packet Size; a packet that is
 * too large without them is not sent.
 */
final class PacketWriter {
  private static final int CONNACK = 0x20;
  private static final int PUBACK = 0x40;
  private static final int PUBREC = 0x50;
  private static final int PUBREL = 0x62;
  private static final int PUBCOMP = 0x70;
  private static final int SUBACK = 0x90;
  private static final int UNSUBACK = 0xB0;
  private static final int PINGRESP = 0xD0;
  private static final int DISCONNECT = 0xE0;
  private static final int AUTH = 0xF0;

  private final PendingOutput out;
  // owned by the connection's loop
  private boolean version5;
  private long maximumPacketSize = 1L + 4 + Wire.MAX_VARIABLE;

  PacketWriter(PendingOutput out) {
    this.out = out;
  }

  void established(ProtocolVersion version, long maximum) {
    version5 = version == ProtocolVersion.V5_0;
    maximumPacketSize = Math.min(maximumPacketSize, maximum);
  }

  /** Whether a PUBLISH can be encoded and is within the client's Maximum Packet Size. */
  boolean fits(Packet.Publish publish) {
    try {
      long properties = PublishWriter.propertyBytes(publish, version5);
      return fits(PublishWriter.remainingLength(publish, version5, properties));
    } catch (IllegalArgumentException tooLongField) {
      return false;
    }
  }

  /**
   * Appends a packet to the pending output.
   *
   * @throws IllegalArgumentException if it is a client's packet or a field is too long
   */
  void write(Packet packet) {
    if (packet instanceof Packet.Publish publish) {
      publish(publish);
    } else if (packet instanceof Packet.PubAck ack) {
      reply(PUBACK, ack.packetId(), ack.reason(), ack.reasonString());
    } else if (packet instanceof Packet.PubRec ack) {
      reply(PUBREC, ack.packetId(), ack.reason(), ack.reasonString());
    } else if (packet instanceof Packet.PubRel ack) {
      reply(PUBREL, ack.packetId(), ack.reason(), null);
    } else if (packet instanceof Packet.PubComp ack) {
      reply(PUBCOMP, ack.packetId(), ack.reason(), null);
    } else if (packet instanceof Packet.PingResp) {
      out.room(2).writeByte(PINGRESP).writeByte(0);
    } else if (packet instanceof Packet.SubAck ack) {
      codes(SUBACK, ack.packetId(), ack.reasons(), ack.reasonString());
    } else if (packet instanceof Packet.UnsubAck ack) {
      List<ReasonCode> reasons = version5 ? ack.reasons() : List.of();
      codes(UNSUBACK, ack.packetId(), reasons, ack.reasonString());
    } else if (packet instanceof Packet.ConnAck ack) {
      connAck(ack);
    } else if (packet instanceof Packet.Disconnect disconnect) {
      disconnect(disconnect);
    } else if (packet instanceof Packet.Auth auth) {
      auth(auth);
    } else {
      throw new IllegalArgumentException(
          packet.getClass().getSimpleName() + " is not a server's packet");
    }
  }

  private void publish(Packet.Publish publish) {
    long properties = PublishWriter.propertyBytes(publish, version5);
    long remaining = PublishWriter.remainingLength(publish, version5, properties);
    if (fits(remaining)) { // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
      ByteBuf to = out.room(packetBytes((int) remaining));
      PublishWriter.write(to, publish, version5, (int) properties, (int) remaining);
    }
  }

  /** PUBACK and its like: nothing but the identifier says success, and all that 3.x knows. */
  private void reply(int type, int packetId, ReasonCode reason, @Nullable String reasonString) {
    if (!version5) {
      start(type, 2).writeShort(packetId);
      return;
    }
    String text = reasonStringIfFits(reasonString, 3);
    if (text != null) {
      ByteBuf to = start(type, 3 + propertyBlockBytes(text));
      to.writeShort(packetId).writeByte(reason.code());
      writePropertyBlock(to, text);
    } else if (reason != ReasonCode.SUCCESS) {
      start(type, 3).writeShort(packetId).writeByte(reason.code());
    } else {
      start(type, 2).writeShort(packetId);
    }
  }

  private void codes(
      int type, int packetId, List<ReasonCode> reasons, @Nullable String reasonString) {
    String text = reasonStringIfFits(reasonString, 2 + reasons.size());
    int remaining = 2 + (version5 ? propertyBlockBytes(text) : 0) + reasons.size();
    if (!fits(remaining)) {
      return;
    }
    ByteBuf to = start(type, remaining);
    to.writeShort(packetId);
    if (version5) {
      writePropertyBlock(to, text);
    }
    for (int i = 0; i < reasons.size(); i++) {
      to.writeByte(reasons.get(i).code());
    }
  }

  /** The form follows the packet itself: a refusal is sent before the version is established. */
  private void connAck(Packet.ConnAck ack) {
    Packet.ConnAckProperties p = ack.properties();
    if (p == null) {
      start(CONNACK, 2).writeBoolean(ack.sessionPresent()).writeByte(ack.code());
      return;
    }
    int properties = connAckPropertyBytes(p);
    int withText = properties + Wire.textPropertyBytes(p.reasonString());
    int remaining = 2 + Wire.variableBytes(withText) + withText;
    boolean hasText = p.reasonString() != null && fits(remaining); // [MQTT-3.2.2-19]
    if (!hasText) {
      remaining = 2 + Wire.variableBytes(properties) + properties;
    }
    if (!fits(remaining)) {
      return;
    }
    ByteBuf to = start(CONNACK, remaining);
    to.writeBoolean(ack.sessionPresent()).writeByte(ack.code());
    Wire.writeVariable(to, hasText ? withText : properties);
    writeConnAckProperties(to, p);
    Wire.writeTextProperty(to, REASON_STRING, hasText ? p.reasonString() : null);
  }

  private static int connAckPropertyBytes(Packet.ConnAckProperties p) {
    int bytes = p.sessionExpirySeconds() == null ? 0 : 5;
    bytes += p.receiveMaximum() == null ? 0 : 3;
    bytes += p.maximumPacketSize() == null ? 0 : 5;
    bytes += Wire.textPropertyBytes(p.assignedClientId());
    bytes += p.topicAliasMaximum() == 0 ? 0 : 3;
    bytes += p.serverKeepAliveSeconds() == null ? 0 : 3;
    bytes += Wire.textPropertyBytes(p.authenticationMethod());
    return bytes + Wire.binaryPropertyBytes(p.authenticationData());
  }

  private static void writeConnAckProperties(ByteBuf to, Packet.ConnAckProperties p) {
    writeInt(to, SESSION_EXPIRY_INTERVAL, p.sessionExpirySeconds());
    writeShort(to, RECEIVE_MAXIMUM, p.receiveMaximum());
    writeInt(to, MAXIMUM_PACKET_SIZE, p.maximumPacketSize());
    Wire.writeTextProperty(to, ASSIGNED_CLIENT_IDENTIFIER, p.assignedClientId());
    writeShort(to, TOPIC_ALIAS_MAXIMUM, p.topicAliasMaximum() == 0 ? null : p.topicAliasMaximum());
    writeShort(to, SERVER_KEEP_ALIVE, p.serverKeepAliveSeconds());
    Wire.writeTextProperty(to, AUTHENTICATION_METHOD, p.authenticationMethod());
    Wire.writeBinaryProperty(to, AUTHENTICATION_DATA, p.authenticationData());
  }

  private void disconnect(Packet.Disconnect disconnect) {
    if (!version5) { // a server of 3.x just closes
      return;
    }
    String text = reasonStringIfFits(disconnect.reasonString(), 1);
    if (text == null) {
      start(DISCONNECT, 1).writeByte(disconnect.reason().code());
    } else {
      ByteBuf to = start(DISCONNECT, 1 + propertyBlockBytes(text));
      to.writeByte(disconnect.reason().code());
      writePropertyBlock(to, text);
    }
  }

  private void auth(Packet.Auth auth) {
    int needed = Wire.textPropertyBytes(auth.method()) + Wire.binaryPropertyBytes(auth.data());
    int user = userPropertyBytes(auth.userProperties());
    int text = Wire.textPropertyBytes(auth.reasonString());
    boolean hasUser = authFits(needed + user);
    boolean hasText = authFits(needed + (hasUser ? user : 0) + text);
    int properties = needed + (hasUser ? user : 0) + (hasText ? text : 0);
    if (!version5 || !authFits(properties)) {
      return;
    }
    ByteBuf to = start(AUTH, 1 + Wire.variableBytes(properties) + properties);
    to.writeByte(auth.reason().code());
    Wire.writeVariable(to, properties);
    Wire.writeTextProperty(to, AUTHENTICATION_METHOD, auth.method());
    Wire.writeBinaryProperty(to, AUTHENTICATION_DATA, auth.data());
    Wire.writeTextProperty(to, REASON_STRING, hasText ? auth.reasonString() : null);
    if (hasUser) {
      for (UserProperty property : auth.userProperties()) {
        to.writeByte(USER_PROPERTY);
        Wire.writeText(to, property.name());
        Wire.writeText(to, property.value());
      }
    }
  }

  private boolean authFits(int properties) {
    return fits(1L + Wire.variableBytes(properties) + properties);
  }

  private static int userPropertyBytes(List<UserProperty> properties) {
    int bytes = 0;
    for (UserProperty property : properties) {
      bytes += 1 + Wire.textBytes(property.name()) + Wire.textBytes(property.value());
    }
    return bytes;
  }

  /**
   * The text if 5.0 knows it and the packet with it, of so many bytes besides, is not too large.
   */
  private @Nullable String reasonStringIfFits(@Nullable String text, int otherBytes) {
    if (text == null || !version5) {
      return null;
    }
    return fits((long) otherBytes + propertyBlockBytes(text)) ? text : null;
  }

  /** A block of properties that holds a Reason String or nothing. */
  private static int propertyBlockBytes(@Nullable String reasonString) {
    int bytes = Wire.textPropertyBytes(reasonString);
    return Wire.variableBytes(bytes) + bytes;
  }

  private static void writePropertyBlock(ByteBuf to, @Nullable String reasonString) {
    Wire.writeVariable(to, Wire.textPropertyBytes(reasonString));
    Wire.writeTextProperty(to, REASON_STRING, reasonString);
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

  private ByteBuf start(int type, int remaining) {
    ByteBuf to = out.room(packetBytes(remaining));
    to.writeByte(type);
    Wire.writeVariable(to, remaining);
    return to;
  }

  private boolean fits(long remaining) {
    return remaining <= Wire.MAX_VARIABLE && packetBytes((int) remaining) <= maximumPacketSize;
  }

  private static int packetBytes(int remaining) {
    return 1 + Wire.variableBytes(remaining) + remaining;
  }
}
