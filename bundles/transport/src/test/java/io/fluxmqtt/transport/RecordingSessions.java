package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Connection;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.SessionManager;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A session manager that notes what reaches it and answers a violation as 5.0 wants it. */
final class RecordingSessions implements SessionManager {
  /** What happened on one connection, in order. */
  static final class Recorder implements ConnectionHandler {
    final Connection connection;
    final List<Object> received = new CopyOnWriteArrayList<>();
    final List<String> events = new CopyOnWriteArrayList<>();
    volatile @Nullable ProtocolVersion spoken; // what a violation was to be answered in
    private final BiConsumer<Connection, Packet> onPacket;

    Recorder(Connection connection, BiConsumer<Connection, Packet> onPacket) {
      this.connection = connection;
      this.onPacket = onPacket;
    }

    @Override
    public void received(Packet packet) {
      received.add(packet);
      onPacket.accept(connection, packet);
    }

    @Override
    public void malformed(@Nullable ProtocolVersion version, ProtocolViolation violation) {
      received.add(violation);
      spoken = version;
      connection.established(ProtocolVersion.V5_0, 0xFFFF_FFFFL);
      connection.send(new Packet.Disconnect(violation.reason(), null, null));
      connection.close();
    }

    @Override
    public void batchComplete() {
      events.add("batch");
      connection.flush();
    }

    @Override
    public void writable() {
      events.add("writable");
    }

    @Override
    public void readsAgain() {
      events.add("reads again");
    }

    @Override
    public void disconnect(ReasonCode reason) {
      events.add("disconnect " + reason);
      connection.established(ProtocolVersion.V5_0, 0xFFFF_FFFFL);
      connection.send(new Packet.Disconnect(reason, null, null));
      connection.close();
    }

    @Override
    public void redirect(Redirect redirect) {
      events.add("redirect " + redirect.serverReference());
      connection.established(ProtocolVersion.V5_0, 0xFFFF_FFFFL);
      connection.send(
          new Packet.Disconnect(redirect.reason(), null, null, redirect.serverReference()));
      connection.close();
    }

    @Override
    public void closed(@Nullable Throwable cause) {
      events.add("closed");
    }
  }

  final List<Recorder> recorders = new CopyOnWriteArrayList<>();
  volatile Optional<String> refusal = Optional.empty();
  volatile BiConsumer<Connection, Packet> onPacket = (connection, packet) -> {};

  @Override
  public ConnectionHandler connected(Connection connection) {
    Recorder recorder = new Recorder(connection, (c, p) -> onPacket.accept(c, p));
    recorders.add(recorder);
    return recorder;
  }

  @Override
  public Optional<String> refusal(ListenerProfile profile) {
    return profile.loopbackOnly() ? Optional.empty() : refusal;
  }

  @Override
  public String accessNote(ListenerProfile profile) {
    return "noted";
  }
}
