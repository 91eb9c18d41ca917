package io.fluxmqtt.acl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressRangesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loopback | 127.0.0.1 | true",
        "loopback | 127.255.0.9 | true",
        "loopback | ::1 | true",
        "loopback | 128.0.0.1 | false",
        "loopback | ::2 | false",
        "loopback | 2001:db8::1 | false",
        "10.0.0.0/8 | 2001:db8::ffff:a00:1 | false",
        "2001:db8:8000::/33 | 2001:db8:8000::1 | true",
        "2001:db8:8000::/33 | 2001:db8:4000::1 | false",
        "10.0.0.0/8 | 10.255.255.255 | true",
        "10.0.0.0/8 | 11.0.0.0 | false",
        "10.0.0.0/8 | 9.255.255.255 | false",
        "10.0.0.0/8 | a00::1 | false",
        "0.0.0.0/0 | 255.1.2.3 | true",
        "0.0.0.0/0 | ::1 | false",
        "::/0 | ff00::1 | true",
        "::/0 | 10.0.0.1 | false",
        "192.0.2.7 | 192.0.2.7 | true",
        "192.0.2.7 | 192.0.2.6 | false",
        "192.0.2.6/31 | 192.0.2.7 | true",
        "2001:db8::/32 | 2001:db8:ffff::1 | true",
        "2001:db8::/32 | 2001:db9::1 | false",
        "2001:db8::/64 | 2001:db8::ffff:0:0:1 | true",
        "2001:db8::/64 | 2001:db8:0:1::1 | false",
        "2001:db8::8000:0:0:0/65 | 2001:db8::8000:0:0:1 | true",
        "2001:db8::8000:0:0:0/65 | 2001:db8::7000:0:0:1 | false",
        "2001:db8::1 | 2001:db8::1 | true",
        "2001:db8::1 | 2001:db8::2 | false",
        "::ffff:10.0.0.0/104 | 10.9.9.9 | true",
        "::ffff:10.0.0.0/104 | 11.9.9.9 | false",
        "::ffff:0:0/96 | 11.9.9.9 | true",
        "10.0.0.0/8,2001:db8::/32 | 2001:db8::1 | true",
        "unix | 127.0.0.1 | false",
        "unix,loopback | 127.0.0.1 | true",
      })
  void rangeHoldsItsAddresses(String ranges, String address, boolean inside) throws Exception {
    assertEquals(inside, contains(ranges, InetAddress.getByName(address)));
    AddressRanges parsed = AddressRanges.parse(ranges);
    assertEquals(parsed, AddressRanges.parse(parsed.toString()));
  }

  @Test
  void rangeIsPrintedAsItIs() {
    String text = "10.1.2.0/24,2001:db8:1:2:3:4:5:6,192.0.2.7,unix,loopback";
    assertEquals(text, AddressRanges.parse(text).toString());
  }

  @Test
  void mappedAddressIsTheAddressThatItMaps() throws Exception {
    byte[] bytes = new byte[16];
    bytes[10] = bytes[11] = (byte) 0xFF;
    bytes[12] = 10;
    bytes[15] = 1;
    InetAddress mapped = Inet6Address.getByAddress("mapped", bytes, -1); // stays IPv6 in Java
    assertEquals(16, mapped.getAddress().length);
    assertTrue(contains("10.0.0.0/8", mapped));
    assertTrue(contains("::ffff:10.0.0.0/104", mapped));
    assertFalse(contains("::/0", mapped));
    bytes[12] = 127;
    assertTrue(contains("loopback", Inet6Address.getByAddress("mapped", bytes, -1)));
  }

  @Test
  void prefixesAreWhatArithmeticSays() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      int bytes = random.nextBoolean() ? 4 : 16;
      byte[] one = new byte[bytes];
      random.nextBytes(one);
      byte[] other = one.clone();
      int bits = random.nextInt(bytes * 8 + 1);
      int flipped = random.nextInt(bytes * 8);
      other[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
      BigInteger first = new BigInteger(1, one);
      int rest = bytes * 8 - bits;
      byte[] network = bytes(first.shiftRight(rest).shiftLeft(rest), bytes);
      String range = InetAddress.getByAddress(network).getHostAddress() + "/" + bits;
      assertTrue(contains(range, InetAddress.getByAddress(one)), range);
      assertEquals(flipped >= bits, contains(range, InetAddress.getByAddress(other)), range);
    }
  }

  private static byte[] bytes(BigInteger number, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[count - 1 - i] = number.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }

  @Test
  void clientWithoutAnAddressCameThroughAUnixSocket() {
    assertTrue(AddressRanges.parse("unix").contain(null, false));
    for (String ranges : new String[] {"loopback", "0.0.0.0/0", "::/0,10.0.0.1"}) {
      assertFalse(AddressRanges.parse(ranges).contain(null, true), ranges);
    }
  }

  @Test
  void addressThatIsNotKnownIsWhatTheRuleFears() {
    InetSocketAddress unresolved = InetSocketAddress.createUnresolved("somewhere", 1);
    assertTrue(AddressRanges.parse("10.0.0.0/8").contain(unresolved, true));
    assertFalse(AddressRanges.parse("10.0.0.0/8").contain(unresolved, false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | is none of",
        "localhost | is none of",
        "beef | is none of",
        "10.1 | is none of",
        "10.0.0.256 | is none of",
        "1:2:3 | is none of",
        "fe80::1%eth0 | is none of",
        "10.0.0.0/33 | needs 0 to 32",
        "10.0.0.0/ | needs 0 to 32",
        "10.0.0.0/x | needs 0 to 32",
        "10.0.0.0/-1 | needs 0 to 32",
        "::/129 | needs 0 to 128",
        "10.0.0.1/8 | has bits behind its prefix; write 10.0.0.0/8",
        "2001:db8::1/64 | has bits behind its prefix; write 2001:db8:0:0:0:0:0:0/64",
        "::ffff:10.0.0.0/95 | reaches beyond the IPv4 addresses",
        "'10.0.0.0/8,' | is none of",
      })
  void badRangeIsRefused(String text, String reason) {
    var e = assertThrows(IllegalArgumentException.class, () -> AddressRanges.parse(text));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  private static boolean contains(String ranges, InetAddress address) throws UnknownHostException {
    return AddressRanges.parse(ranges).contain(new InetSocketAddress(address, 1), false);
  }
}
