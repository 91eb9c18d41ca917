package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which addresses a range has. */
class AddressRangesTest {
  @ParameterizedTest
  @CsvSource({
    "192.0.2.0/24, 192.0.2.0, true",
    "192.0.2.0/24, 192.0.2.255, true",
    "192.0.2.0/24, 192.0.3.0, false",
    "192.0.2.0/24, 192.0.1.255, false",
    "192.0.2.64/26, 192.0.2.127, true",
    "192.0.2.64/26, 192.0.2.128, false",
    "192.0.2.64/26, 192.0.2.63, false",
    "192.0.2.1, 192.0.2.1, true",
    "192.0.2.1, 192.0.2.0, false",
    "192.0.2.1/32, 192.0.2.3, false",
    "0.0.0.0/0, 255.255.255.255, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 127.0.0.1, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::1, ::1, true",
    "128.0.0.0/1, 200.0.0.1, true",
    "128.0.0.0/1, 100.0.0.1, false"
  })
  void rangeHasWhatBeginsAsItDoes(String range, String address, boolean has) {
    AddressRanges ranges = AddressRanges.of(List.of("198.51.100.0/24", range));
    assertEquals(has, ranges.contains(new InetSocketAddress(address, 1)));
  }

  @Test
  void addressOfIpv4ThatCameAsIpv6IsWhatItIs() throws UnknownHostException {
    byte[] mapped = Bytes.hex("00000000000000000000FFFFC0000201");
    InetSocketAddress address =
        new InetSocketAddress(Inet6Address.getByAddress(null, mapped, 0), 1);
    assertTrue(AddressRanges.of(List.of("192.0.2.0/24")).contains(address));
    assertFalse(AddressRanges.of(List.of("::/0")).contains(address));
  }

  @Test
  void whatIsNoAddressIsInNone() {
    AddressRanges all = AddressRanges.of(List.of("0.0.0.0/0", "::/0"));
    assertFalse(all.contains(null));
    assertFalse(all.contains(InetSocketAddress.createUnresolved("127.0.0.1", 1)));
    assertTrue(AddressRanges.NONE.isEmpty());
    assertFalse(all.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, is not an address range",
    "10/8, is not an address range",
    "fe80::1%lo, is not an address range",
    "[::1], is not an address range",
    "192.0.2.0/33, 0 to 32 bits",
    "192.0.2.0/-1, 0 to 32 bits",
    "192.0.2.0/, 0 to 32 bits",
    "192.0.2.0/x, 0 to 32 bits",
    "2001:db8::/129, 0 to 128 bits",
    "192.0.2.1/24, beyond its prefix of 24",
    "2001:db8::1/32, beyond its prefix of 32"
  })
  void badRangeIsNamed(String range, String why) {
    String text =
        assertThrows(IllegalArgumentException.class, () -> AddressRanges.of(List.of(range)))
            .getMessage();
    assertTrue(text.startsWith("'" + range + "'") && text.contains(why), text);
  }
}
