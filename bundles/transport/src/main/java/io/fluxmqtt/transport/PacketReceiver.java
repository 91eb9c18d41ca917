package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in of a connection: hands packets and events to the session manager's {@link
 * ConnectionHandler}. What escapes from there ends this connection only.
 */
final class PacketReceiver extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(PacketReceiver.class);

  private final NettyConnection connection;
  private final ConnectionHandler handler;
  private final FrameDecoder frames;
  // owned by the connection's loop
  private boolean deaf;
  private boolean ended;
  private @Nullable Throwable cause;

  PacketReceiver(NettyConnection connection, ConnectionHandler handler, FrameDecoder frames) {
    this.connection = connection;
    this.handler = handler;
    this.frames = frames;
    connection.onClose(this::stopReceiving, () -> end(null));
    frames.handUsualTo(this::received);
  }

  /** Has the client told and the connection closed. On the connection's loop. */
  void disconnect(ReasonCode reason) {
    if (!deaf) {
      guarded(() -> handler.disconnect(reason));
    }
  }

  /** Has the client told where to go and the connection closed. On the connection's loop. */
  void redirect(Redirect redirect) {
    if (!deaf) {
      guarded(() -> handler.redirect(redirect));
    }
  }

  /** Closes the socket, whoever still waits. */
  void abort() {
    connection.abort();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (deaf) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof ProtocolViolation violation) {
      malformed(violation);
    } else {
      whole((ByteBuf) message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (!ended) {
      try { // in full, as it comes once for each read: no object for the call
        handler.batchComplete();
      } catch (Throwable e) {
        fail(e);
      }
      connection.readOver();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (connection.isFlushing()) { // never call back into whoever flushes
      ctx.channel().eventLoop().execute(this::announceWritable);
    } else {
      announceWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    stopReceiving();
    end(cause);
    connection.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable error) {
    if (error instanceof IOException) { // the network's fault
      LOG.debug("{}: {}", connection.remoteAddress(), error.toString());
    } else {
      logFailure(error);
    }
    cause = error;
    stopReceiving();
    connection.abort();
  }

  private void whole(ByteBuf frame) {
    MqttMessage message;
    try {
      message = connection.loop().decoder().decode(frame, frames.version());
    } catch (Throwable e) {
      fail(e);
      return;
    }
    decoded(message);
  }

  private void decoded(MqttMessage message) {
    Packet packet;
    try {
      packet = PacketReader.read(message, frames.userProperties(), frames.longWillTopic());
    } catch (ProtocolViolation violation) {
      malformed(violation);
      return;
    } finally {
      ReferenceCountUtil.release(message);
    }
    received(packet);
  }

  private void received(Packet packet) {
    try {
      handler.received(packet);
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void malformed(ProtocolViolation violation) {
    stopReceiving();
    guarded(() -> handler.malformed(frames.version(), violation));
  }

  /** The client was kept to its rates, and may send again. On the connection's loop. */
  void readsAgain() {
    if (!ended) {
      guarded(handler::readsAgain);
    }
  }

  private void announceWritable() {
    if (!ended && connection.isWritable()) {
      connection.taken();
      guarded(handler::writable);
    }
  }

  private void stopReceiving() {
    frames.finish();
    deaf = true;
  }

  private void end(@Nullable Throwable because) {
    if (!ended) {
      ended = true;
      try {
        handler.closed(because);
      } catch (Throwable e) {
        logFailure(e);
      }
    }
  }

  private void guarded(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void fail(Throwable error) {
    logFailure(error);
    cause = error;
    stopReceiving();
    connection.abort();
  }

  private void logFailure(Throwable error) {
    LOG.error(
        "closing the connection from {}: unexpected {}",
        connection.remoteAddress(),
        error.toString());
    LOG.debug("where it came from", error);
  }
}
