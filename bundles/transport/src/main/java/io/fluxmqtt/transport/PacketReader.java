package io.fluxmqtt.transport;

import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_DATA;
import static io.netty.handler.codec.mqtt.MqttProperties.AUTHENTICATION_METHOD;
import static io.netty.handler.codec.mqtt.MqttProperties.MAXIMUM_PACKET_SIZE;
import static io.netty.handler.codec.mqtt.MqttProperties.REASON_STRING;
import static io.netty.handler.codec.mqtt.MqttProperties.RECEIVE_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.REQUEST_PROBLEM_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.REQUEST_RESPONSE_INFORMATION;
import static io.netty.handler.codec.mqtt.MqttProperties.SESSION_EXPIRY_INTERVAL;
import static io.netty.handler.codec.mqtt.MqttProperties.SUBSCRIPTION_IDENTIFIER;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS;
import static io.netty.handler.codec.mqtt.MqttProperties.TOPIC_ALIAS_MAXIMUM;
import static io.netty.handler.codec.mqtt.MqttProperties.WILL_DELAY_INTERVAL;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.UserProperty;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttConnectPayload;
import io.netty.handler.codec.mqtt.MqttConnectVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttReasonCodeAndPropertiesVariableHeader;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttTopicSubscription;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what netty's decoder made of an inspected packet into the session manager's values. */
final class PacketReader {
  private static final long UNLIMITED = 0xFFFF_FFFFL;
  private static final int MAX_SHORT = 0xFFFF;
  private static final Packet.PingReq PING_REQ = new Packet.PingReq();

  private PacketReader() {}

  /**
   * The packet. Does not release the message.
   *
   * @param user the User Properties, which the message no longer has
   * @param longWillTopic the Will Topic where netty gives null as it is long
   * @throws ProtocolViolation if the decoder failed or a value is not allowed
   */
  static Packet read(MqttMessage message, List<UserProperty> user, @Nullable String longWillTopic) {
    if (message.decoderResult().isFailure()) {
      throw DecoderFailure.violation(message.decoderResult().cause());
    }
    return switch (message.fixedHeader().messageType()) {
      case CONNECT -> connect((MqttConnectMessage) message, user, longWillTopic);
      case PUBLISH -> publish((MqttPublishMessage) message, user);
      case PUBACK, PUBREC, PUBREL, PUBCOMP -> acknowledgement(message);
      case SUBSCRIBE -> subscribe((MqttSubscribeMessage) message);
      case UNSUBSCRIBE -> unsubscribe((MqttUnsubscribeMessage) message);
      case PINGREQ -> PING_REQ;
      case DISCONNECT -> disconnect(message);
      case AUTH -> auth(message, user);
      default -> throw new IllegalArgumentException(message.fixedHeader() + " was not inspected");
    };
  }

  private static Packet.Connect connect(
      MqttConnectMessage message, List<UserProperty> user, @Nullable String longWillTopic) {
    MqttConnectVariableHeader header = message.variableHeader();
    MqttConnectPayload payload = message.payload();
    MqttProperties properties = header.properties();
    ProtocolVersion version = version(header.version());
    boolean clean = header.isCleanSession();
    long expiry =
        version == ProtocolVersion.V5_0
            ? Properties.unsigned(properties, SESSION_EXPIRY_INTERVAL, 0)
            : clean ? 0 : UNLIMITED;
    return new Packet.Connect(
        version,
        payload.clientIdentifier(),
        clean,
        header.keepAliveTimeSeconds(),
        header.isWillFlag() ? will(message, user, longWillTopic) : null,
        payload.userName(),
        payloadOf(payload.passwordInBytes()),
        expiry,
        Properties.integer(properties, RECEIVE_MAXIMUM, MAX_SHORT),
        Properties.unsigned(properties, MAXIMUM_PACKET_SIZE, UNLIMITED),
        Properties.integer(properties, TOPIC_ALIAS_MAXIMUM, 0),
        Properties.integer(properties, REQUEST_RESPONSE_INFORMATION, 0) == 1,
        Properties.flag(properties, REQUEST_PROBLEM_INFORMATION),
        Properties.text(properties, AUTHENTICATION_METHOD),
        Properties.binary(properties, AUTHENTICATION_DATA));
  }

  private static Packet.Will will(
      MqttConnectMessage message, List<UserProperty> user, @Nullable String longTopic) {
    MqttConnectVariableHeader header = message.variableHeader();
    MqttConnectPayload payload = message.payload();
    MqttProperties properties = payload.willProperties();
    return new Packet.Will(
        longTopic == null ? payload.willTopic() : longTopic,
        Payload.copyOf(payload.willMessageInBytes()),
        QoS.of(header.willQos()),
        header.isWillRetain(),
        Properties.ofMessage(properties, user),
        Properties.unsigned(properties, WILL_DELAY_INTERVAL, 0));
  }

