package io.fluxmqtt.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The event loops that all listeners share, and the kind of sockets they serve. */
final class Loops {
  private static final Logger LOG = LoggerFactory.getLogger(Loops.class);

  private final EventLoopGroup group;
  private final boolean isNative;
  private final Class<? extends ServerChannel> serverChannel;
  private final Map<EventExecutor, NettyEventLoop> adapters = new HashMap<>();

  /** Loops on epoll where it is there, on NIO elsewhere. */
  Loops(int threads) {
    this(threads, EpollIo.problem());
  }

  /**
   * Loops on epoll or NIO.
   *
   * @param epollProblem why it has to be NIO, or null
   */
  Loops(int threads, @Nullable String epollProblem) {
    IoHandlerFactory handlers;
    isNative = epollProblem == null;
    if (epollProblem == null) {
      handlers = EpollIo.handlers();
      serverChannel = EpollIo.serverChannel();
    } else {
      LOG.info("using NIO, as epoll is not to be had: {}", epollProblem);
      handlers = NioIoHandler.newFactory();
      serverChannel = NioServerSocketChannel.class;
    }
    group =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("flux-mqtt-loop", true), handlers);
    group.forEach(loop -> adapters.put(loop, new NettyEventLoop((EventLoop) loop)));
  }

  /** The loops as netty knows them. */
  EventLoopGroup group() {
    return group;
  }

  /** Each loop once. */
  Collection<EventExecutor> executors() {
    return Collections.unmodifiableCollection(adapters.keySet());
  }

  /** The server channel that fits the loops. */
  Class<? extends ServerChannel> serverChannel() {
    return serverChannel;
  }

  /** The same for Unix domain sockets. */
  Class<? extends ServerChannel> serverUnixChannel() {
    return isNative ? EpollIo.serverUnixChannel() : NioServerDomainSocketChannel.class;
  }

  /** The address of a Unix domain socket, as such a channel wants it. */
  SocketAddress address(Path path) {
    return isNative ? EpollIo.address(path) : UnixDomainSocketAddress.of(path);
  }

  /** The one adapter of a loop of this group. */
  NettyEventLoop adapter(EventLoop loop) {
    return Objects.requireNonNull(adapters.get(loop), "a loop of another group");
  }

  /** Closes what is open and ends the threads; waits for them, but not for long. */
  void close(long timeoutMillis) {
    Future<?> ended = group.shutdownGracefully(0, timeoutMillis, TimeUnit.MILLISECONDS);
    if (!ended.awaitUninterruptibly(timeoutMillis)) {
      LOG.warn("event loops have not ended within {} ms", timeoutMillis);
    }
  }
}
