package io.fluxmqtt.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
  private volatile @Nullable Object fileKey; // tells the file of a Unix domain socket from others

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
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops.group())
            .option(ChannelOption.SO_BACKLOG, backlog)
            // TCP_NODELAY is netty's default; to set it again is one more system call
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, readBuffers(BUSY_READ_BYTES))
            .handler(watched(name, loops))
            .childHandler(door);
    if (address instanceof BindAddress.SocketFile file) {
      UnixSockets.makeRoom(file.path());
      Channel channel =
          bound(bootstrap.channel(loops.serverUnixChannel()), loops.address(file.path()));
      Acceptor acceptor = new Acceptor(channel, file, door);
      try {
        acceptor.fileKey = UnixSockets.opened(file);
      } catch (IOException e) {
        acceptor.close();
        throw e;
      }
      return acceptor;
    }
    BindAddress.Ip ip = (BindAddress.Ip) address;
    bootstrap.option(ChannelOption.SO_REUSEADDR, true);
    Channel channel = bound(bootstrap.channel(loops.serverChannel()), ip.socketAddress());
    int port = ((InetSocketAddress) channel.localAddress()).getPort();
    return new Acceptor(channel, new BindAddress.Ip(ip.address(), port), door);
  }

  private static ChannelInitializer<Channel> watched(String name, Loops loops) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel server) {
        Turnstile turnstile = new Turnstile(loops.executors(), System::nanoTime);
        server.pipeline().addLast(new AcceptFailures(name), turnstile);
      }
    };
  }

  private static Channel bound(ServerBootstrap bootstrap, SocketAddress at) throws IOException {
    ChannelFuture bound = bootstrap.bind(at).awaitUninterruptibly();
    Throwable cause = bound.cause();
    if (cause != null) {
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
    return bound.channel();
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
    if (address instanceof BindAddress.SocketFile file) {
      UnixSockets.closed(file.path(), fileKey);
    }
  }

  /** How much is read at once: what a connection needs, but no more than a limit. */
  static AdaptiveRecvByteBufAllocator readBuffers(int maxBytes) {
    AdaptiveRecvByteBufAllocator buffers =
        new AdaptiveRecvByteBufAllocator(IDLE_READ_BYTES, IDLE_READ_BYTES, maxBytes);
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
