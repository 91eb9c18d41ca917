package io.fluxmqtt.session.access;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * Addresses with a common beginning.
 *
 * @param address one of them
 * @param bits how many bits they have in common
 */
public record AddressRange(InetAddress address, int bits) {
  private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /**
   * Of a text such as {@code 10.0.0.0/8}, {@code 2001:db8::/32} or one address. Names are not
   * looked up.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    String address = slash < 0 ? text : text.substring(0, slash);
    if (!V4.matcher(address).matches() && !V6.matcher(address).matches()) {
      throw none(text);
    }
    try {
      InetAddress parsed = InetAddress.getByName(address);
      int all = parsed.getAddress().length * Byte.SIZE;
      int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
      if (bits < 0 || bits > all) {
        throw none(text);
      }
      return new AddressRange(parsed, bits);
    } catch (UnknownHostException | NumberFormatException e) {
      throw none(text);
    }
  }

  private static IllegalArgumentException none(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no address and no range such as 10.0.0.0/8 or 2001:db8::/32");
  }

  /** Whether an address is one of them. */
  boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] its = other.getAddress();
    if (mine.length != its.length) {
      return false;
    }
    for (int i = 0; i * Byte.SIZE < bits; i++) {
      int rest = Math.min(Byte.SIZE, bits - i * Byte.SIZE);
      int mask = 0xFF00 >> rest & 0xFF;
      if (((mine[i] ^ its[i]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }
}
