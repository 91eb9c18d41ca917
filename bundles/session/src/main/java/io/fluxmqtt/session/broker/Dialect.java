package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.Redirect;
import org.jspecify.annotations.Nullable;

/**
 * What a protocol version can say. The session manager decides in Reason Codes of MQTT 5.0; this is
 * the one place that knows what an older version makes of them.
 */
sealed interface Dialect {
  /** The dialect of a version. */
  static Dialect of(ProtocolVersion version) {
    return version == ProtocolVersion.V5_0 ? V5.INSTANCE : V3.INSTANCE;
  }

  /** The CONNACK that refuses a connection, or null where the version closes without a word. */
  Packet.@Nullable ConnAck refuse(ReasonCode reason, @Nullable String text);

  /** The properties of the CONNACK that accepts, or null where the version has none. */
  Packet.@Nullable ConnAckProperties accept(Packet.ConnAckProperties properties);

  /** The CONNACK that sends a client elsewhere. */
  Packet.ConnAck refuse(Redirect redirect);

  /**
   * The DISCONNECT that tells why the broker closes, and where to go if that is known, or null
   * where the version has none.
   */
  Packet.@Nullable Disconnect disconnect(
      ReasonCode reason, @Nullable String text, @Nullable String serverReference);

  /** Whether a negative PUBACK or PUBREC exists; else the message is acknowledged or not at all. */
  boolean canRefusePublish();

  /** What SUBACK says of a Topic Filter that is refused. */
  ReasonCode refusedFilter(ReasonCode reason);

  /** Whether CONNACK has told what is not available, so that to use it is a Protocol Error. */
  boolean announcesCapabilities();

  /** Whether Receive Maximum binds the client. */
  boolean hasReceiveMaximum();

  /** Whether an empty Client Identifier may come with a session that is to be kept. */
  boolean assignsIdToKeptSession();

  /** Whether CONNACK can tell the client a keep alive other than its own. */
  boolean canSetKeepAlive();

  /** MQTT 5.0. */
  record V5() implements Dialect {
    private static final V5 INSTANCE = new V5();

    @Override
    public Packet.ConnAck refuse(ReasonCode reason, @Nullable String text) {
      return new Packet.ConnAck( // section 4.13.1: an error in CONNECT is told in CONNACK
          false, // [MQTT-3.2.2-6]
          reason.code(),
          Packet.ConnAckProperties.refusal(text, null));
    }

    @Override
    public Packet.ConnAckProperties accept(Packet.ConnAckProperties properties) {
      return properties;
    }

    @Override
    public Packet.ConnAck refuse(Redirect redirect) { // section 4.11
      return new Packet.ConnAck(
          false,
          redirect.reason().code(),
          Packet.ConnAckProperties.refusal(null, redirect.serverReference()));
    }

    @Override
    public Packet.Disconnect disconnect(
        ReasonCode reason, @Nullable String text, @Nullable String serverReference) {
      return new Packet.Disconnect(reason, null, text, serverReference);
    }

    @Override
    public boolean canRefusePublish() {
      return true;
    }

    @Override
    public ReasonCode refusedFilter(ReasonCode reason) {
      return reason;
    }

    @Override
    public boolean announcesCapabilities() {
      return true;
    }

    @Override
    public boolean hasReceiveMaximum() {
      return true;
    }

    @Override
    public boolean assignsIdToKeptSession() {
      return true;
    }

    @Override
    public boolean canSetKeepAlive() {
      return true;
    }
  }

  /** MQTT 3.1.1, and 3.1 as its clients expect it. */
  record V3() implements Dialect {
    private static final V3 INSTANCE = new V3();

    // Return codes of CONNACK, MQTT 3.1.1 table 3.1.
    private static final int NONE = -1;
    private static final int UNACCEPTABLE_VERSION = 1;
    private static final int IDENTIFIER_REJECTED = 2;
    private static final int SERVER_UNAVAILABLE = 3;
    private static final int BAD_CREDENTIALS = 4;
    private static final int NOT_AUTHORIZED = 5;

    @Override
    public Packet.@Nullable ConnAck refuse(ReasonCode reason, @Nullable String text) {
      int code =
          switch (reason) {
            case UNSUPPORTED_PROTOCOL_VERSION -> UNACCEPTABLE_VERSION;
            case CLIENT_IDENTIFIER_NOT_VALID -> IDENTIFIER_REJECTED;
            case BAD_USER_NAME_OR_PASSWORD -> BAD_CREDENTIALS;
            case NOT_AUTHORIZED, BANNED, BAD_AUTHENTICATION_METHOD -> NOT_AUTHORIZED;
            case MALFORMED_PACKET,
                PROTOCOL_ERROR,
                TOPIC_NAME_INVALID,
                PACKET_TOO_LARGE,
                PAYLOAD_FORMAT_INVALID ->
                NONE;
            case QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED -> NOT_AUTHORIZED; // no use to try again
            default -> SERVER_UNAVAILABLE;
          };
      // [MQTT-3.2.2-6] of 3.1.1: without a code that fits, it closes without CONNACK.
      return code == NONE ? null : new Packet.ConnAck(false, code, null);
    }

    @Override
    public Packet.@Nullable ConnAckProperties accept(Packet.ConnAckProperties properties) {
      return null;
    }

    @Override
    public Packet.ConnAck refuse(Redirect redirect) {
      return new Packet.ConnAck(false, SERVER_UNAVAILABLE, null);
    }

    @Override
    public Packet.@Nullable Disconnect disconnect(
        ReasonCode reason, @Nullable String text, @Nullable String serverReference) {
      return null;
    }

    @Override
    public boolean canRefusePublish() {
      return false;
    }

    @Override
    public ReasonCode refusedFilter(ReasonCode reason) {
      return ReasonCode.UNSPECIFIED_ERROR; // 0x80, the one failure of SUBACK
    }

    @Override
    public boolean announcesCapabilities() {
      return false;
    }

    @Override
    public boolean hasReceiveMaximum() {
      return false;
    }

    @Override
    public boolean assignsIdToKeptSession() {
      return false; // [MQTT-3.1.3-8] of 3.1.1
    }

    @Override
    public boolean canSetKeepAlive() {
      return false;
    }
  }
}
