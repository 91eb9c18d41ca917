package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.ReasonCode;
import java.util.EnumSet;
import java.util.Set;

/** Which of the codes that a plug-in may give can be told to the client, and what else is. */
final class RefusalCodes {
  /** The error codes that CONNACK may carry (MQTT 5.0, table 3-1). */
  private static final Set<ReasonCode> CONNACK =
      EnumSet.of(
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.MALFORMED_PACKET,
          ReasonCode.PROTOCOL_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          ReasonCode.BAD_USER_NAME_OR_PASSWORD,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.SERVER_UNAVAILABLE,
          ReasonCode.SERVER_BUSY,
          ReasonCode.BANNED,
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.PACKET_TOO_LARGE,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.PAYLOAD_FORMAT_INVALID,
          ReasonCode.RETAIN_NOT_SUPPORTED,
          ReasonCode.QOS_NOT_SUPPORTED,
          ReasonCode.USE_ANOTHER_SERVER,
          ReasonCode.SERVER_MOVED,
          ReasonCode.CONNECTION_RATE_EXCEEDED);

  /** Those that a server's DISCONNECT may carry and that fit a failed authentication. */
  private static final Set<ReasonCode> DISCONNECT =
      EnumSet.of(
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.PROTOCOL_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.SERVER_BUSY,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.ADMINISTRATIVE_ACTION,
          ReasonCode.USE_ANOTHER_SERVER,
          ReasonCode.SERVER_MOVED,
          ReasonCode.CONNECTION_RATE_EXCEEDED);

  private RefusalCodes() {}

  /** The code for a client that wants to connect. */
  static ReasonCode connAck(ReasonCode reason) {
    return CONNACK.contains(reason) ? reason : ReasonCode.NOT_AUTHORIZED;
  }

  /** The code for a client that is connected. */
  static ReasonCode disconnect(ReasonCode reason) {
    if (reason == ReasonCode.SERVER_UNAVAILABLE) { // exists in CONNACK only
      return ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
    }
    return DISCONNECT.contains(reason) ? reason : ReasonCode.NOT_AUTHORIZED;
  }
}
