package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.access.Verdict;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session manager's end of a Network Connection: what may come when, and how it ends. Owned by
 * the connection's loop.
 */
final class ClientConnection implements ConnectionHandler, KeepAlive.Watched {
  private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

  private enum Phase {
    AWAITING_CONNECT,
    CONNECTING,
    CONNECTED,
    CLOSED
  }

  private final Broker broker;
  private final Worker worker;
  private final Connection connection;
  private final BrokerSettings promised;
  private final Intake intake;
  private final AckQueue acks = new AckQueue(this);
  private final Incoming incoming;
  private final KeepAlive keepAlive;
  private @Nullable EnhancedAuthentication authentication; // null until it is asked for
  private Phase phase = Phase.AWAITING_CONNECT;
  private Contract contract = Contract.NONE;
  private @Nullable Client client;
  private @Nullable Session session;
  private boolean dirty;
  private boolean heard; // a packet in this batch

  ClientConnection(Broker broker, Worker worker, Connection connection) {
    this.broker = broker;
    this.worker = worker;
    this.connection = connection;
    this.promised = broker.settings();
    this.intake = new Intake(broker, this);
    this.incoming = new Incoming(broker, this);
    this.keepAlive = new KeepAlive(worker, broker, this);
    keepAlive.awaitConnect(connection.listener().limits().connectTimeoutMillis());
    worker.connectionOpened();
  }

  // --- called by the transport ---

  @Override
  public void received(Packet packet) {
    if (phase == Phase.CLOSED) {
      return;
    }
    heard = true;
    if (phase == Phase.CONNECTING && authentication != null && authentication.isEnhanced()) {
      process(packet); // it may speak before CONNACK
    } else {
      intake.take(packet);
    }
  }

  @Override
  public void malformed(@Nullable ProtocolVersion version, ProtocolViolation violation) {
    if (phase == Phase.AWAITING_CONNECT && version != null) {
      phase = Phase.CONNECTING;
      contract = Contract.of(version);
      // [MQTT-3.2.2-19] how long the answer may be is not known, so it holds no text
      guard(() -> refuse(violation.reason(), violation.getMessage()));
    } else if (phase != Phase.CLOSED) {
      guard(() -> fail(violation));
    }
    worker.flush();
  }

  @Override
  public void batchComplete() {
    if (heard) { // a part of a packet is none [MQTT-3.1.2-22]
      heard = false;
      keepAlive.touch();
    }
    worker.flush();
  }

  @Override
  public void writable() {
    Session current = session;
    if (current != null && phase == Phase.CONNECTED) {
      current.outbox().pump();
    }
    worker.flush();
  }

  @Override
  public void readsAgain() {
    keepAlive.touch();
  }

  @Override
  public void disconnect(ReasonCode reason) {
    if (phase != Phase.CLOSED) {
      close(reason, null, null);
    }
    worker.flush();
  }

  @Override
  public void closed(@Nullable Throwable cause) {
    broker.connectionClosed(worker);
    if (phase == Phase.CLOSED) {
      worker.flush();
      return;
    }
    if (intake.isHeld() && phase == Phase.CONNECTED) {
      intake.closeInTurn();
      return;
    }
    LOG.debug("{} closed: {}", this, cause == null ? "by the client" : cause.toString());
    ended(true);
    worker.flush();
  }

  @Override
  public void redirect(Redirect redirect) {
    if (phase != Phase.CLOSED) {
      close(redirect.reason(), null, redirect.serverReference());
    }
    worker.flush();
  }

  // --- packets ---

