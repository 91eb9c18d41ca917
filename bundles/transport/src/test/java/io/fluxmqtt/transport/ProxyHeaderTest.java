package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.transport.ProxyHeader.Origin;
import io.fluxmqtt.transport.ProxyTerms.Protocol;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The headers of the PROXY protocol, as its text has them. */
class ProxyHeaderTest {
  private static final String SIGNATURE = "0D0A0D0A000D0A515549540A";

  /** All of it must be needed, and no more than that taken. */
  private static Origin read(Protocol allowed, byte[] bytes) throws ProxyHeader.Bad {
    ProxyHeader header = new ProxyHeader(allowed);
    for (int i = 0; i < bytes.length - 1; i++) {
      assertNull(header.take(bytes[i]), "complete after " + (i + 1));
    }
    return header.take(bytes[bytes.length - 1]);
  }

  private static Origin line(String line) throws ProxyHeader.Bad {
    return read(Protocol.BOTH, (line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Origin binary(String hex) throws ProxyHeader.Bad {
    return read(Protocol.BOTH, Bytes.hex(SIGNATURE + hex));
  }

  private static Origin from(String host, int port) {
    return new Origin(true, new InetSocketAddress(host, port));
  }

  @Test
  void lineTellsTheAddress() throws ProxyHeader.Bad {
    assertEquals(from("192.0.2.1", 56324), line("PROXY TCP4 192.0.2.1 198.51.100.2 56324 1883"));
    assertEquals(from("2001:db8::1", 0), line("PROXY TCP6 2001:db8::1 ::1 0 65535"));
    String longest = "ffff:f...f:ffff".replace("f...f", "ffff:ffff:ffff:ffff:ffff:ffff");
    assertEquals(
        from(longest, 65535), line("PROXY TCP6 " + longest + " " + longest + " 65535 65535"));
  }

  @Test
  void unknownIsSomebodyWithoutAddress() throws ProxyHeader.Bad {
    assertEquals(Origin.UNKNOWN, line("PROXY UNKNOWN"));
    assertEquals(Origin.UNKNOWN, line("PROXY UNKNOWN 127.0.0.1 127.0.0.1 1 2"));
    assertEquals(Origin.UNKNOWN, binary("21000000"));
    assertEquals(Origin.UNKNOWN, binary("210000037F0000"));
    assertEquals(Origin.UNKNOWN, binary("213100D8" + "2F".repeat(216)));
  }

  @Test
  void binaryTellsTheAddress() throws ProxyHeader.Bad {
    assertEquals(from("192.0.2.1", 56324), binary("2111000C C0000201 C6336402 DC04 075B"));
    String v6 = "20010DB8000000000000000000000001";
    assertEquals(from("2001:db8::1", 65535), binary("21210024" + v6 + v6 + "FFFF075B"));
  }

  @Test
  void whatElseTheProxyTellsIsSkipped() throws ProxyHeader.Bad {
    assertEquals(from("192.0.2.1", 1), binary("21110011 C0000201 C6336402 0001 075B 0400020000"));
    assertEquals(
        from("192.0.2.1", 1),
        binary("21111000 C0000201 C6336402 0001 075B" + "00".repeat(4096 - 12)));
  }

  @Test
  void localIsTheProxyItself() throws ProxyHeader.Bad {
    assertEquals(Origin.LOCAL, binary("20000000"));
    assertEquals(Origin.LOCAL, binary("2011000C C0000201 C6336402 DC04 075B"));
    assertEquals(Origin.LOCAL, binary("20FF000100"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY",
        "PROXY ",
        "PROXY TCP4",
        "PROXY TCP5 192.0.2.1 192.0.2.2 1 2",
        "PROXY UDP4 192.0.2.1 192.0.2.2 1 2",
        "PROXY UNKNOWNS",
        "proxy TCP4 192.0.2.1 192.0.2.2 1 2",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3",
        "PROXY TCP4  192.0.2.1 192.0.2.2 1 2",
        "PROXY TCP4 192.0.2.1 192.0.2.2 65536 2",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536",
        "PROXY TCP4 192.0.2.1 192.0.2.2 -1 2",
        "PROXY TCP4 192.0.2.256 192.0.2.2 1 2",
        "PROXY TCP4 192.0.2.1 localhost 1 2",
        "PROXY TCP4 localhost 192.0.2.2 1 2",
        "PROXY TCP4 ::1 ::1 1 2",
        "PROXY TCP6 192.0.2.1 192.0.2.2 1 2",
        "PROXY TCP6 fe80::1%lo ::1 1 2",
        "PROXY TCP6 [::1] ::1 1 2",
        "GET / HTTP/1.1"
      })
  void otherLinesAreRefused(String line) {
    assertThrows(ProxyHeader.Bad.class, () -> line(line));
  }

  @Test
  void lineIsBoundedAndEndsAsItShould() {
    byte[] endless = ("PROXY UNKNOWN " + "x".repeat(93)).getBytes(StandardCharsets.US_ASCII);
    assertEquals(107, endless.length);
    String text =
        assertThrows(ProxyHeader.Bad.class, () -> read(Protocol.V1, endless)).getMessage();
    assertTrue(text.contains("107"), text);
    byte[] bare = "PROXY UNKNOWN\n".getBytes(StandardCharsets.US_ASCII);
    assertThrows(ProxyHeader.Bad.class, () -> read(Protocol.V1, bare));
  }

  @ParameterizedTest
  @CsvSource({
    "11000000, version", // version 1 in binary
    "22000000, command",
    "31000000, version",
    "2112000C, stream", // UDP
    "21220024, stream",
    "213200D8, stream",
    "21410000, stream",
    "2111000B, 12",
    "21210023, 36",
    "213100D7, 216",
    "21001001, 4096",
    "20001001, 4096"
  })
  void otherBinaryHeadersAreRefusedAtTheirFixedPart(String fixed, String why) {
    String text = assertThrows(ProxyHeader.Bad.class, () -> binary(fixed)).getMessage();
    assertTrue(text.contains(why), text);
  }

  @Test
  void onlyTheConfiguredFormIsTaken() throws ProxyHeader.Bad {
    byte[] line = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] binary = Bytes.hex(SIGNATURE + "20000000");
    assertEquals(Origin.UNKNOWN, read(Protocol.V1, line));
    assertEquals(Origin.LOCAL, read(Protocol.V2, binary));
    assertThrows(ProxyHeader.Bad.class, () -> read(Protocol.V2, line));
    assertThrows(ProxyHeader.Bad.class, () -> read(Protocol.V1, binary));
  }

  /** At the first byte: a CONNECT, and what only begins like a header. */
  @ParameterizedTest
  @ValueSource(strings = {"10", "50525B", "0D0A0D0B", "505251"})
  void whatBeginsOtherwiseIsRefusedAtOnce(String hex) {
    byte[] bytes = Bytes.hex(hex);
    assertThrows(ProxyHeader.Bad.class, () -> read(Protocol.BOTH, bytes));
  }
}
