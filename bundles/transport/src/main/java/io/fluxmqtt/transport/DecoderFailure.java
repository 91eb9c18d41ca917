package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ProtocolViolation;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import org.jspecify.annotations.Nullable;

/** What a failure of netty's decoder means in MQTT. */
final class DecoderFailure {
  private DecoderFailure() {}

  /**
   * The violation behind the cause of a failed decoder result. Netty reports most as
   * DecoderException, some as IllegalArgumentException: all of these are a Malformed Packet.
   */
  static ProtocolViolation violation(@Nullable Throwable cause) {
    return new ProtocolViolation(reason(cause), text(cause));
  }

  private static ReasonCode reason(@Nullable Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      return ReasonCode.PACKET_TOO_LARGE;
    }
    if (cause instanceof MqttUnacceptableProtocolVersionException) {
      return ReasonCode.UNSUPPORTED_PROTOCOL_VERSION;
    }
    if (cause instanceof MqttIdentifierRejectedException) { // an empty one in 3.1
      return ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
    }
    return ReasonCode.MALFORMED_PACKET;
  }

  private static String text(@Nullable Throwable cause) {
    String message = cause == null ? null : cause.getMessage();
    return message == null ? "malformed packet" : Text.quote(message);
  }
}
