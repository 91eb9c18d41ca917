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
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection from accept to close that nobody sees: on a loopback port of its own, with a
 * session manager that says yes and does nothing. The first CONNECT loads some 300 classes, most of
 * them netty's; after a rehearsal the first client does not wait for that.
 */
final class Rehearsal implements SessionManager {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);
  private static final String NAME = "rehearsal";
  private static final int PATIENCE_MILLIS = 500;
  private static final byte[] CONNECT = {
    0x10, 19, 0, 4, 'M', 'Q', 'T', 'T', 5, 2, 0, 60, 5, 0x11, 0, 0, 0, 0, 0, 1, 'r'
  };
  private static final byte[] DISCONNECT = {(byte) 0xE0, 0};

  private Rehearsal() {}

  /** Rehearses; whether all of it was played. It does no harm if not. Blocks. */
  static boolean succeeds(Loops loops, Door.Terms terms) {
    Door door = new Door(new Rehearsal(), loops, new Clients(NAME), terms);
    BindAddress address = new BindAddress.Ip(InetAddress.getLoopbackAddress(), 0);
    try {
      Acceptor acceptor = Acceptor.open(loops, NAME, address, 1, door);
      try {
        return isServed((BindAddress.Ip) acceptor.address());
      } finally {
        acceptor.close();
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("the rehearsal of a connection ended early: {}", e.toString());
      return false;
    }
  }

  private static boolean isServed(BindAddress.Ip address) throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(address.socketAddress(), PATIENCE_MILLIS);
      socket.getOutputStream().write(CONNECT);
      InputStream in = socket.getInputStream();
      byte[] connAck = in.readNBytes(4);
      socket.getOutputStream().write(DISCONNECT);
      return connAck.length == 4 && in.read() < 0;
    }
  }

  @Override
  public ConnectionHandler connected(Connection connection) {
    return new Handler(connection);
  }

  @Override
  public Optional<String> refusal(ListenerProfile profile) {
    return Optional.empty();
  }

  @Override
  public String accessNote(ListenerProfile profile) {
    return "";
  }

  private record Handler(Connection connection) implements ConnectionHandler {
    @Override
    public void received(Packet packet) {
      if (packet instanceof Packet.Connect connect) {
        connection.established(connect.version(), connect.maximumPacketSize());
        connection.send(new Packet.ConnAck(false, ReasonCode.SUCCESS.code(), null));
      } else {
        connection.close();
      }
    }

    @Override
    public void malformed(@Nullable ProtocolVersion version, ProtocolViolation violation) {
      connection.close();
    }

    @Override
    public void batchComplete() {
      connection.flush();
    }

    @Override
    public void writable() {}

    @Override
    public void disconnect(ReasonCode reason) {
      connection.close();
    }

    @Override
    public void redirect(Redirect redirect) {
      connection.close();
    }

    @Override
    public void closed(@Nullable Throwable cause) {}
  }
}
