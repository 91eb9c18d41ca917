package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which records pass on their way in. */
class TlsRecordsTest {
  private static final String HELLO = "16 0301 0002 0101";
  private static final String CHANGE = "14 0303 0001 01";
  private static final String FINISHED = "16 0303 0003 aabbcc";
  private static final String DATA = "17 0303 0001 ff";
  private static final String ALERT = "15 0303 0002 0100";

  private final TlsRecords records = new TlsRecords();
  private final EmbeddedChannel channel = new EmbeddedChannel(records);

  private Exception caught;

  private int passed(String hex) {
    ByteBuf bytes = Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    try {
      channel.writeInbound(bytes);
    } catch (Exception e) {
      caught = e;
    }
    ByteBuf out = channel.readInbound();
    if (out == null) {
      assertEquals(0, bytes.refCnt());
      return -1;
    }
    int count = out.readableBytes();
    out.release();
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 1000})
  void handshakeAndDataPassHoweverTheyAreCut(int piece) {
    String all = (HELLO + FINISHED + CHANGE + FINISHED + DATA + ALERT + DATA).replace(" ", "");
    for (int at = 0; at < all.length(); at += 2 * piece) {
      String part = all.substring(at, Math.min(all.length(), at + 2 * piece));
      assertEquals(part.length() / 2, passed(part));
    }
    assertTrue(records.hasBegun());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void secondHandshakeMessageAfterTheChangeIsARenegotiation(int piece) {
    String all = (HELLO + CHANGE + FINISHED + DATA).replace(" ", "");
    for (int at = 0; at < all.length(); at += 2 * piece) {
      passed(all.substring(at, Math.min(all.length(), at + 2 * piece)));
    }
    assertEquals(-1, passed("16"));
    assertEquals("renegotiation", refusal().reason());
    assertEquals(-1, passed(DATA), "nothing passes any more");
    assertNull(caught);
  }

  @Test
  void complaintInTheClearIsRead() {
    passed(HELLO);
    passed("15 0303 0002 02");
    assertEquals(-1, records.alert());
    passed("30");
    assertEquals(48, records.alert());
  }

  @Test
  void encryptedComplaintIsNot() {
    passed(HELLO + "15 0303 0003 aabbcc");
    assertEquals(-1, records.alert());
  }

  @ParameterizedTest
  @CsvSource({
    "10, MQTT without TLS",
    "47, HTTP",
    "50, HTTP",
    "48, HTTP",
    "4f, HTTP",
    "00, 0x00",
    "17, 0x17"
  })
  void whatIsNoTlsIsNamed(String first, String words) {
    assertEquals(-1, passed(first));
    TlsRefusal refusal = refusal();
    assertEquals("not-tls", refusal.reason());
    assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    assertFalse(records.hasBegun());
  }

  @ParameterizedTest
  @ValueSource(strings = {"13", "18", "80"})
  void unknownTypesAreRefused(String type) {
    passed(HELLO);
    assertEquals(-1, passed(type));
    assertEquals("damaged", refusal().reason());
  }

  @Test
  void recordsAreBounded() {
    assertEquals(5, passed("16 0301 4800"));
    TlsRecords other = new TlsRecords();
    EmbeddedChannel second = new EmbeddedChannel(other);
    ByteBuf large = Unpooled.wrappedBuffer(HexFormat.of().parseHex("1603014801"));
    assertThrows(TlsRefusal.class, () -> second.writeInbound(large));
    assertNull(second.readInbound());
  }

  private TlsRefusal refusal() {
    TlsRefusal refusal = assertInstanceOf(TlsRefusal.class, caught);
    caught = null;
    return refusal;
  }
}
