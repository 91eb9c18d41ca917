package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The client's Maximum Packet Size holds for whatever the broker has to say. */
@ExtendWith(SharedBroker.class)
class PacketSizeIT {
  private static final int REASON_STRING = 0x1F;
  private static final int PACKET_TOO_LARGE = 0x95;
  private static final int NOT_AUTHORIZED = 0x87;

  private final String id = "size-" + UUID.randomUUID();

  @Test
  @Normative({"MQTT-3.1.2-24", "MQTT-3.4.2-2", "MQTT-3.14.2-3"})
  void reasonStringsAreSentOnlyWhereThereIsRoom(BrokerAddress broker) throws IOException {
    try (RawClient wide = RawClient.connected(broker, ConnectPacket.v5("w" + id).explained());
        RawClient narrow = RawClient.connected(broker, sized(30).explained())) {
      byte[] denied = Wire.publish("$denied", 1, 1, "x"); // [MQTT-3.4.2-2]
      wide.send(denied);
      RawPacket full = wide.expect(Wire.PUBACK);
      assertEquals(NOT_AUTHORIZED, full.reason());
      assertEquals(1, full.all(REASON_STRING).size());
      narrow.send(denied);
      RawPacket bare = narrow.expect(Wire.PUBACK);
      assertEquals(NOT_AUTHORIZED, bare.reason());
      assertEquals(3, bare.body().length);

      byte[] wrong = Wire.publish("a/+", 0, 0, "x"); // [MQTT-3.14.2-3]
      wide.send(wrong);
      assertEquals(1, wide.expect(Wire.DISCONNECT).all(REASON_STRING).size());
      narrow.send(wrong);
      assertEquals(1, narrow.expect(Wire.DISCONNECT).body().length);
    }
  }

  @Test
  @Normative("MQTT-3.1.2-24")
  void clientTooSmallForAConnAckIsClosed(BrokerAddress broker) throws IOException {
    int smallest = 0; // of which a CONNACK comes
    for (int maximum = 1; smallest == 0; maximum++) {
      assertTrue(maximum < 100, "no CONNACK at all");
      try (RawClient client = RawClient.open(broker)) {
        client.send(sized(maximum).toBytes());
        RawPacket connAck = client.receive();
        assertEquals(Wire.CONNACK, connAck.type());
        assertTrue(2 + connAck.body().length <= maximum, connAck::toString);
        smallest = maximum;
        client.ping();
      } catch (EOFException | SocketException e) {
        // Closed without a word, as nothing may be said.
      }
    }
    assertTrue(smallest >= 5, "a CONNACK has at least 5 bytes, not " + smallest);
  }

  @Test
  @Normative({"MQTT-3.1.2-24", "MQTT-3.2.2-19"})
  void refusalComesWithoutTextOrNotAtAll(BrokerAddress broker) throws IOException {
    for (int maximum = 1; maximum < 60; maximum++) {
      try (RawClient client = RawClient.open(broker)) {
        client.send(sized(maximum).login("nobody", "knows").toBytes());
        RawPacket refusal = client.receive();
        assertEquals(Wire.CONNACK, refusal.type());
        assertTrue(refusal.reason() >= 0x80, refusal::toString);
        assertTrue(2 + refusal.body().length <= maximum, refusal::toString);
        assertTrue(maximum >= 5);
        client.expectClosed();
      } catch (EOFException | SocketException e) {
        assertTrue(maximum < 5, "closed without a word at " + maximum);
      }
    }
  }

  @Test
  @Normative("MQTT-3.1.2-24")
  void answerThatIsTooLargeClosesAndSaysSo(BrokerAddress broker) throws IOException {
    byte[][] filters = new byte[60][];
    for (int i = 0; i < filters.length; i++) {
      filters[i] = Wire.join(Wire.utf8(id + "/" + i), Wire.bytes(0));
    }
    byte[] subscribe = Wire.packet(0x82, Wire.u16(1), Wire.properties(), Wire.join(filters));
    int exact = 2 + 2 + 1 + filters.length;
    try (RawClient fits = RawClient.connected(broker, sized(exact))) {
      fits.send(subscribe);
      assertEquals(filters.length, fits.expect(Wire.SUBACK).reasons().size());
    }
    try (RawClient client = RawClient.connected(broker, sized(exact - 1))) {
      client.send(subscribe);
      client.expectDisconnect(PACKET_TOO_LARGE);
    }
  }

  @Test
  @Normative("MQTT-3.1.2-25")
  void messageThatIsTooLargeIsLeftOut(BrokerAddress broker) throws IOException {
    try (RawClient client = RawClient.connected(broker, sized(100).receiveMaximum(1))) {
      assertEquals(1, client.subscribe(id, 1));
      client.publish(id, "x".repeat(200)); // [MQTT-3.1.2-25] as if it were completed
      client.send(Wire.publish(id, 0, 0, "small"));
      assertEquals("small", client.expect(Wire.PUBLISH).payloadText());
      client.ping();
    }
  }

  private ConnectPacket sized(int maximum) {
    return ConnectPacket.v5("s" + id).with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(maximum));
  }
}
