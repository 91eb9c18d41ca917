package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.access.Admission;
import io.fluxmqtt.session.access.Verdict;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One CONNECT, from the packet to CONNACK: identifier, authentication, Will, session. No state
 * outside changes before the client is authenticated. Runs on the connection's loop; while it waits
 * the connection is held.
 */
final class ConnectFlow {
  /**
   * A JSON Web Token: an object in Base64url, and two more parts; or what holds the usual beginning
   * of one, which may be damaged. Takes time in proportion to the length.
   */
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\Ae[w-z0-9_-][\\w-]*\\.[\\w-]*\\.[\\w-]*\\z"
              + "|(?<![\\w-])ey[AJ][\\w-]{8,}+\\.[\\w-]{8}");

  private final Broker broker;
  private final Worker worker;
  private final ClientConnection connection;
  private final Packet.Connect connect;
  private String clientId; // the client's, until an authenticator says which it must be
  private final boolean idAssigned;
  private @Nullable Client client;
  private @Nullable Payload authenticationData; // the last word of an enhanced authentication
  private Session.@Nullable Will will;
  private boolean asking; // the authenticators, on this stack
  private @Nullable Admission known; // before they were all asked

  ConnectFlow(Broker broker, Worker worker, ClientConnection connection, Packet.Connect connect) {
    this.broker = broker;
    this.worker = worker;
    this.connection = connection;
    this.connect = connect;
    this.idAssigned = connect.clientId().isEmpty();
    this.clientId = idAssigned ? "auto-" + UUID.randomUUID() : connect.clientId();
  }

  void start() {
    connection.connecting(connect);
    Dialect dialect = connection.dialect();
    if (idAssigned && !connect.cleanStart() && !dialect.assignsIdToKeptSession()) {
      connection.refuse(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "a kept session needs a Client Identifier");
      return;
    }
    ListenerProfile listener = connection.network().listener();
    if (!listener.limits().allowClientId(connect.clientId())) { // [MQTT-3.1.3-8]
      connection.refuse(
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          "the Client Identifier is longer than %d bytes"
              .formatted(listener.limits().clientIdMaxBytes()));
      return;
    }
    if (!readWill()) {
      return;
    }
    Admission.Refused tooMany =
        broker
            .access()
            .throttled(
                connection.network().remoteAddress(), connect.userName(), connect.clientId());
    if (tooMany != null) { // what began it was noted; a flood is not
      connection.refuse(tooMany.reason(), tooMany.text());
      return;
    }
    Credentials credentials =
        new Credentials(
            clientId,
            connect.userName(),
            connect.password(),
            listener.name(),
            connection.network().remoteAddress(),
            connection.network().certificates());
    String method = connect.authenticationMethod();
    if (method != null) {
      connection
          .authentication()
          .begin(method, credentials, connect.authenticationData(), this::admitted);
    } else {
      authenticate(credentials, listener);
    }
  }

  /** An answer that comes at once counts at once: a turn of the loop later costs a wake-up. */
  private void authenticate(Credentials credentials, ListenerProfile listener) {
    asking = true;
    broker.access().authenticate(credentials, listener, this::answered);
    asking = false;
    Admission admission = known;
    if (admission != null) {
      admitted(admission, null);
    }
  }

  /** Any thread; what else is on this stack goes on before the client is let in. */
  private void answered(Admission admission) {
    if (worker.loop().inLoop() && asking) {
      known = admission;
    } else {
      worker.execute(() -> admitted(admission, null));
    }
  }

  private boolean readWill() {
    Packet.Will asked = connect.will();
    if (asked == null) {
      return true;
    }
    Message message;
    try {
      message = asked.message();
    } catch (IllegalArgumentException e) {
      boolean isTooLong = !connection.network().listener().limits().allowTopic(asked.topic());
      connection.refuse(
          isTooLong ? ReasonCode.TOPIC_NAME_INVALID : ReasonCode.MALFORMED_PACKET,
          "the Will Topic is not a valid Topic Name");
      return false;
    }
    String responseTopic = message.properties().responseTopic();
    if (responseTopic != null && !TopicFilter.isValidTopicName(responseTopic)) {
      connection.refuse( // [MQTT-3.3.2-14]
          ReasonCode.PROTOCOL_ERROR, "the Will's Response Topic is not a valid Topic Name");
      return false;
    }
    ProtocolViolation violation = Restrictions.of(message, connection.network().listener());
    if (violation != null) { // [MQTT-3.2.2-12] [MQTT-3.2.2-13]
      connection.refuse(violation.reason(), "the Will: " + violation.getMessage());
      return false;
    }
    will = new Session.Will(message, asked.delaySeconds());
    return true;
  }

  private void admitted(Admission admission, @Nullable Payload finalData) {
    if (!connection.isOpen()) {
      return;
    }
    noteFailures(admission);
    if (admission instanceof Admission.Refused refused) {
      broker.refusals().refused(connection, clientId, shownUserName(), refused);
      connection.refuse(refused.reason(), "the client was not accepted");
      return;
    }
    Principal principal = ((Admission.Granted) admission).principal();
    Admission.Refused unfit = unfit(principal);
    if (unfit != null) {
      broker.refusals().refused(connection, clientId, shownUserName(), unfit);
      connection.refuse(unfit.reason(), unfit.text());
      return;
    }
    Redirect redirect = connection.network().listener().redirect();
    if (redirect != null) { // only now: where the others are is nobody else's business
      connection.refuse(redirect);
      return;
    }
    authenticationData = finalData;
    Client admitted =
        new Client(
            clientId,
            principal,
            connection.network().listener().name(),
            connection.network().remoteAddress());
    client = admitted;
    if (will == null) {
      open();
      return;
    }
    Message message = will.message();
    Access.Publish access = new Access.Publish(message.topic(), message.qos(), message.retain());
    connection.intake().decide(admitted, access, verdict -> willDecided(access, verdict));
  }

  /** Why whom an authenticator accepted may not come in as it is, or null. */
  private Admission.@Nullable Refused unfit(Principal principal) {
    String only = principal.clientId();
    if (only != null && idAssigned && isFit(only)) {
      clientId = only;
    }
    return PrincipalTerms.refusal(principal, clientId, broker);
  }

  /** For operators: some clients put a token there, and whoever reads it can use it. */
  private @Nullable String shownUserName() {
    String name = connect.userName();
    return name != null && TOKEN.matcher(name).find() ? "<a token>" : name;
  }

  private boolean isFit(String id) {
    return !id.isEmpty()
        && id.indexOf(0) < 0 // [MQTT-1.5.4-2]
        && connection.network().listener().limits().allowClientId(id);
  }

  /** Who showed nothing has not guessed. */
  private void noteFailures(Admission admission) {
    if (connect.userName() == null
        && connect.password() == null
        && connect.authenticationMethod() == null) {
      return;
    }
    String begun =
        broker
            .access()
            .judged(
                connection.network().remoteAddress(),
                connect.userName(),
                connect.clientId(),
                admission);
    if (begun != null) {
      broker.refusals().slowed(connection, clientId, shownUserName(), begun);
    }
  }

  private void willDecided(Access.Publish access, Verdict verdict) {
    if (verdict != Verdict.ALLOWED) {
      broker.refusals().will(client(), access, verdict);
    }
    switch (verdict) {
      case ALLOWED -> open();
      case DENIED ->
          connection.refuse(
              ReasonCode.NOT_AUTHORIZED, "the client may not publish to its Will Topic");
      case UNAVAILABLE ->
          connection.refuse(
              ReasonCode.SERVER_UNAVAILABLE, "whether the Will is allowed cannot be decided now");
    }
  }

  private void open() {
    broker.sessions().open(this);
  }

  /** The session that was there has ended; asks again. Any thread. */
  void retry() {
    worker.execute(
        () -> {
          if (connection.isOpen()) {
            open();
          }
        });
  }

  void refuseForQuota() {
    broker
        .refusals()
        .refused(
            connection,
            clientId,
            client().userName(),
            "connect",
            ReasonCode.QUOTA_EXCEEDED,
            "there are sessionsMax sessions (io.fluxmqtt.session)");
    connection.refuse(ReasonCode.QUOTA_EXCEEDED, "there are too many sessions");
  }

  /** The session is another user's, and stays so. Any thread. */
  void refuseForOwner() {
    worker.execute(
        () -> {
          if (connection.isOpen()) {
            broker
                .refusals()
                .refused(
                    connection,
                    clientId,
                    client().userName(),
                    new Admission.Refused(
                        ReasonCode.NOT_AUTHORIZED,
                        "the session of this Client Identifier is another user's; if it should not"
                            + " be, mqtt:session-purge frees it (sessionOwnership in"
                            + " io.fluxmqtt.session)"));
            connection.refuse(
                ReasonCode.NOT_AUTHORIZED, "the Client Identifier belongs to another user");
          }
        });
  }

  /** The session is there and its head is safe, or could not be made so. On the loop. */
  void attached(Session session, boolean sessionPresent, @Nullable Throwable failure) {
    if (!connection.isOpen()) {
      return;
    }
    if (failure != null) {
      connection.refuse(ReasonCode.SERVER_UNAVAILABLE, "the session could not be stored");
      return;
    }
    int keepAlive = keepAlive();
    connection.connected(client(), connAck(sessionPresent, keepAlive), keepAlive);
  }

  private Packet.ConnAck connAck(boolean sessionPresent, int keepAlive) {
    BrokerSettings settings = connection.promised();
    ListenerProfile listener = connection.network().listener();
    long expiry = sessionExpirySeconds();
    Packet.ConnAckProperties properties =
        new Packet.ConnAckProperties(
            expiry == connect.sessionExpirySeconds() ? null : expiry,
            settings.receiveMaximum(),
            (long) listener.limits().packetMaxBytes(),
            idAssigned ? clientId : null, // [MQTT-3.1.3-7]
            settings.topicAliasMaximum(),
            null,
            keepAlive == connect.keepAliveSeconds() ? null : keepAlive, // [MQTT-3.1.2-21]
            connect.authenticationMethod(), // [MQTT-4.12.0-5] [MQTT-4.12.0-6]
            authenticationData,
            listener.capabilities(), // [MQTT-3.2.2-9]
            connect.requestResponseInformation() // [MQTT-3.1.2-28]
                ? listener.responseInformation().of(clientId, client().userName())
                : null,
            null);
    return new Packet.ConnAck(
        sessionPresent, ReasonCode.SUCCESS.code(), connection.dialect().accept(properties));
  }

  private int keepAlive() {
    int asked = connect.keepAliveSeconds();
    int cap = broker.settings().keepAliveMaxSeconds();
    boolean aboveCap = cap > 0 && (asked == 0 || asked > cap);
    return aboveCap && connection.dialect().canSetKeepAlive() ? cap : asked;
  }

  long sessionExpirySeconds() {
    return Math.min(connect.sessionExpirySeconds(), broker.settings().sessionExpiryMaxSeconds());
  }

  boolean cleanStart() {
    return connect.cleanStart();
  }

  ProtocolVersion version() {
    return connect.version();
  }

  Session.@Nullable Will will() {
    return will;
  }

  Worker worker() {
    return worker;
  }

  ClientConnection connection() {
    return connection;
  }

  Client client() {
    if (client == null) {
      throw new IllegalStateException("the client is not admitted yet");
    }
    return client;
  }
}
