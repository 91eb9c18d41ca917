package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Capabilities;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttUnsubAckMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client's view of what we write, through netty's decoder. */
final class Peer {
  private static final AttributeKey<MqttVersion> VERSION =
      AttributeKey.valueOf("NETTY_CODEC_MQTT_VERSION");

  private final EmbeddedChannel channel = new EmbeddedChannel(new MqttDecoder(1 << 28, 65_535));

  Peer(ProtocolVersion version) {
    established(version);
  }

  /** From now on what is read is of this version. */
  void established(ProtocolVersion version) {
    channel
        .attr(VERSION)
        .set(version == ProtocolVersion.V5_0 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1);
  }

  /** The bytes of one packet, none if it was not written. */
  static byte[] written(Packet packet, ProtocolVersion version, long maximumPacketSize) {
    EmbeddedChannel out = new EmbeddedChannel();
    PendingOutput pending = new PendingOutput(out);
    PacketWriter writer = new PacketWriter(pending, new SharedFrames());
    writer.established(version, maximumPacketSize);
    writer.write(packet);
    pending.flush();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf part = out.readOutbound(); part != null; part = out.readOutbound()) {
      all.writeBytes(ByteBufUtil.getBytes(part));
      part.release();
    }
    out.finishAndReleaseAll();
    return all.toByteArray();
  }

  /** The packets of some bytes, each of which must be whole and well-formed. */
  static List<Packet> read(ProtocolVersion version, byte[] bytes) {
    Peer peer = new Peer(version);
    List<Packet> packets = peer.read(bytes);
    peer.end();
    return packets;
  }

  /** The packets that have become whole with some bytes more. */
  List<Packet> read(byte[] bytes) {
    channel.writeInbound(Unpooled.wrappedBuffer(bytes));
    List<Packet> packets = new ArrayList<>();
    for (MqttMessage next = channel.readInbound(); next != null; next = channel.readInbound()) {
      try {
        packets.add(packet(next));
      } finally {
        ReferenceCountUtil.release(next);
      }
    }
    return packets;
  }

  /** There must be no part of a packet left. */
  void end() {
    if (channel.finish()) {
      Object rest = channel.readInbound();
      channel.releaseInbound();
      throw new AssertionError("an incomplete packet was written: " + rest);
    }
  }

  private static Packet packet(MqttMessage message) {
    if (message.decoderResult().isFailure()) {
      throw new AssertionError("what was written is malformed", message.decoderResult().cause());
    }
    return switch (message.fixedHeader().messageType()) {
      case CONNACK -> connAck((MqttConnAckMessage) message);
      case SUBACK -> {
        MqttSubAckMessage ack = (MqttSubAckMessage) message;
        yield new Packet.SubAck(
            ack.variableHeader().messageId(),
            reasons(ack.payload().reasonCodes()),
            reasonString(ack.idAndPropertiesVariableHeader().properties()));
      }
      case UNSUBACK -> unsubAck((MqttUnsubAckMessage) message);
      case PINGRESP -> Packet.PingResp.INSTANCE;
      case DISCONNECT -> {
        var header = (MqttReasonCodeAndPropertiesVariableHeader) message.variableHeader();
        yield new Packet.Disconnect(
            ReasonCode.of(Byte.toUnsignedInt(header.reasonCode())),
            null,
            reasonString(header.properties()),
            Properties.text(header.properties(), MqttProperties.SERVER_REFERENCE));
      }
      case PUBLISH ->
          PacketReader.read(
              message, user(((MqttPublishMessage) message).variableHeader().properties()), null);
      case AUTH ->
          PacketReader.read(
              message,
              user(
                  ((MqttReasonCodeAndPropertiesVariableHeader) message.variableHeader())
                      .properties()),
              null);
      default -> PacketReader.read(message, List.of(), null);
    };
  }

  private static List<UserProperty> user(MqttProperties properties) {
    List<UserProperty> user = new ArrayList<>();
    for (var each : properties.getProperties(MqttProperties.USER_PROPERTY)) {
      var pair = (MqttProperties.StringPair) each.value();
      user.add(new UserProperty(pair.key, pair.value));
    }
    return user;
  }

  private static Packet unsubAck(MqttUnsubAckMessage ack) {
    MqttMessageIdVariableHeader header = ack.variableHeader();
    List<Short> codes = ack.payload() == null ? List.of() : ack.payload().unsubscribeReasonCodes();
    String text =
        header instanceof MqttMessageIdAndPropertiesVariableHeader full
            ? reasonString(full.properties())
            : null;
    return new Packet.UnsubAck(
        header.messageId(), reasons(codes.stream().map(Short::intValue).toList()), text);
  }

  private static Packet connAck(MqttConnAckMessage ack) {
    MqttConnAckVariableHeader header = ack.variableHeader();
    int code = Byte.toUnsignedInt(header.connectReturnCode().byteValue());
    MqttProperties p = header.properties();
    return new Packet.ConnAck(header.isSessionPresent(), code, p.isEmpty() ? null : properties(p));
  }

  private static Packet.ConnAckProperties properties(MqttProperties p) {
    return new Packet.ConnAckProperties(
        number(p, MqttProperties.SESSION_EXPIRY_INTERVAL),
        integer(p, MqttProperties.RECEIVE_MAXIMUM),
        number(p, MqttProperties.MAXIMUM_PACKET_SIZE),
        Properties.text(p, MqttProperties.ASSIGNED_CLIENT_IDENTIFIER),
        Properties.integer(p, MqttProperties.TOPIC_ALIAS_MAXIMUM, 0),
        reasonString(p),
        integer(p, MqttProperties.SERVER_KEEP_ALIVE),
        Properties.text(p, MqttProperties.AUTHENTICATION_METHOD),
        Properties.binary(p, MqttProperties.AUTHENTICATION_DATA),
        new Capabilities(
            isAvailable(p, MqttProperties.WILDCARD_SUBSCRIPTION_AVAILABLE),
            isAvailable(p, MqttProperties.SHARED_SUBSCRIPTION_AVAILABLE),
            isAvailable(p, MqttProperties.SUBSCRIPTION_IDENTIFIER_AVAILABLE),
            isAvailable(p, MqttProperties.RETAIN_AVAILABLE),
            QoS.of(Properties.integer(p, MqttProperties.MAXIMUM_QOS, 2))),
        Properties.text(p, MqttProperties.RESPONSE_INFORMATION),
        Properties.text(p, MqttProperties.SERVER_REFERENCE));
  }

  private static boolean isAvailable(MqttProperties p, int id) {
    return Properties.integer(p, id, 1) == 1;
  }

  private static @Nullable Long number(MqttProperties p, int id) {
    return p.getProperty(id) == null ? null : Long.valueOf(Properties.unsigned(p, id, 0));
  }

  private static @Nullable Integer integer(MqttProperties p, int id) {
    return p.getProperty(id) == null ? null : Integer.valueOf(Properties.integer(p, id, 0));
  }

  private static @Nullable String reasonString(MqttProperties p) {
    return Properties.text(p, MqttProperties.REASON_STRING);
  }

  private static List<ReasonCode> reasons(List<Integer> codes) {
    return codes.stream().map(code -> ReasonCode.of(code & 0xFF)).toList();
  }
}
