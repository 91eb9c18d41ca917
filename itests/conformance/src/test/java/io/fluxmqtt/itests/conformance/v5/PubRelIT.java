package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.6: PUBREL, and 3.7: PUBCOMP. */
@ExtendWith(SharedBroker.class)
class PubRelIT {
  private final String topic = UUID.randomUUID().toString().substring(0, 6);
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
    subscriber.subscribe(topic, 2);
  }

  @Test
  @Normative({"MQTT-3.6.1-1", "MQTT-3.6.2-1"})
  void whatTheBrokerSendsHasItsFlagsAndSuccess() throws IOException {
    publisher.publishFully(4, topic, "x");
    int id = subscriber.expectMessage("x").packetId();

    subscriber.send(Wire.acknowledge(Wire.PUBREC, id));

    RawPacket pubRel = subscriber.expect(Wire.PUBREL);
    assertEquals(0x62, pubRel.first());
    assertEquals(id, pubRel.packetId());
    assertEquals(0, pubRel.reason());
  }

  @Test
  @Normative("MQTT-3.6.2-1")
  void aPubRecForNothingIsAnsweredWithNotFound() throws IOException {
    subscriber.send(Wire.acknowledge(Wire.PUBREC, 4711));

    RawPacket pubRel = subscriber.expect(Wire.PUBREL);
    assertEquals(0x62, pubRel.first());
    assertEquals(4711, pubRel.packetId());
    assertEquals(0x92, pubRel.reason());
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.7.2-1")
  void pubCompSaysWhetherTheIdentifierWasKnown() throws IOException {
    publisher.send(Wire.publish(topic, 2, 5, "x"));
    publisher.expect(Wire.PUBREC);
    publisher.send(Wire.acknowledge(Wire.PUBREL, 5));
    RawPacket known = publisher.expect(Wire.PUBCOMP);
    assertEquals(0x70, known.first());
    assertEquals(0, known.reason());

    publisher.send(Wire.acknowledge(Wire.PUBREL, 5));
    RawPacket unknown = publisher.expect(Wire.PUBCOMP);
    assertEquals(5, unknown.packetId());
    assertEquals(0x92, unknown.reason());
    publisher.ping();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x10, 0x80, 0x87, 0x91, 0x93, 0xFF})
  @Normative({"MQTT-3.6.2-1", "MQTT-3.7.2-1"})
  void anotherReasonCodeIsRefused(int reason) throws IOException {
    publisher.publishFully(4, topic, "x");
    int id = subscriber.expectMessage("x").packetId();
    subscriber.send(Wire.acknowledge(Wire.PUBREC, id));
    subscriber.expect(Wire.PUBREL);
    publisher.send(Wire.publish(topic, 2, 5, "x"));
    publisher.expect(Wire.PUBREC);

    publisher.send(Wire.acknowledge(Wire.PUBREL, 5, reason));
    subscriber.send(Wire.acknowledge(Wire.PUBCOMP, id, reason));

    publisher.expectDisconnect(Set.of(0x81, 0x82));
    assertTrue(Set.of(0x81, 0x82).contains(afterMessages(subscriber).reason()));
    subscriber.expectClosed();
  }

  private static RawPacket afterMessages(RawClient client) throws IOException {
    RawPacket packet = client.receive();
    while (packet.type() == Wire.PUBLISH) {
      packet = client.receive();
    }
    assertEquals(Wire.DISCONNECT, packet.type());
    return packet;
  }

  @Test
  void notFoundIsTakenFromAClient() throws IOException {
    publisher.publishFully(4, topic, "x");
    int id = subscriber.expectMessage("x").packetId();
    subscriber.send(Wire.acknowledge(Wire.PUBREC, id));
    subscriber.expect(Wire.PUBREL);
    subscriber.send(Wire.acknowledge(Wire.PUBCOMP, id, 0x92));
    subscriber.ping();

    publisher.send(Wire.publish(topic, 2, 5, "x"));
    publisher.expect(Wire.PUBREC);
    publisher.send(Wire.acknowledge(Wire.PUBREL, 5, 0x92));
    assertEquals(5, publisher.expect(Wire.PUBCOMP).packetId());
  }

  @Test
  @Normative({"MQTT-3.6.2-2", "MQTT-3.6.2-3"})
  void pubRelFitsAClientThatTakesLittle(Clients clients) throws IOException {
    int maximum = NarrowClient.maximum(clients);
    RawClient narrow = NarrowClient.connect(clients, clients.v5("narrow"), maximum);
    narrow.subscribe(topic, 2);
    publisher.publishFully(4, topic, "x");
    narrow.send(Wire.acknowledge(Wire.PUBREC, narrow.expectMessage("x").packetId()));
    assertFits(maximum, narrow.expect(Wire.PUBREL));

    narrow.send(Wire.acknowledge(Wire.PUBREC, 4711));
    RawPacket notFound = narrow.expect(Wire.PUBREL);
    assertEquals(0x92, notFound.reason());
    assertFits(maximum, notFound);
  }

  @Test
  @Normative({"MQTT-3.7.2-2", "MQTT-3.7.2-3"})
  void pubCompFitsAClientThatTakesLittle(Clients clients) throws IOException {
    int maximum = NarrowClient.maximum(clients);
    RawClient narrow = NarrowClient.connect(clients, clients.v5("narrow"), maximum);
    narrow.send(Wire.publish(topic, 2, 5, "x"));
    narrow.expect(Wire.PUBREC);
    narrow.send(Wire.acknowledge(Wire.PUBREL, 5));
    assertFits(maximum, narrow.expect(Wire.PUBCOMP));

    narrow.send(Wire.acknowledge(Wire.PUBREL, 4711));
    RawPacket notFound = narrow.expect(Wire.PUBCOMP);
    assertEquals(0x92, notFound.reason());
    assertFits(maximum, notFound);
  }

  private static void assertFits(int maximum, RawPacket packet) {
    assertTrue(packet.size() <= maximum, () -> packet.size() + " bytes");
  }
}
