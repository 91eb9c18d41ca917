package io.fluxmqtt.itests.blackbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** QoS 1 and 2, windows and resumption, byte by byte. */
@ExtendWith(SharedBroker.class)
class FlowIT {
  private static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
  private static final int PACKET_ID_NOT_FOUND = 0x92;

  private final String base = "flow/" + UUID.randomUUID();
  private BrokerAddress broker;
  private RawClient publisher;

  @BeforeEach
  void connect(BrokerAddress address) throws IOException {
    broker = address;
    publisher = RawClient.connected(broker, ConnectPacket.v5("p" + base));
  }

  @AfterEach
  void close() throws IOException {
    publisher.close();
  }

  @Test
  void publishAtQos2IsDeliveredOnceThoughItIsRepeated() throws IOException {
    try (RawClient subscriber = RawClient.connected(broker, ConnectPacket.v5("s" + base))) {
      subscriber.subscribe(base, 2);
      publisher.send(Wire.publish(base, 2, 7, "once"));
      publisher.expect(Wire.PUBREC);
      publisher.send(Wire.publish(0x0C, base, 7, "once".getBytes()));
      assertEquals(7, publisher.expect(Wire.PUBREC).packetId());
      publisher.send(Wire.acknowledge(Wire.PUBREL, 7));
      assertEquals(0, publisher.expect(Wire.PUBCOMP).reason());
      publisher.send(Wire.publish(base, 2, 7, "next"));
      publisher.expect(Wire.PUBREC);

      assertEquals("once", subscriber.expect(Wire.PUBLISH).payloadText());
      assertEquals("next", subscriber.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  void unknownPubRelIsAnswered() throws IOException {
    publisher.send(Wire.acknowledge(Wire.PUBREL, 99));
    RawPacket answer = publisher.expect(Wire.PUBCOMP);
    assertEquals(99, answer.packetId());
    assertEquals(PACKET_ID_NOT_FOUND, answer.reason());
    publisher.ping();
  }

  @Test
  void unexpectedAcknowledgementsDoNoHarm() throws IOException {
    publisher.send(Wire.acknowledge(Wire.PUBACK, 99), Wire.acknowledge(Wire.PUBCOMP, 98));
    publisher.ping();
  }

  @Test
  void tooManyUnacknowledgedPublishesClose() throws IOException {
    try (RawClient client = RawClient.open(broker)) {
      long maximum =
          client.connect(ConnectPacket.v5("flood" + base)).number(Wire.RECEIVE_MAXIMUM, 65_535);
      for (int id = 1; id <= maximum && id < 65_535; id++) {
        client.send(Wire.publish(base, 2, id, ""));
        assertEquals(Wire.PUBREC, client.receive().type());
      }
      if (maximum < 65_535) {
        client.send(Wire.publish(base, 2, (int) maximum + 1, ""));
        client.expectDisconnect(RECEIVE_MAXIMUM_EXCEEDED);
      }
    }
  }

  @Test
  void resumeRepeatsWhatWasNotAcknowledgedWithDup() throws IOException {
    String id = "r" + base;
    try (RawClient subscriber =
        RawClient.connected(broker, ConnectPacket.v5(id).sessionExpiry(60))) {
      subscriber.subscribe(base, 2);
      publisher.publish(base, "one");
      publisher.send(Wire.publish(base, 2, 50, "two"));
      publisher.expect(Wire.PUBREC);
      publisher.send(Wire.acknowledge(Wire.PUBREL, 50));
      publisher.expect(Wire.PUBCOMP);
      assertFalse(subscriber.expect(Wire.PUBLISH).dup());
      RawPacket two = subscriber.expect(Wire.PUBLISH);
      subscriber.send(Wire.acknowledge(Wire.PUBREC, two.packetId()));
      subscriber.expect(Wire.PUBREL);
      subscriber.cut();
    }
    try (RawClient subscriber = RawClient.open(broker)) {
      assertTrue(subscriber.connect(ConnectPacket.v5(id).resume()).sessionPresent());
      // The order of a PUBLISH and a PUBREL is open: each kind keeps its own [MQTT-4.6.0-1].
      RawPacket some = subscriber.receive();
      RawPacket other = subscriber.receive();
      RawPacket one = some.type() == Wire.PUBLISH ? some : other;
      RawPacket release = some.type() == Wire.PUBLISH ? other : some;
      assertEquals("one", one.payloadText());
      assertTrue(one.dup(), "[MQTT-3.3.1-1]");
      assertEquals(Wire.PUBREL, release.type());
      subscriber.send(
          Wire.acknowledge(Wire.PUBACK, one.packetId()),
          Wire.acknowledge(Wire.PUBCOMP, release.packetId()));
      subscriber.ping();
    }
  }

  @Test
  void orderHoldsWithinATopic() throws IOException {
    int count = 500;
    try (RawClient subscriber = RawClient.connected(broker, ConnectPacket.v5("o" + base))) {
      subscriber.subscribe(base, 1);
      for (int i = 1; i <= count; i++) {
        publisher.send(Wire.publish(base, 1, i, "m" + i));
        publisher.expect(Wire.PUBACK);
      }
      for (int i = 1; i <= count; i++) {
        RawPacket got = subscriber.expect(Wire.PUBLISH);
        assertEquals("m" + i, got.payloadText());
        subscriber.send(Wire.acknowledge(Wire.PUBACK, got.packetId()));
      }
    }
  }

  @Test
  void sharedMessagesOfADeadMemberGoToAnother() throws IOException {
    String filter = "$share/g" + base.hashCode() + "/" + base;
    RawClient dying = RawClient.connected(broker, ConnectPacket.v5("d" + base));
    dying.subscribe(filter, 1);
    publisher.publish(base, "orphan");
    assertEquals("orphan", dying.expect(Wire.PUBLISH).payloadText());
    try (RawClient heir = RawClient.connected(broker, ConnectPacket.v5("h" + base))) {
      heir.subscribe(filter, 1);
      dying.cut();
      assertEquals("orphan", heir.expect(Wire.PUBLISH).payloadText());
    }
  }
}
