package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.handler.codec.mqtt.MqttMessageType;
import java.util.EnumSet;
import java.util.Set;

/** The Reason Codes that a client may send, by packet (MQTT 5.0, section 2.4). */
final class AllowedReasons {
  private static final Set<ReasonCode> RECEIPT =
      EnumSet.of(
          ReasonCode.SUCCESS,
          ReasonCode.NO_MATCHING_SUBSCRIBERS,
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.PACKET_IDENTIFIER_IN_USE,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.PAYLOAD_FORMAT_INVALID);
  private static final Set<ReasonCode> RELEASE =
      EnumSet.of(ReasonCode.SUCCESS, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
  private static final Set<ReasonCode> DISCONNECT =
      EnumSet.of(
          ReasonCode.SUCCESS,
          ReasonCode.DISCONNECT_WITH_WILL,
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.MALFORMED_PACKET,
          ReasonCode.PROTOCOL_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
          ReasonCode.TOPIC_ALIAS_INVALID,
          ReasonCode.PACKET_TOO_LARGE,
          ReasonCode.MESSAGE_RATE_TOO_HIGH,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.ADMINISTRATIVE_ACTION,
          ReasonCode.PAYLOAD_FORMAT_INVALID);
  private static final Set<ReasonCode> AUTH =
      EnumSet.of(ReasonCode.CONTINUE_AUTHENTICATION, ReasonCode.REAUTHENTICATE);

  private AllowedReasons() {}

  /**
   * The Reason Code of a byte.
   *
   * @throws ProtocolViolation if a client may not send it in that packet
   */
  static ReasonCode of(MqttMessageType type, byte code) {
    Set<ReasonCode> allowed =
        switch (type) {
          case PUBACK, PUBREC -> RECEIPT;
          case PUBREL, PUBCOMP -> RELEASE;
          case DISCONNECT -> DISCONNECT;
          default -> AUTH;
        };
    int number = Byte.toUnsignedInt(code);
    for (ReasonCode reason : allowed) {
      if (reason.code() == number) {
        return reason;
      }
    }
    throw new ProtocolViolation( // [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.15.2-1]
        ReasonCode.PROTOCOL_ERROR, "%s with Reason Code 0x%02X".formatted(type, number));
  }
}
