package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import org.jspecify.annotations.Nullable;

/**
 * What a client has said of itself in CONNECT and the broker keeps to for as long as the Network
 * Connection lasts: in which version to speak, how much of what to send, and whether to say why.
 * Owned by the connection's loop.
 */
final class Contract {
  /** Before CONNECT nobody knows what the client understands. */
  static final Contract NONE = of(ProtocolVersion.V3_1_1);

  private final Dialect dialect;
  private final int receiveMaximum;
  private final @Nullable OutgoingAliases aliases; // null where none are wanted
  private final boolean toldReasons; // in Reason Strings
  private final long expirySeconds;

  private Contract(
      Dialect dialect,
      int receiveMaximum,
      @Nullable OutgoingAliases aliases,
      boolean toldReasons,
      long expirySeconds) {
    this.dialect = dialect;
    this.receiveMaximum = receiveMaximum;
    this.aliases = aliases;
    this.toldReasons = toldReasons;
    this.expirySeconds = expirySeconds;
  }

  /** Of a CONNECT of which only the version could be read. */
  static Contract of(ProtocolVersion version) {
    return new Contract(Dialect.of(version), 0, null, false, 0);
  }

  static Contract of(Packet.Connect connect, ListenerProfile listener, BrokerSettings settings) {
    return new Contract(
        Dialect.of(connect.version()),
        connect.receiveMaximum(),
        OutgoingAliases.of(connect.topicAliasMaximum(), settings),
        listener.reasonStrings().isTold(connect.requestProblemInformation()),
        connect.sessionExpirySeconds());
  }

  Dialect dialect() {
    return dialect;
  }

  /** How many messages of QoS 1 and 2 the client takes at a time. */
  int receiveMaximum() {
    return receiveMaximum;
  }

  /** The Topic Aliases towards the client, or null where there are none. */
  @Nullable OutgoingAliases aliases() {
    return aliases;
  }

  /** The text for the client, or null if it does not want to hear it [MQTT-3.1.2-29]. */
  @Nullable String reasonString(@Nullable String text) {
    return toldReasons ? text : null;
  }

  /** The CONNACK that refuses the client, or null where its version closes without a word. */
  Packet.@Nullable ConnAck refuse(ReasonCode reason, String text) {
    return dialect.refuse(reason, reasonString(text));
  }

  /** The CONNACK that sends the client elsewhere. */
  Packet.ConnAck refuse(Redirect redirect) {
    return dialect.refuse(redirect);
  }

  /** The DISCONNECT that says why the broker closes, or null where the version has none. */
  Packet.@Nullable Disconnect disconnect(
      ReasonCode reason, @Nullable String text, @Nullable String serverReference) {
    return dialect.disconnect(reason, reasonString(text), serverReference);
  }

  /**
   * Checks the Session Expiry Interval that a DISCONNECT sets, MQTT 5.0, section 3.14.2.2.2.
   *
   * @throws ProtocolViolation if that of CONNECT was 0 and this one is not
   */
  void checkExpiry(long seconds) {
    if (seconds > 0 && expirySeconds == 0) {
      throw new ProtocolViolation(
          ReasonCode.PROTOCOL_ERROR,
          "DISCONNECT sets a Session Expiry Interval of "
              + seconds
              + " though that of CONNECT was 0");
    }
  }
}
