package io.fluxmqtt.session;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/** A Network Connection. All methods are called on {@link #loop()} unless they say otherwise. */
@ConsumerType
public interface Connection {
  /** The loop that serves this connection from accept to close. Any thread. */
  EventLoop loop();

  /** The listener it came through. Any thread. */
  ListenerProfile listener();

  /** The client's address, or null where there is none (Unix socket). Any thread. */
  @Nullable InetSocketAddress remoteAddress();

  /** The verified certificate chain of TLS, leaf first; empty without one. */
  List<X509Certificate> certificates();

  /**
   * The client has said what it understands. Called once, before anything but a refusing CONNACK is
   * sent.
   *
   * @param maximumPacketSize the largest packet the client accepts, in bytes
   */
  void established(ProtocolVersion version, long maximumPacketSize);

  /**
   * Encodes a PUBLISH into what is pending, as {@link #send} does.
   *
   * @return whether it is within the client's Maximum Packet Size; else nothing is sent. Always
   *     true after the connection closed.
   */
  boolean publish(Packet.Publish packet);

  /**
   * As {@link #publish(Packet.Publish)}, for one of several receivers.
   *
   * @param packetId 1 to 65,535; 0 for QoS 0
   */
  boolean publish(SharedPublish form, int packetId);

  /**
   * Encodes a packet into what is pending for this connection. Reason String and User Properties
   * are left out where the packet would exceed the client's Maximum Packet Size; where it does
   * without them, the connection closes, as the client would wait in vain, save that a PUBLISH or
   * DISCONNECT is just not sent. Nothing leaves before {@link #flush()}. Ignored after the
   * connection closed.
   */
  void send(Packet packet);

  /** Writes out what is pending. */
  void flush();

  /** Whether little enough is pending that more should be sent. */
  boolean isWritable();

  /** Stops reading; packets that were read already are still handed over. */
  void pauseReading();

  /** Goes on reading. */
  void resumeReading();

  /**
   * Whether the transport has paused reading by itself, to keep the client to the rates of its
   * listener. {@link ConnectionHandler#readsAgain} follows.
   */
  default boolean isHeldBack() {
    return false;
  }

  /** Writes out what is pending, then closes. {@link ConnectionHandler#closed} follows. */
  void close();

  /**
   * As {@link #close}, where the client has said that it closes: it need not be given time to read
   * why.
   */
  default void hangUp() {
    close();
  }
}
