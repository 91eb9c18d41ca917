package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.EventLoop;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.SharedPublish;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client and its connection in one: packets go in by hand, what the broker sends is kept. */
final class TestClient implements Connection {
  static final ListenerProfile LISTENER =
      new ListenerProfile("test", true, false, List.of(), 1 << 20, 5_000);

  final List<Packet> sent = new ArrayList<>();
  final List<SharedPublish> shared = new ArrayList<>(); // forms that were to be sent
  boolean closed;
  boolean writable = true;
  boolean reading = true;
  boolean hungUp;
  boolean heldBack;
  int flushes;
  int pauses;
  Predicate<Packet.Publish> accepts = publish -> true;
  private final ListenerProfile listener;
  private final Fixture fixture;
  private final HandLoop loop;
  final ConnectionHandler handler;
  private boolean told;

  TestClient(Fixture fixture, HandLoop loop) {
    this(fixture, loop, LISTENER);
  }

  TestClient(Fixture fixture, HandLoop loop, ListenerProfile listener) {
    this.listener = listener;
    this.fixture = fixture;
    this.loop = loop;
    this.handler = fixture.broker.connected(this);
  }

  // --- the client's side ---

  TestClient connect(String clientId) {
    return connect(connect5(clientId, true, 0));
  }

  TestClient connect(Packet.Connect connect) {
    give(connect);
    return this;
  }

  /**
   * Sends CONNECT as a transport does it, from within the loop.
   *
   * @return what was sent when the call of the transport returned
   */
  List<Packet> connectInLoop(Packet.Connect connect) {
    List<Packet> sentInTurn = new ArrayList<>();
    loop.execute(
        () -> {
          handler.received(connect);
          sentInTurn.addAll(sent);
          handler.batchComplete();
        });
    fixture.settle();
    return sentInTurn;
  }

  static Packet.Connect connect5(String clientId, boolean cleanStart, long expirySeconds) {
    return connect(ProtocolVersion.V5_0, clientId, cleanStart, expirySeconds, null, 65_535);
  }

  static Packet.Connect connect3(String clientId, boolean cleanSession) {
    return connect(
        ProtocolVersion.V3_1_1,
        clientId,
        cleanSession,
        cleanSession ? 0 : 0xFFFF_FFFFL,
        null,
        65_535);
  }

  static Packet.Connect connect(
      ProtocolVersion version,
      String clientId,
      boolean cleanStart,
      long expirySeconds,
      Packet.@Nullable Will will,
      int receiveMaximum) {
    return new Packet.Connect(
        version,
        clientId,
        cleanStart,
        60,
        will,
        null,
        null,
        expirySeconds,
        receiveMaximum,
        0xFFFF_FFFFL,
        0,
        false,
        true,
        null,
        null);
  }

  /** A CONNECT of 5.0 with an Authentication Method; data is text here, or null. */
  static Packet.Connect connectWith(String clientId, String method, @Nullable String data) {
    return connectWith(clientId, method, data, null);
  }

  static Packet.Connect connectWith(
      String clientId, String method, @Nullable String data, Packet.@Nullable Will will) {
    return new Packet.Connect(
        ProtocolVersion.V5_0,
        clientId,
        true,
        60,
        will,
        "ann",
        Payload.ofUtf8("secret"),
        100,
        65_535,
        0xFFFF_FFFFL,
        0,
        false,
        true,
        method,
        data == null ? null : Payload.ofUtf8(data));
  }

  /** Sends AUTH. */
  TestClient auth(ReasonCode reason, @Nullable String method, @Nullable String data) {
    Payload bytes = data == null ? null : Payload.ofUtf8(data);
    return give(new Packet.Auth(reason, method, bytes, null, List.of()));
  }

  TestClient subscribe(String filter, QoS qos) {
    return give(
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest(filter, qos, false, false, 0))));
  }

  TestClient publish(String topic, String text, QoS qos, int packetId) {
    return give(publication(topic, text, qos, packetId, false));
  }

  static Packet.Publish publication(
      String topic, String text, QoS qos, int packetId, boolean retain) {
    return new Packet.Publish(
        topic,
        Payload.ofUtf8(text),
        qos,
        false,
        retain,
        packetId,
        0,
        MessageProperties.NONE,
        List.of());
  }

  /** Sends packets in one read and lets the broker do all that follows. */
  TestClient give(Packet... packets) {
    for (Packet packet : packets) {
      handler.received(packet);
    }
    handler.batchComplete();
    fixture.settle();
    return this;
  }

  /** Sends a packet and leaves it to the test when the loops run. */
  void handOver(Packet packet) {
    readFirst(packet);
    handler.batchComplete();
  }

  /** Sends a packet that is not the last of its read. */
  void readFirst(Packet packet) {
    handler.received(packet);
  }

  /**
   * Sends bytes that are no packet, of a client whose version is known to be this, or not known.
   */
  TestClient garble(@Nullable ProtocolVersion version, ReasonCode reason) {
    handler.malformed(version, new ProtocolViolation(reason, "garbled"));
    handler.batchComplete();
    fixture.settle();
    return this;
  }

  /** Its listener sends all clients elsewhere. */
  void redirect(Redirect redirect) {
    handler.redirect(redirect);
    fixture.settle();
  }

  /** The network breaks. */
  void cut() {
    closed = true;
    notifyClosed();
    fixture.settle();
  }

  void becomeWritable() {
    writable = true;
    handler.writable();
    fixture.settle();
  }

  <P extends Packet> List<P> sent(Class<P> type) {
    return sent.stream().filter(type::isInstance).map(type::cast).toList();
  }

  <P extends Packet> P last(Class<P> type) {
    List<P> all = sent(type);
    if (all.isEmpty()) {
      throw new AssertionError("no " + type.getSimpleName() + " among " + sent);
    }
    return all.get(all.size() - 1);
  }

  /** The payloads of what was published to this client, as text. */
  List<String> payloads() {
    return sent(Packet.Publish.class).stream().map(p -> p.payload().toUtf8()).toList();
  }

  /** The reason of the DISCONNECT that the broker sent. */
  ReasonCode reason() {
    return last(Packet.Disconnect.class).reason();
  }

  // --- the broker's side ---

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public ListenerProfile listener() {
    return listener;
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
  }

  @Override
  public List<X509Certificate> certificates() {
    return List.of();
  }

  @Override
  public void established(ProtocolVersion version, long maximumPacketSize) {}

  @Override
  public boolean publish(Packet.Publish packet) {
    if (!accepts.test(packet)) {
      return false;
    }
    send(packet);
    return true;
  }

  @Override
  public boolean publish(SharedPublish form, int packetId) {
    shared.add(form);
    return publish(form.packet(packetId));
  }

  @Override
  public void send(Packet packet) {
    if (!closed) {
      sent.add(packet);
    }
  }

  @Override
  public void flush() {
    flushes++;
  }

  @Override
  public boolean isWritable() {
    return writable && !closed;
  }

  @Override
  public void pauseReading() {
    reading = false;
    pauses++;
  }

  @Override
  public boolean isHeldBack() {
    return heldBack;
  }

  @Override
  public void resumeReading() {
    reading = true;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      loop.execute(this::notifyClosed);
    }
  }

  @Override
  public void hangUp() {
    hungUp = true;
    close();
  }

  private void notifyClosed() {
    if (!told) {
      told = true;
      handler.closed(null);
    }
  }
}
