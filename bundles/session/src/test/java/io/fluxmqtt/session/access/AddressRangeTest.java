package io.fluxmqtt.session.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.0.1, true",
    "10.0.0.0/8, 11.0.0.1, false",
    "10.9.9.9/8, 10.0.0.1, true",
    "192.168.4.0/22, 192.168.7.255, true",
    "192.168.4.0/22, 192.168.8.0, false",
    "192.168.4.0/22, 192.168.3.255, false",
    "192.0.2.7, 192.0.2.7, true",
    "192.0.2.7, 192.0.2.6, false",
    "192.0.2.6/31, 192.0.2.7, true",
    "0.0.0.0/0, 203.0.113.9, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 2001:db8::1, true",
    "::/0, 127.0.0.1, false",
    "::1, ::1, true",
    "::1, ::2, false",
    "2001:db8::/33, 2001:db8:7fff::1, true",
    "2001:db8::/33, 2001:db8:8000::1, false",
    "::ffff:10.0.0.0, 10.0.0.0, true"
  })
  void aRangeHoldsWhatBeginsAsItDoes(String range, String address, boolean isIn) throws Exception {
    assertEquals(isIn, AddressRange.parse(range).contains(InetAddress.getByName(address)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "beef",
        "10.0.0.0/33",
        "::/129",
        "10.0.0.0/-1",
        "10.0.0.0/",
        "10.0.0/8",
        "10.0.0.0/8/8",
        "300.0.0.1",
        "::g",
        "10.0.0.0/x",
        "1.2.3.4.5"
      })
  void whatIsNoRangeIsNamed(String text) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> AddressRange.parse(text)).getMessage();
    assertTrue(said.startsWith("'" + text + "' is no address"), said);
  }
}
