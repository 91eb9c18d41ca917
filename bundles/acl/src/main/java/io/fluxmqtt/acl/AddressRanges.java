package io.fluxmqtt.acl;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a client may come from: a list of {@code loopback}, {@code unix}, {@code any}, addresses
 * and ranges in CIDR notation. An IPv4 address in IPv6's clothes ({@code ::ffff:10.0.0.1}) is the
 * IPv4 address. A client without an address came through a Unix socket, and is in no range.
 */
record AddressRanges(List<Range> ranges) {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

  /** One of the list. */
  private sealed interface Range {}

  private record Named(String name) implements Range {
    static final Named ANY = new Named("any");
    static final Named LOOPBACK = new Named("loopback");
    static final Named UNIX = new Named("unix");

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * Addresses that begin with the same bits.
   *
   * @param bits how many of 128, or of 32, are the same
   */
  private record Block(Bits first, int bits) implements Range {
    boolean contains(Bits address) {
      return address.v4 == first.v4 && address.cut(bits).equals(first);
    }

    @Override
    public String toString() {
      return bits == first.size() ? first.toString() : first + "/" + bits;
    }
  }

  /** An address as two numbers; of an IPv4 address, the lower half of the second. */
  private record Bits(long high, long low, boolean v4) {
    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;
    private static final long MAPPED = 0xFFFFL;

    static Bits of(InetAddress address) {
      byte[] bytes = address.getAddress();
      if (bytes.length == 4) {
        return new Bits(0, number(bytes, 0, 4), true);
      }
      long high = number(bytes, 0, 8);
      long low = number(bytes, 8, 8);
      boolean mapped = high == 0 && low >>> 32 == MAPPED;
      return mapped ? new Bits(0, low & 0xFFFFFFFFL, true) : new Bits(high, low, false);
    }

    int size() {
      return v4 ? V4_BITS : V6_BITS;
    }

    /** The same with zeros after so many bits. */
    Bits cut(int bits) {
      int rest = size() - bits; // this many are cleared
      long lowMask = rest == 0 ? -1 : rest >= 64 ? 0 : -1L << rest;
      long highMask = rest <= 64 ? -1 : rest >= 128 ? 0 : -1L << (rest - 64);
      return new Bits(high & highMask, low & lowMask, v4);
    }

    boolean isLoopback() {
      return v4 ? low >>> 24 == 127 : high == 0 && low == 1;
    }

    private static long number(byte[] bytes, int from, int count) {
      long number = 0;
      for (int i = from; i < from + count; i++) {
        number = number << 8 | bytes[i] & 0xFF;
      }
      return number;
    }

    @Override
    public String toString() {
      byte[] bytes = new byte[v4 ? 4 : 16];
      for (int i = 0; i < bytes.length; i++) {
        int shift = 8 * (bytes.length - 1 - i);
        bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
      }
      try {
        return InetAddress.getByAddress(bytes).getHostAddress();
      } catch (UnknownHostException e) {
        throw new AssertionError(e); // it has 4 or 16 bytes
      }
    }
  }

  AddressRanges {
    ranges = List.copyOf(ranges);
  }

  /**
   * Reads a list, separated by commas. Asks no name server.
   *
   * @throws IllegalArgumentException if it is none; the text names the part and says why
   */
  static AddressRanges parse(String text) {
    List<Range> ranges = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      ranges.add(
          switch (part) {
            case "any" -> Named.ANY;
            case "loopback" -> Named.LOOPBACK;
            case "unix" -> Named.UNIX;
            default -> block(part);
          });
    }
    return new AddressRanges(ranges);
  }

  private static Block block(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    boolean mapped = address.indexOf(':') >= 0;
    Bits first = address(text, address);
    mapped &= first.v4;
    int max = mapped ? Bits.V6_BITS : first.size();
    int bits = slash < 0 ? max : prefix(text, text.substring(slash + 1), max);
    if (mapped) { // of ::ffff:10.0.0.0/104 the last 32 bits are IPv4's
      bits -= Bits.V6_BITS - Bits.V4_BITS;
      if (bits < 0) {
        throw wrong(text, "reaches beyond the IPv4 addresses that it names");
      }
    }
    Bits cut = first.cut(bits);
    if (!cut.equals(first)) {
      throw wrong(text, "has bits behind its prefix; write " + new Block(cut, bits));
    }
    return new Block(cut, bits);
  }

  private static Bits address(String text, String address) {
    if (IPV4.matcher(address).matches() || IPV6.matcher(address).matches()) {
      try {
        return Bits.of(InetAddress.getByName(address));
      } catch (UnknownHostException e) {
        // it looks like one and is none
      }
    }
    throw wrong(text, "is none of any, loopback, unix, an address, a range such as 10.0.0.0/8");
  }

  private static int prefix(String text, String prefix, int max) {
    if (!prefix.matches("\\d{1,3}") || Integer.parseInt(prefix) > max) {
      throw wrong(text, "needs 0 to " + max + " after the slash");
    }
    return Integer.parseInt(prefix);
  }

  private static IllegalArgumentException wrong(String text, String reason) {
    return new IllegalArgumentException("'%s' %s".formatted(text, reason));
  }

  /** Whether every client is in them. */
  boolean isAny() {
    return ranges.contains(Named.ANY);
  }

  /**
   * Whether an address is in one of them.
   *
   * @param unknown the answer for an address that is not known, which none of ours is
   */
  boolean contain(@Nullable InetSocketAddress address, boolean unknown) {
    if (address == null) {
      return ranges.contains(Named.UNIX);
    }
    if (address.getAddress() == null) {
      return unknown;
    }
    Bits bits = Bits.of(address.getAddress());
    for (int i = 0; i < ranges.size(); i++) { // no iterator: this is the hot path
      Range range = ranges.get(i);
      if (range instanceof Block block ? block.contains(bits) : holds(range, bits)) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(Range named, Bits bits) {
    return named.equals(Named.LOOPBACK) && bits.isLoopback();
  }

  @Override
  public String toString() {
    return ranges.stream().map(Range::toString).collect(Collectors.joining(","));
  }
}
