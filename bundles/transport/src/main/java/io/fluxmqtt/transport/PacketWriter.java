package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttProperties.REASON_STRING;
import static io.netty.handler.codec.mqtt.MqttProperties.RESPONSE_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.SERVER_REFERENCE;
import static io.netty.handler.codec.mqtt.MqttProperties.USER_PROPERTY;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.SharedPublish;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns packets into the bytes that one client understands. Reason String and User Properties are
 * left out where they would take a packet past the client's Maximum Packet Size, the text first;
 * what is too large without them is not written at all.
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
  private final SharedFrames frames;
  // owned by the connection's loop
  private boolean version5;
  private boolean accepted; // a CONNACK has said so
  private long maximumPacketSize = 1L + 4 + Wire.MAX_VARIABLE;

  PacketWriter(PendingOutput out, SharedFrames frames) {
    this.out = out;
    this.frames = frames;
  }

  void established(ProtocolVersion version, long maximum) {
    version5 = version == ProtocolVersion.V5_0;
    maximumPacketSize = Math.min(maximumPacketSize, maximum);
  }

  /** Whether a DISCONNECT may be sent: none is before a CONNACK that accepts. */
  boolean isAccepted() {
    return accepted;
  }

  /**
   * Appends a packet to the pending output.
   *
   * @return false if the client waits for it but does not accept its size [MQTT-3.1.2-24]; a
   *     PUBLISH or DISCONNECT that is too large is just left out
   * @throws IllegalArgumentException if it is a client's packet, or a field of one other than
   *     PUBLISH is too long
   */
  boolean write(Packet packet) {
    if (packet instanceof Packet.Publish publish) {
      publish(publish);
      return true;
    } else if (packet instanceof Packet.PubAck ack) {
      return reply(PUBACK, ack.packetId(), ack.reason(), ack.reasonString());
    } else if (packet instanceof Packet.PubRec ack) {
      return reply(PUBREC, ack.packetId(), ack.reason(), ack.reasonString());
    } else if (packet instanceof Packet.PubRel ack) {
      return reply(PUBREL, ack.packetId(), ack.reason(), null);
    } else if (packet instanceof Packet.PubComp ack) {
      return reply(PUBCOMP, ack.packetId(), ack.reason(), null);
    } else if (packet instanceof Packet.PingResp) {
      out.room(2).writeByte(PINGRESP).writeByte(0);
      return true; // no CONNACK is as small, so this fits
    } else if (packet instanceof Packet.SubAck ack) {
      return codes(SUBACK, ack.packetId(), ack.reasons(), ack.reasonString());
    } else if (packet instanceof Packet.UnsubAck ack) {
      List<ReasonCode> reasons = version5 ? ack.reasons() : List.of();
      return codes(UNSUBACK, ack.packetId(), reasons, ack.reasonString());
    } else if (packet instanceof Packet.ConnAck ack) {
      return connAck(ack);
    } else if (packet instanceof Packet.Disconnect disconnect) {
      disconnect(disconnect);
      return true;
    } else if (packet instanceof Packet.Auth auth) {
      return auth(auth);
    } else {
      throw new IllegalArgumentException(
          packet.getClass().getSimpleName() + " is not a server's packet");
    }
  }

  /** Appends a PUBLISH, if the client accepts its size; returns whether it does. */
  boolean publish(Packet.Publish publish) {
    return publish(publish, publish.packetId());
  }

  /** Appends the copy of one of several receivers, if it accepts the size. */
  boolean publish(SharedPublish form, int packetId) {
    EncodedPublish encoded = frames.encoded(form, version5);
    if (encoded == null) {
      return publish(form.packet(), packetId);
    }
    int length = encoded.bytes().length;
    if (length > maximumPacketSize) { // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
      return false;
    }
    encoded.write(out.room(length), packetId);
    return true;
  }

  private boolean publish(Packet.Publish publish, int packetId) {
    PublishWriter writer = frames.writer();
    long length = writer.measure(publish, version5);
    if (length > maximumPacketSize) { // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
      return false;
    }
    Payload payload = publish.payload();
    if (payload.length() < SharedPayloads.MIN_BYTES) {
      writer.write(out.room((int) length), publish, packetId);
    } else {
      ByteBuf to = out.room((int) length - payload.length());
      ByteBuf shared = frames.payloads().buffer(payload, out.allocator()); // may find no memory
      writer.writeHead(to, publish, packetId);
      out.pass(shared);
    }
    return true;
  }

  /** PUBACK and its like: nothing but the identifier says success, and all that 3.x knows. */
  private boolean reply(int type, int packetId, ReasonCode reason, @Nullable String reasonString) {
    // [MQTT-3.4.2-2] [MQTT-3.5.2-2] [MQTT-3.6.2-2] [MQTT-3.7.2-2]
    String text = reasonStringIfFits(reasonString, 3);
    int remaining = 2;
    if (text != null) {
      remaining = 3 + propertyBlockBytes(text);
    } else if (version5 && reason != ReasonCode.SUCCESS) {
      remaining = 3;
    }
    if (!fits(remaining)) {
      return false;
    }
    ByteBuf to = start(type, remaining);
    to.writeShort(packetId);
    if (remaining > 2) {
      to.writeByte(reason.code());
    }
    if (text != null) {
      writePropertyBlock(to, text);
    }
    return true;
  }

  private boolean codes(
      int type, int packetId, List<ReasonCode> reasons, @Nullable String reasonString) {
    // [MQTT-3.9.2-1] [MQTT-3.11.2-1]
    String text = reasonStringIfFits(reasonString, 2 + reasons.size());
    int remaining = 2 + (version5 ? propertyBlockBytes(text) : 0) + reasons.size();
    if (!fits(remaining)) {
      return false;
    }
    ByteBuf to = start(type, remaining);
    to.writeShort(packetId);
    if (version5) {
      writePropertyBlock(to, text);
    }
    for (int i = 0; i < reasons.size(); i++) {
      to.writeByte(reasons.get(i).code());
    }
    return true;
  }

  /** The form follows the packet itself: a refusal is sent before the version is established. */
  private boolean connAck(Packet.ConnAck ack) {
    accepted = ack.code() == ReasonCode.SUCCESS.code();
    Packet.ConnAckProperties p = ack.properties();
    if (p == null) {
      start(CONNACK, 2).writeBoolean(ack.sessionPresent()).writeByte(ack.code());
      return true;
    }
    int properties = ConnAckWriter.propertyBytes(p);
    String response = withinConnAck(properties, p.responseInformation());
    properties += Wire.textPropertyBytes(response);
    String reference = withinConnAck(properties, p.serverReference());
    properties += Wire.textPropertyBytes(reference);
    String text = withinConnAck(properties, p.reasonString()); // [MQTT-3.2.2-19]
    properties += Wire.textPropertyBytes(text);
    int remaining = 2 + Wire.variableBytes(properties) + properties;
    if (!fits(remaining)) {
      accepted = false;
      return false;
    }
    ByteBuf to = start(CONNACK, remaining);
    to.writeBoolean(ack.sessionPresent()).writeByte(ack.code());
    Wire.writeVariable(to, properties);
    ConnAckWriter.write(to, p);
    Wire.writeTextProperty(to, RESPONSE_INFORMATION, response);
    Wire.writeTextProperty(to, SERVER_REFERENCE, reference);
    Wire.writeTextProperty(to, REASON_STRING, text);
    return true;
  }

  /** A text that CONNACK can do without, if it is not too large with it. */
  private @Nullable String withinConnAck(int otherProperties, @Nullable String text) {
    String sayable = ifField(text);
    int properties = otherProperties + Wire.textPropertyBytes(sayable);
    return fits(2L + Wire.variableBytes(properties) + properties) ? sayable : null;
  }

  private void disconnect(Packet.Disconnect disconnect) {
    if (!version5 || !fits(1)) { // a server of 3.x just closes
      return;
    }
    String reference = ifField(disconnect.serverReference());
    if (reference != null && fits(1L + propertyBlockBytes(reference))) {
      ByteBuf to = start(DISCONNECT, 1 + propertyBlockBytes(reference));
      to.writeByte(disconnect.reason().code());
      Wire.writeVariable(to, Wire.textPropertyBytes(reference));
      Wire.writeTextProperty(to, SERVER_REFERENCE, reference);
      return;
    }
    String text = reasonStringIfFits(disconnect.reasonString(), 1); // [MQTT-3.14.2-3]
    if (text == null) {
      start(DISCONNECT, 1).writeByte(disconnect.reason().code());
    } else {
      ByteBuf to = start(DISCONNECT, 1 + propertyBlockBytes(text));
      to.writeByte(disconnect.reason().code());
      writePropertyBlock(to, text);
    }
  }

  private boolean auth(Packet.Auth auth) {
    int needed = Wire.textPropertyBytes(auth.method()) + Wire.binaryPropertyBytes(auth.data());
    if (!version5 || !authFits(needed)) {
      return false;
    }
    long userBytes = userPropertyBytes(auth.userProperties());
    boolean hasUser = userBytes > 0 && authFits(needed + userBytes); // [MQTT-3.15.2-3]
    int withUser = needed + (hasUser ? (int) userBytes : 0);
    String text = ifField(auth.reasonString());
    int textBytes = Wire.textPropertyBytes(text);
    boolean hasText = text != null && authFits(withUser + textBytes); // [MQTT-3.15.2-2]
    int properties = withUser + (hasText ? textBytes : 0);
    ByteBuf to = start(AUTH, 1 + Wire.variableBytes(properties) + properties);
    to.writeByte(auth.reason().code());
    Wire.writeVariable(to, properties);
    Wire.writeTextProperty(to, AUTHENTICATION_METHOD, auth.method());
    Wire.writeBinaryProperty(to, AUTHENTICATION_DATA, auth.data());
    Wire.writeTextProperty(to, REASON_STRING, hasText ? text : null);
    if (hasUser) {
      for (UserProperty property : auth.userProperties()) {
        to.writeByte(USER_PROPERTY);
        Wire.writeText(to, property.name());
        Wire.writeText(to, property.value());
      }
    }
    return true;
  }

  private boolean authFits(long properties) {
    return properties <= Wire.MAX_VARIABLE
        && fits(1L + Wire.variableBytes((int) properties) + properties);
  }

  /** The bytes of all, more than any packet holds if one of them cannot be said. */
  private static long userPropertyBytes(List<UserProperty> properties) {
    long bytes = 0;
    for (UserProperty property : properties) {
      if (!Wire.isField(property.name()) || !Wire.isField(property.value())) {
        return Long.MAX_VALUE - Integer.MAX_VALUE;
      }
      bytes += 1 + Wire.textBytes(property.name()) + Wire.textBytes(property.value());
    }
    return bytes;
  }

  /**
   * The text if 5.0 knows it and the packet with it, of so many bytes besides, is not too large.
   */
  private @Nullable String reasonStringIfFits(@Nullable String reasonString, int otherBytes) {
    String text = ifField(reasonString);
    if (text == null || !version5) {
      return null;
    }
    return fits((long) otherBytes + propertyBlockBytes(text)) ? text : null;
  }

  /** The text if it is not longer than MQTT can say: it may quote what a client has sent. */
  private static @Nullable String ifField(@Nullable String text) {
    return text != null && Wire.isField(text) ? text : null;
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
