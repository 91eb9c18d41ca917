package io.fluxmqtt.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** DISCONNECT and CONNACK that name another server, within what the client takes. */
class ServerReferenceTest {
  private static final Packet.Disconnect MOVED =
      new Packet.Disconnect(ReasonCode.SERVER_MOVED, null, "why", "b:1 c:2");
  private static final Packet.ConnAck REFUSED =
      new Packet.ConnAck(
          false,
          ReasonCode.USE_ANOTHER_SERVER.code(),
          Packet.ConnAckProperties.refusal(null, "b:1 c:2"));
  private static final String REFERENCE = "1c0007623a3120633a32";

  private static String sent(ProtocolVersion version, long maximumPacketSize, Packet packet) {
    EmbeddedClient client = new EmbeddedClient();
    client.connection.established(version, maximumPacketSize);
    client.connection.send(packet);
    client.connection.flush();
    return HexFormat.of().formatHex(client.written());
  }

  private static String sent5(long maximumPacketSize, Packet packet) {
    return sent(ProtocolVersion.V5_0, maximumPacketSize, packet);
  }

  @Test
  void disconnectNamesTheServerRatherThanTheReason() {
    assertEquals("e00c9d0a" + REFERENCE, sent5(0xFFFF_FFFFL, MOVED));
    assertEquals("e00c9d0a" + REFERENCE, sent5(14, MOVED));
  }

  @Test
  void referenceThatDoesNotFitLeavesDisconnectWithWhatDoes() {
    assertEquals("e0089d061f0003776879", sent5(13, MOVED));
    assertEquals("e0019d", sent5(9, MOVED));
  }

  @Test
  void connAckNamesTheServerWhereItFits() {
    assertEquals("200d009c0a" + REFERENCE, sent5(15, REFUSED));
    assertEquals("2003009c00", sent5(14, REFUSED));
  }

  @Test
  void olderClientsAreToldNothing() {
    assertEquals("", sent(ProtocolVersion.V3_1_1, 0xFFFF_FFFFL, MOVED));
  }
}
