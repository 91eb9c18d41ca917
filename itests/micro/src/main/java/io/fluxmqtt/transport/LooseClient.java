package io.fluxmqtt.transport;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.ConnectionHandler;
import io.fluxmqtt.session.Limits;
import io.fluxmqtt.session.ListenerProfile;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.ProtocolViolation;
import io.fluxmqtt.session.Redirect;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection without a socket and without a session manager, set up as {@link Door} does it. */
final class LooseClient {
  private static final int PACKET_MAX_BYTES = 1 << 20;
  private static final long CONNECT_TIMEOUT_MILLIS = 5_000;

  final NettyConnection connection;
  private final EmbeddedChannel channel = new EmbeddedChannel();

  /**
   * One whose packets from the client go to {@code receiver}; all else that happens is an error.
   *
   * @param level 4 for MQTT 3.1.1, 5 for 5.0
   */
  LooseClient(int level, Consumer<Packet> receiver) {
    Limits limits = Limits.of(PACKET_MAX_BYTES, CONNECT_TIMEOUT_MILLIS);
    ListenerProfile profile =
        new ListenerProfile(
            "micro", true, false, List.of(), PACKET_MAX_BYTES, CONNECT_TIMEOUT_MILLIS);
    NettyEventLoop loop = new NettyEventLoop(channel.eventLoop());
    connection = new NettyConnection(channel, loop, profile);
    FrameDecoder frames = new FrameDecoder(limits, loop.topics());
    channel.pipeline().addLast(frames, new PacketReceiver(connection, new Hand(receiver), frames));
    read(Frames.connect(level));
    connection.established(
        level == 5 ? ProtocolVersion.V5_0 : ProtocolVersion.V3_1_1, PACKET_MAX_BYTES);
  }

  /** One read of the socket brings these bytes, in a buffer as the socket would fill it. */
  void read(byte[] bytes) {
    channel.pipeline().fireChannelRead(channel.alloc().ioBuffer(bytes.length).writeBytes(bytes));
    channel.pipeline().fireChannelReadComplete();
  }

  /** Flushes what was sent and takes it off, as the socket would; returns its length. */
  int written() {
    connection.flush();
    int bytes = 0;
    for (ByteBuf buffer = channel.readOutbound(); buffer != null; buffer = channel.readOutbound()) {
      bytes += buffer.readableBytes();
      buffer.release();
    }
    return bytes;
  }

  private record Hand(Consumer<Packet> receiver) implements ConnectionHandler {
    @Override
    public void received(Packet packet) {
      receiver.accept(packet);
    }

    @Override
    public void malformed(@Nullable ProtocolVersion version, ProtocolViolation violation) {
      throw new IllegalStateException(violation);
    }

    @Override
    public void batchComplete() {
      // nothing was sent
    }

    @Override
    public void writable() {
      // nobody waits for it
    }

    @Override
    public void disconnect(ReasonCode reason) {
      throw new IllegalStateException("disconnected: " + reason);
    }

    @Override
    public void redirect(Redirect redirect) {
      throw new IllegalStateException("redirected to " + redirect.serverReference());
    }

    @Override
    public void closed(@Nullable Throwable cause) {
      throw new IllegalStateException("closed", cause);
    }
  }
}
