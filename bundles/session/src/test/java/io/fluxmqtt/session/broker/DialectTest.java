package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.Redirect;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DialectTest {
  private static final Dialect V5 = Dialect.of(ProtocolVersion.V5_0);
  private static final Dialect V3 = Dialect.of(ProtocolVersion.V3_1_1);

  @Test
  void version31SpeaksAs311() {
    assertEquals(V3, Dialect.of(ProtocolVersion.V3_1));
  }

  @ParameterizedTest
  @EnumSource(ReasonCode.class)
  void version5SaysEveryReason(ReasonCode reason) {
    Packet.ConnAck refusal = V5.refuse(reason, "why");
    assertFalse(refusal.sessionPresent());
    assertEquals(reason.code(), refusal.code());
    assertEquals("why", refusal.properties().reasonString());
    assertNull(refusal.properties().serverReference());

    assertEquals(
        new Packet.Disconnect(reason, null, "why", "there"), V5.disconnect(reason, "why", "there"));
    assertSame(reason, V5.refusedFilter(reason));
  }

  /** MQTT 3.1.1, table 3.1; all that is not named here is told as "Server unavailable". */
  @ParameterizedTest
  @CsvSource({
    "UNSUPPORTED_PROTOCOL_VERSION, 1",
    "CLIENT_IDENTIFIER_NOT_VALID, 2",
    "SERVER_UNAVAILABLE, 3",
    "SERVER_BUSY, 3",
    "QUOTA_EXCEEDED, 3",
    "UNSPECIFIED_ERROR, 3",
    "CONNECTION_RATE_EXCEEDED, 3",
    "BAD_USER_NAME_OR_PASSWORD, 4",
    "NOT_AUTHORIZED, 5",
    "BANNED, 5",
    "BAD_AUTHENTICATION_METHOD, 5",
    "QOS_NOT_SUPPORTED, 5",
    "RETAIN_NOT_SUPPORTED, 5"
  })
  void version311SaysWhatItsTableHolds(ReasonCode reason, int code) {
    assertEquals(new Packet.ConnAck(false, code, null), V3.refuse(reason, "why"));
  }

  @Test
  void version311ClosesWithoutAWordWhereTheClientBrokeARule() {
    Set<ReasonCode> silent = EnumSet.noneOf(ReasonCode.class);
    for (ReasonCode reason : ReasonCode.values()) {
      if (V3.refuse(reason, "why") == null) {
        silent.add(reason);
      }
    }
    assertEquals(
        EnumSet.of(
            ReasonCode.MALFORMED_PACKET,
            ReasonCode.PROTOCOL_ERROR,
            ReasonCode.TOPIC_NAME_INVALID,
            ReasonCode.PACKET_TOO_LARGE,
            ReasonCode.PAYLOAD_FORMAT_INVALID),
        silent);
  }

  @ParameterizedTest
  @EnumSource(ReasonCode.class)
  void version311HasOneFailureOfSubAckAndNoDisconnect(ReasonCode reason) {
    assertSame(ReasonCode.UNSPECIFIED_ERROR, V3.refusedFilter(reason));
    assertNull(V3.disconnect(reason, "why", "there"));
  }

  @Test
  void onlyVersion5NamesTheOtherServer() {
    Redirect redirect = new Redirect(ReasonCode.SERVER_MOVED, "other:1883");
    Packet.ConnAck five = V5.refuse(redirect);
    assertFalse(five.sessionPresent());
    assertEquals(0x9D, five.code());
    assertEquals("other:1883", five.properties().serverReference());
    assertNull(five.properties().reasonString());

    assertEquals(new Packet.ConnAck(false, 3, null), V3.refuse(redirect));
  }

  @Test
  void onlyVersion5HasPropertiesInConnAck() {
    Packet.ConnAckProperties properties = Packet.ConnAckProperties.refusal("any", null);
    assertSame(properties, V5.accept(properties));
    assertNull(V3.accept(properties));
  }

  @Test
  void whatVersion5CanVersion311Cannot() {
    assertTrue(V5.canRefusePublish());
    assertTrue(V5.announcesCapabilities());
    assertTrue(V5.hasReceiveMaximum());
    assertTrue(V5.assignsIdToKeptSession());
    assertTrue(V5.canSetKeepAlive());

    assertFalse(V3.canRefusePublish());
    assertFalse(V3.announcesCapabilities());
    assertFalse(V3.hasReceiveMaximum());
    assertFalse(V3.assignsIdToKeptSession());
    assertFalse(V3.canSetKeepAlive());
  }
}
