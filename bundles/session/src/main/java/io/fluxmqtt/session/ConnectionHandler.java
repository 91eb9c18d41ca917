package io.fluxmqtt.session;

import io.fluxmqtt.api.message.ReasonCode;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The session manager's end of a Network Connection. The transport calls it on the connection's
 * loop only.
 */
@ProviderType
public interface ConnectionHandler {
  /** A packet has come. */
  void received(Packet packet);

  /**
   * Bytes have come that are no packet this version allows; no more packets will be handed over.
   *
   * @param version the version of the client's CONNECT, or the nearest to it that is known: the one
   *     to answer in; null if not enough of a CONNECT has come
   */
  void malformed(@Nullable ProtocolVersion version, ProtocolViolation violation);

  /** All packets of one read have been handed over; pending output is flushed now. */
  void batchComplete();

  /** {@link Connection#isWritable()} has become true again. */
  void writable();

  /** {@link Connection#isHeldBack()} has become false again. */
  default void readsAgain() {}

  /** The listener or the transport ends; the client is told, then the connection is closed. */
  void disconnect(ReasonCode reason);

  /**
   * The client is told to go elsewhere, where its version can say so, and the connection closed.
   */
  void redirect(Redirect redirect);

  /**
   * The connection has closed; nothing else is called afterwards.
   *
   * @param cause the I/O error that ended it, or null
   */
  void closed(@Nullable Throwable cause);
}
