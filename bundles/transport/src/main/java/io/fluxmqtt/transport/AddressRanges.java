package io.fluxmqtt.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ranges of IP addresses as CIDR writes them, such as {@code 10.0.0.0/8} or {@code fd00::/8}. */
record AddressRanges(List<Range> ranges) {
  static final AddressRanges NONE = new AddressRanges(List.of());

  private static final int IPV4_BYTES = 4;
  private static final int MAPPED_PREFIX = 12;

  /** The addresses whose first bits are those of one. */
  private record Range(byte[] address, int bits) {
    boolean contains(byte[] other) {
      if (other.length != address.length) {
        return false;
      }
      for (int i = 0; i < bits; i++) {
        if (bit(address, i) != bit(other, i)) {
          return false;
        }
      }
      return true;
    }

    boolean isWhole() {
      for (int i = bits; i < Byte.SIZE * address.length; i++) {
        if (bit(address, i) != 0) {
          return false;
        }
      }
      return true;
    }

    private static int bit(byte[] bytes, int at) {
      return bytes[at / Byte.SIZE] >> 7 - at % Byte.SIZE & 1;
    }
  }

  /** Copies the list. */
  AddressRanges {
    ranges = List.copyOf(ranges);
  }

  /**
   * Reads ranges; an address alone stands for itself.
   *
   * @throws IllegalArgumentException which says what is wrong with one of them
   */
  static AddressRanges of(List<String> texts) {
    List<Range> ranges = new ArrayList<>();
    for (String text : texts) {
      ranges.add(range(text));
    }
    return new AddressRanges(ranges);
  }

  private static Range range(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? text : text.substring(0, slash);
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    if (address == null || host.startsWith("[") || host.indexOf('%') >= 0) {
      throw new IllegalArgumentException(
          "'%s' is not an address range; write it as 192.0.2.0/24 or 2001:db8::/32"
              .formatted(text));
    }
    int most = Byte.SIZE * address.length;
    int bits = slash < 0 ? most : bits(text.substring(slash + 1));
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException("'%s': the prefix has 0 to %d bits".formatted(text, most));
    }
    Range range = new Range(address, bits);
    if (!range.isWhole()) {
      throw new IllegalArgumentException(
          "'%s' has bits set beyond its prefix of %d; make them 0".formatted(text, bits));
    }
    return range;
  }

  private static int bits(String text) {
    return text.matches("\\d{1,3}") ? Integer.parseInt(text) : -1;
  }

  boolean isEmpty() {
    return ranges.isEmpty();
  }

  /** Whether an address is in one of them; what is none never is. */
  boolean contains(@Nullable InetSocketAddress address) {
    InetAddress ip = address == null ? null : address.getAddress();
    if (ip == null) {
      return false;
    }
    byte[] bytes = unmapped(ip.getAddress());
    return ranges.stream().anyMatch(range -> range.contains(bytes));
  }

  /** An IPv4 address that came as IPv6 is compared as what it is. */
  private static byte[] unmapped(byte[] bytes) {
    if (bytes.length == IPV4_BYTES) {
      return bytes;
    }
    for (int i = 0; i < MAPPED_PREFIX; i++) {
      if (bytes[i] != (i < MAPPED_PREFIX - 2 ? 0 : -1)) {
        return bytes;
      }
    }
    return Arrays.copyOfRange(bytes, MAPPED_PREFIX, bytes.length);
  }
}
