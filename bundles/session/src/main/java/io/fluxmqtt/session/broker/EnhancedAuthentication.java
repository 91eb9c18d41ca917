package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.access.Admission;
import io.fluxmqtt.session.access.Conversation;
import io.fluxmqtt.session.access.Reply;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The AUTH packets of one connection (MQTT 5.0, section 4.12): between CONNECT and CONNACK, and
 * again whenever the client asks. Owned by the connection's loop.
 *
 * <p>Before CONNACK the connection is held but while the client is to speak. A re-authentication
 * holds nothing: the client goes on as who it was until the exchange ends. Client and broker take
 * turns; who speaks out of turn breaks the protocol.
 */
final class EnhancedAuthentication {
  private final Broker broker;
  private final ClientConnection connection;
  private @Nullable String method;
  private @Nullable Credentials credentials; // without the password
  private @Nullable BiConsumer<Admission, @Nullable Payload> toConnect; // until CONNECT is decided
  private @Nullable Conversation conversation;
  private boolean clientIsToSpeak;

  EnhancedAuthentication(Broker broker, ClientConnection connection) {
    this.broker = broker;
    this.connection = connection;
  }

  /** Whether CONNECT named an Authentication Method. */
  boolean isEnhanced() {
    return method != null;
  }

  /**
   * A CONNECT with an Authentication Method; the connection is held.
   *
   * @param then gets the end of it, with the data that goes with an acceptance; held again
   */
  void begin(
      String named,
      Credentials shown,
      @Nullable Payload data,
      BiConsumer<Admission, @Nullable Payload> then) {
    method = named;
    credentials =
        new Credentials(
            shown.clientId(),
            shown.userName(),
            null,
            shown.listener(),
            shown.remoteAddress(),
            shown.certificates());
    toConnect = then;
    converse(shown, null, data);
  }

  /** AUTH has come. */
  void received(Packet.Auth auth) {
    if (method == null) { // [MQTT-4.12.0-7]
      throw violation("AUTH though CONNECT named no Authentication Method");
    }
    if (!method.equals(auth.method())) { // [MQTT-4.12.0-5] [MQTT-4.12.1-1]
      throw violation("AUTH with another Authentication Method than CONNECT");
    }
    if (auth.reason() == ReasonCode.REAUTHENTICATE) {
      reauthenticate(auth.data());
    } else if (clientIsToSpeak && conversation != null) { // [MQTT-4.12.0-3]
      clientIsToSpeak = false;
      if (toConnect != null) {
        connection.intake().hold();
      }
      conversation.proceed(auth.data());
    } else {
      throw violation("AUTH that answers none of ours");
    }
  }

  private void reauthenticate(@Nullable Payload data) {
    Credentials shown = credentials;
    if (conversation != null || shown == null || !connection.isConnected()) {
      throw violation("AUTH asks for a re-authentication before the authentication has ended");
    }
    converse(shown, connection.client().principal(), data);
  }

  private void converse(Credentials shown, @Nullable Principal present, @Nullable Payload data) {
    Conversation.Party party =
        new Conversation.Party(
            Objects.requireNonNull(method), shown, connection.network().listener(), present);
    conversation =
        broker
            .access()
            .converse(party, data, reply -> connection.worker().execute(() -> replied(reply)));
  }

  private void replied(Reply reply) {
    if (conversation != null && connection.isOpen()) {
      connection.guard(() -> say(reply));
    }
  }

  private void say(Reply reply) {
    if (reply instanceof Reply.Continue more) {
      send(ReasonCode.CONTINUE_AUTHENTICATION, more.data()); // [MQTT-4.12.0-2]
      clientIsToSpeak = true;
      if (toConnect != null) {
        connection.intake().release();
      }
      return;
    }
    Reply.Finished end = (Reply.Finished) reply;
    conversation = null;
    BiConsumer<Admission, @Nullable Payload> connecting = toConnect;
    if (connecting != null) {
      toConnect = null;
      if (clientIsToSpeak) { // it was too slow
        clientIsToSpeak = false;
        connection.intake().hold();
      }
      connecting.accept(end.admission(), end.data());
    } else {
      clientIsToSpeak = false;
      reauthenticated(end);
    }
  }

  /** [MQTT-4.12.1-2] */
  private void reauthenticated(Reply.Finished end) {
    Principal present = connection.client().principal();
    if (end.admission() instanceof Admission.Refused refused) {
      String user = present.userName();
      broker.refusals().refused(connection, connection.client().clientId(), user, refused);
      throw new ProtocolViolation(refused.reason(), "the client was not accepted again");
    }
    Principal principal = ((Admission.Granted) end.admission()).principal();
    if (!Objects.equals(principal.userName(), present.userName())) {
      throw new ProtocolViolation(
          ReasonCode.NOT_AUTHORIZED, "a session does not pass to another user");
    }
    Admission.Refused unfit =
        PrincipalTerms.refusal(principal, connection.client().clientId(), broker);
    if (unfit != null) {
      String user = present.userName();
      broker.refusals().refused(connection, connection.client().clientId(), user, unfit);
      throw new ProtocolViolation(
          ReasonCode.NOT_AUTHORIZED, unfit.text()); // DISCONNECT has no 0x85
    }
    if (!principal.equals(present)) {
      connection.identified(principal);
    }
    send(ReasonCode.SUCCESS, end.data());
  }

  private void send(ReasonCode reason, @Nullable Payload data) {
    connection.send(new Packet.Auth(reason, method, data, null, List.of())); // [MQTT-4.12.0-5]
  }

  /** The connection has ended. */
  void stop() {
    Conversation left = conversation;
    conversation = null;
    if (left != null) {
      left.close();
    }
  }

  private static ProtocolViolation violation(String text) {
    return new ProtocolViolation(ReasonCode.PROTOCOL_ERROR, text);
  }
}
