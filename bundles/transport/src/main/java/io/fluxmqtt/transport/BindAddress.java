package io.fluxmqtt.transport;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Where a listener binds: a resolved address of this machine and a port. */
record BindAddress(InetAddress address, int port) {
  private static final String ALL = "*";

  /**
   * Resolves a host; {@code *} stands for all addresses, IPv6 included where there is any. May
   * block for a name.
   */
  static BindAddress resolve(String host, int port) throws UnknownHostException {
    String text = ALL.equals(host) ? (hasIpv6() ? "::" : "0.0.0.0") : host;
    return new BindAddress(InetAddress.getByName(text), port);
  }

  /** The same address with the port that the system chose. */
  BindAddress withPort(int actual) {
    return new BindAddress(address, actual);
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(address, port);
  }

  boolean isLoopback() {
    return address.isLoopbackAddress();
  }

  /** Whether two sockets cannot be bound at once. */
  boolean overlaps(BindAddress other) {
    return port != 0
        && port == other.port
        && (address.isAnyLocalAddress()
            || other.address.isAnyLocalAddress()
            || address.equals(other.address));
  }

  /** Such as {@code 127.0.0.1:1883} or {@code [::1]:1883}. */
  String authority() {
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