  private static Packet.Publish publish(MqttPublishMessage message, List<UserProperty> user) {
    MqttProperties properties = message.variableHeader().properties();
    QoS qos = QoS.of(message.fixedHeader().qosLevel().value());
    MessageProperties messageProperties = Properties.ofMessage(properties, user);
    ByteBuf bytes = message.payload();
    return new Packet.Publish(
        message.variableHeader().topicName(),
        payloadOf(bytes, bytes.readerIndex(), bytes.readableBytes()),
        qos,
        message.fixedHeader().isDup(),
        message.fixedHeader().isRetain(),
        qos == QoS.AT_MOST_ONCE ? 0 : message.variableHeader().packetId(),
        Properties.integer(properties, TOPIC_ALIAS, 0),
        messageProperties,
        List.of());
  }

  private static Packet acknowledgement(MqttMessage message) {
    var header = (MqttPubReplyMessageVariableHeader) message.variableHeader();
    int id = header.messageId();
    ReasonCode reason = AllowedReasons.of(message.fixedHeader().messageType(), header.reasonCode());
    String text = Properties.text(header.properties(), REASON_STRING);
    return switch (message.fixedHeader().messageType()) {
      case PUBACK -> new Packet.PubAck(id, reason, text);
      case PUBREC -> new Packet.PubRec(id, reason, text);
      case PUBREL -> new Packet.PubRel(id, reason);
      default -> new Packet.PubComp(id, reason);
    };
  }

  private static Packet.Subscribe subscribe(MqttSubscribeMessage message) {
    List<Packet.SubscribeRequest> requests = new ArrayList<>();
    for (MqttTopicSubscription subscription : message.payload().topicSubscriptions()) {
      MqttSubscriptionOption option = subscription.option();
      requests.add(
          new Packet.SubscribeRequest(
              subscription.topicFilter(),
              QoS.of(option.qos().value()),
              option.isNoLocal(),
              option.isRetainAsPublished(),
              option.retainHandling().value()));
    }
    return new Packet.Subscribe(
        message.variableHeader().messageId(),
        Properties.integer(
            message.idAndPropertiesVariableHeader().properties(), SUBSCRIPTION_IDENTIFIER, 0),
        List.copyOf(requests));
  }

  private static Packet.Unsubscribe unsubscribe(MqttUnsubscribeMessage message) {
    return new Packet.Unsubscribe(
        message.variableHeader().messageId(), List.copyOf(message.payload().topics()));
  }

  private static Packet.Disconnect disconnect(MqttMessage message) {
    var header = (MqttReasonCodeAndPropertiesVariableHeader) message.variableHeader();
    boolean hasExpiry = header.properties().getProperty(SESSION_EXPIRY_INTERVAL) != null;
    return new Packet.Disconnect(
        AllowedReasons.of(message.fixedHeader().messageType(), header.reasonCode()),
        hasExpiry ? Properties.unsigned(header.properties(), SESSION_EXPIRY_INTERVAL, 0) : null,
        Properties.text(header.properties(), REASON_STRING));
  }

  private static Packet.Auth auth(MqttMessage message, List<UserProperty> user) {
    var header = (MqttReasonCodeAndPropertiesVariableHeader) message.variableHeader();
    MqttProperties properties = header.properties();
    ReasonCode reason = AllowedReasons.of(message.fixedHeader().messageType(), header.reasonCode());
    if (properties.getProperty(AUTHENTICATION_METHOD) == null) { // section 3.15.2.2.2
      throw new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, "AUTH without Authentication Method");
    }
    return new Packet.Auth(
        reason,
        Properties.text(properties, AUTHENTICATION_METHOD),
        Properties.binary(properties, AUTHENTICATION_DATA),
        Properties.text(properties, REASON_STRING),
        user);
  }

  private static ProtocolVersion version(int level) {
    for (ProtocolVersion version : ProtocolVersion.values()) {
      if (version.level() == level) {
        return version;
      }
    }
    throw new IllegalArgumentException("protocol version " + level + " was not inspected");
  }

  private static @Nullable Payload payloadOf(byte @Nullable [] bytes) {
    return bytes == null ? null : Payload.copyOf(bytes);
  }

  /** A part of a buffer, copied once, into what stays. */
  static Payload payloadOf(ByteBuf in, int at, int length) {
    return length == 0 ? Payload.EMPTY : Payload.copyOf(in.internalNioBuffer(at, length));
  }
}
