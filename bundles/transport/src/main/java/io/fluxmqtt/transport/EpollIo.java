package io.fluxmqtt.transport;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The only class that touches netty's native packages, which the bundle imports optionally. */
final class EpollIo {
  private EpollIo() {}

  /** Why epoll cannot be used here, or null if it can. */
  static @Nullable String problem() {
    try {
      Throwable cause = Epoll.unavailabilityCause();
      return cause == null ? null : cause.toString();
    } catch (LinkageError e) { // the package is not there at all
      return e.toString();
    }
  }

  static IoHandlerFactory handlers() {
    return EpollIoHandler.newFactory();
  }

  static Class<? extends ServerChannel> serverUnixChannel() {
    return EpollServerDomainSocketChannel.class;
  }

  static SocketAddress address(Path path) {
    return new DomainSocketAddress(path.toString());
  }

  static Class<? extends ServerChannel> serverChannel() {
    return EpollServerSocketChannel.class;
  }
}