  void process(Packet packet) {
    try { // as guard() does, without an object for each packet
      dispatch(packet);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** Runs a step of this connection. */
  void guard(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** The one place where a violation closes the connection. */
  private void failed(RuntimeException e) {
    if (e instanceof ProtocolViolation violation) {
      fail(violation);
    } else {
      LOG.error("{} failed in the broker; closing it", this, e);
      fail(new ProtocolViolation(ReasonCode.UNSPECIFIED_ERROR, "the broker failed"));
    }
  }

  private void dispatch(Packet packet) {
    if (phase == Phase.AWAITING_CONNECT) {
      Packet.Connect connect = Incoming.first(packet);
      phase = Phase.CONNECTING;
      contract = Contract.of(connect, connection.listener(), broker.settings());
      intake.holdWhile(new ConnectFlow(broker, worker, this, connect)::start);
    } else if (phase == Phase.CONNECTING) {
      incoming.beforeConnAck(packet);
    } else {
      incoming.afterConnAck(session(), packet);
    }
  }

  void disconnected(Session current, Packet.Disconnect packet) {
    Long expiry = packet.sessionExpirySeconds();
    if (expiry != null) {
      contract.checkExpiry(expiry);
      current.expireAfter(expiry);
    }
    leave(packet);
  }

  /** The client has said DISCONNECT. */
  void leave(Packet.Disconnect packet) {
    LOG.debug("{} disconnected: {}", this, packet.reason());
    ended(packet.reason() != ReasonCode.SUCCESS); // [MQTT-3.14.4-3]
    connection.hangUp();
  }

  // --- for the flows ---

  /** The client's part of the contract is to be kept. */
  void connecting(Packet.Connect connect) {
    connection.established(connect.version(), connect.maximumPacketSize());
  }

  /** Gives this connection its session; returns false if it has closed meanwhile. */
  boolean bind(Session owned) {
    if (phase == Phase.CLOSED || intake.isClosing()) {
      return false;
    }
    session = owned;
    return true;
  }

  /** The client is in: CONNACK goes out, and what waited goes on. */
  void connected(Client newClient, Packet.ConnAck connAck, int keepAliveSeconds) {
    phase = Phase.CONNECTED;
    client = newClient;
    broker.counters().connections.increment();
    keepAlive.start(keepAliveSeconds);
    keepAlive.limit(newClient.principal().validUntil());
    send(connAck);
    session().resume(this);
    if (broker.settings().logConnections()) {
      LOG.info("{} connected", this);
    }
    intake.release();
  }

  /** The client has shown anew who it is: what it may do is judged anew. */
  void identified(Principal principal) {
    keepAlive.limit(principal.validUntil());
    client =
        new Client(
            client().clientId(),
            principal,
            connection.listener().name(),
            connection.remoteAddress());
    session().identified(client);
  }

  /** Refuses the connection with a CONNACK [MQTT-3.2.2-7]. */
  void refuse(ReasonCode reason, String text) {
    if (phase != Phase.CLOSED) {
      turnAway(reason, text, contract.refuse(reason, text));
    }
  }

  /** Sends a client elsewhere instead of letting it in. */
  void refuse(Redirect redirect) {
    if (phase != Phase.CLOSED) {
      turnAway(redirect.reason(), "redirected", contract.refuse(redirect));
    }
  }

  private void turnAway(ReasonCode reason, String text, Packet.@Nullable ConnAck answer) {
    broker.counters().refused(reason);
    LOG.debug("{} refused: {} ({})", this, reason, text);
    if (answer != null) {
      send(answer);
    }
    ended(true);
    connection.close();
  }

  /** The client broke a rule: it is told where its version can say so, and then closed. */
  void fail(ProtocolViolation violation) {
    if (phase == Phase.AWAITING_CONNECT || phase == Phase.CONNECTING) {
      // [MQTT-3.2.0-1] before a successful CONNACK no DISCONNECT is sent
      // and before a CONNECT nobody knows what the client understands
      turnAway(
          violation.reason(),
          violation.getMessage(),
          phase == Phase.AWAITING_CONNECT
              ? null
              : contract.refuse(violation.reason(), violation.getMessage()));
    } else {
      close(violation.reason(), violation.getMessage(), null);
    }
  }

  /** Its session goes on without it, and sees to itself. */
  void release(ReasonCode reason) {
    session = null;
    close(reason, null, null);
  }

  /**
   * Asks whether the client may do something. If the answer is not known at once, the connection is
   * held until it is.
   */
  void decide(Access access, Consumer<Verdict> then) {
    intake.decide(client(), access, then);
  }

  /** Who is connected; not before CONNACK. */
  Client client() {
    if (client == null) {
      throw new IllegalStateException(this + " has no client");
    }
    return client;
  }

  /** Nothing is being waited for any more. */
  void goesOn() {
    keepAlive.touch();
    connection.resumeReading();
  }

  /** The network had closed already, and all that came before it is done. */
  void closedInTurn() {
    ended(true);
  }

  /** Sends a packet with the next flush. */
  void send(Packet packet) {
    connection.send(packet);
    markDirty();
  }

  /**
   * Sends a PUBLISH with the next flush; returns false if the client does not accept its size.
   *
   * @param nowNanos the monotonic clock; counts only for a message that expires
   */
  boolean publish(Delivery delivery, boolean dup, long nowNanos) {
    if (!delivery.sendTo(connection, contract.aliases(), dup, nowNanos)) {
      return false;
    }
    broker.counters().sent.increment();
    markDirty();
    return true;
  }

  private void markDirty() {
    if (!dirty) {
      dirty = true;
      worker.dirty(this);
    }
  }

  void flushNow() {
    dirty = false;
    connection.flush();
  }

  boolean isWritable() {
    return phase == Phase.CONNECTED && connection.isWritable();
  }

  Intake intake() {
    return intake;
  }

  AckQueue acks() {
    return acks;
  }

  Dialect dialect() {
    return contract.dialect();
  }

  Worker worker() {
    return worker;
  }

  /** The settings of which CONNACK tells some: for this connection these hold. */
  BrokerSettings promised() {
    return promised;
  }

  Connection network() {
    return connection;
  }

  int receiveMaximum() {
    return contract.receiveMaximum();
  }

  int keepAliveSeconds() {
    return keepAlive.seconds();
  }

  /** The text for the client, or null if it does not want to hear it. */
  @Nullable String reasonString(@Nullable String text) {
    return contract.reasonString(text);
  }

  EnhancedAuthentication authentication() {
    if (authentication == null) {
      authentication = new EnhancedAuthentication(broker, this);
    }
    return authentication;
  }

  boolean isConnected() {
    return phase == Phase.CONNECTED;
  }

  boolean isOpen() {
    return phase != Phase.CLOSED;
  }

  @Nullable String clientId() {
    return client == null ? null : client.clientId();
  }

  // --- ends ---

  private void close(ReasonCode reason, @Nullable String text, @Nullable String serverReference) {
    if (phase == Phase.CLOSED) {
      return;
    }
    LOG.debug("{} closed by the broker: {} ({})", this, reason, text);
    Packet.Disconnect packet = contract.disconnect(reason, text, serverReference);
    if (packet != null && phase == Phase.CONNECTED) {
      send(packet);
    }
    ended(true);
    connection.close();
  }

  private void ended(boolean publishWill) {
    if (phase == Phase.CONNECTED) {
      broker.counters().connections.decrement();
      if (broker.settings().logConnections()) {
        LOG.info("{} disconnected", this);
      }
    }
    phase = Phase.CLOSED;
    keepAlive.stop();
    intake.clear();
    if (authentication != null) {
      authentication.stop();
    }
    Session left = session;
    session = null;
    if (left != null) {
      left.detach(publishWill);
    }
  }

  @Override
  public void connectTimedOut() {
    if (phase == Phase.AWAITING_CONNECT) {
      LOG.debug("{} closed: no CONNECT in time", this);
      ended(false);
      connection.close();
    }
  }

  @Override
  public boolean isHeld() {
    return intake.isHeld() || connection.isHeldBack();
  }

  @Override
  public void timedOut(ReasonCode reason, String text) {
    close(reason, text, null);
  }

  private Session session() {
    if (session == null) {
      throw new IllegalStateException(this + " has no session");
    }
    return session;
  }

  /** For logs: client, listener and address. */
  @Override
  public String toString() {
    return "Client "
        + Printable.of(clientId())
        + " at "
        + connection.listener().name()
        + " from "
        + Refusals.addressText(connection.remoteAddress());
  }
}
