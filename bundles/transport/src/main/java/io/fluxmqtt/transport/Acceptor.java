package io.fluxmqtt.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A bound server socket. Closing it leaves the clients that it has accepted. */
final class Acceptor {
  private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

  /** Above the high mark a connection is not writable, until it has fallen below the low one. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 * 1024, 64 * 1024);

  private static final int IDLE_READ_BYTES = 512;
  private static final int BUSY_READ_BYTES = 64 * 1024;

  /** Reads of one connection before the loop turns to others: input never starves output. */
  private static final int READS_PER_TURN = 4;

  private static final long CLOSE_MILLIS = 200;

  private final Channel channel;
  private final BindAddress address;
  private final Door door;

  private Acceptor(Channel channel, BindAddress address, Door door) {
    this.channel = channel;
    this.address = address;
    this.door = door;
  }

  /**
   * Binds. Blocks until that is done.
   *
   * @throws IOException if it could not
   */
  static Acceptor open(Loops loops, String name, BindAddress address, int backlog, Door door)
      throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel())
            .option(ChannelOption.SO_BACKLOG, backlog)
            .option(ChannelOption.SO_REUSEADDR, true)
            // TCP_NODELAY is netty's default; to set it again is one more system call
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, readBuffers())
            .handler(new AcceptFailures(name))
            .childHandler(door)
            .bind(address.socketAddress())
            .awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
    int port = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    return new Acceptor(bound.channel(), address.withPort(port), door);
  }

  /** Where it is bound. */
  BindAddress address() {
    return address;
  }

  /** Where clients find it, such as {@code tcp://127.0.0.1:1883}. */
  String uri() {
    return door.terms().settings().uri(address.authority());
  }

  /** What sets up its connections. */
  Door door() {
    return door;
  }

  /**
   * Binds the same again after {@link #close}.
   *
   * @throws IOException if somebody else has the port now
   */
  Acceptor reopen(Loops loops, String name) throws IOException {
    return open(loops, name, address, door.terms().settings().backlog(), door);
  }

  /** Gives the port back; waits for that. */
  void close() {
    channel.close().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private static AdaptiveRecvByteBufAllocator readBuffers() {
    AdaptiveRecvByteBufAllocator buffers =
        new AdaptiveRecvByteBufAllocator(IDLE_READ_BYTES, IDLE_READ_BYTES, BUSY_READ_BYTES);
    buffers.maxMessagesPerRead(READS_PER_TURN);
    return buffers;
  }

  /**
   * Says why clients cannot be accepted, such as when file descriptors are used up. Netty pauses
   * for a second after each and goes on by itself.
   */
  private static final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private final String name;
    private final RateLimit lines = new RateLimit(TimeUnit.SECONDS.toNanos(10));

    AcceptFailures(String name) {
      this.name = name;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (lines.permits(System.nanoTime())) {
        LOG.error(
            "listener {}: cannot accept connections, trying again every second: {}."
                + " If it says 'too many open files', raise the limit (ulimit -n, LimitNOFILE)"
                + " or lower connectionsMax",
            name,
            cause.toString());
      }
    }
  }
}
