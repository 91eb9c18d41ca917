package io.fluxmqtt.transport;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;

/** Where a listener binds. */
sealed interface BindAddress {
  /** Where a configuration says; may block for a name. */
  static BindAddress of(ListenerSettings settings) throws UnknownHostException {
    return settings.type() == ListenerSettings.Type.UNIX
        ? settings.socketFile()
        : Ip.resolve(settings.host(), settings.port());
  }

  /** Whether only clients on this machine get there. */
  boolean isLocal();

  /** Whether two sockets cannot be bound at once. */
  boolean overlaps(BindAddress other);

  /** What follows {@code ://} in its URI. */
  String authority();

  /** A resolved address of this machine and a port. */
  record Ip(InetAddress address, int port) implements BindAddress {
    private static final String ALL = "*";

    /**
     * Resolves a host; {@code *} stands for all addresses, IPv6 included where there is any. May
     * block for a name.
     */
    static Ip resolve(String host, int port) throws UnknownHostException {
      String text = ALL.equals(host) ? (hasIpv6() ? "::" : "0.0.0.0") : host;
      return new Ip(InetAddress.getByName(text), port);
    }

    InetSocketAddress socketAddress() {
      return new InetSocketAddress(address, port);
    }

    @Override
    public boolean isLocal() {
      return address.isLoopbackAddress();
    }

    @Override
    public boolean overlaps(BindAddress other) {
      return port != 0
          && other instanceof Ip ip
          && port == ip.port
          && (address.isAnyLocalAddress()
              || ip.address.isAnyLocalAddress()
              || address.equals(ip.address));
    }

    /** Such as {@code 127.0.0.1:1883} or {@code [::1]:1883}. */
    @Override
    public String authority() {
      String host = NetUtil.toAddressString(address);
      return "%s:%d".formatted(address instanceof Inet6Address ? "[" + host + "]" : host, port);
    }

    private static boolean hasIpv6() {
      try {
        return NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .anyMatch(Inet6Address.class::isInstance);
      } catch (SocketException e) {
        return false;
      }
    }
  }

  /**
   * A Unix domain socket.
   *
   * @param mode the permission bits of its file
   */
  record SocketFile(Path path, int mode) implements BindAddress {
    @Override
    public boolean isLocal() {
      return true;
    }

    @Override
    public boolean overlaps(BindAddress other) {
      return other instanceof SocketFile file && path.equals(file.path);
    }

    @Override
    public String authority() {
      return path.toString();
    }
  }
}
