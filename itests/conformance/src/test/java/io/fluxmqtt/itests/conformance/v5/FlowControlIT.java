package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 4.9: the client's Receive Maximum. */
@ExtendWith(SharedBroker.class)
class FlowControlIT {
  private final String topic = "flow-control/" + UUID.randomUUID();
  private BrokerAddress broker;
  private RawClient publisher;

  @BeforeEach
  void connect(BrokerAddress address) throws IOException {
    broker = address;
    publisher = RawClient.connected(broker, ConnectPacket.v5(""));
  }

  @AfterEach
  void close() throws IOException {
    publisher.close();
  }

  private RawClient subscriber(int receiveMaximum) throws IOException {
    ConnectPacket connect = ConnectPacket.v5("").receiveMaximum(receiveMaximum);
    RawClient client = RawClient.connected(broker, connect);
    client.subscribe(topic, 2);
    return client;
  }

  private void publish(int qos, String payload) throws IOException {
    int id = publisher.nextPacketId();
    publisher.send(Wire.publish(topic, qos, id, payload));
    if (qos == 1) {
      publisher.expect(Wire.PUBACK);
    } else if (qos == 2) {
      publisher.expect(Wire.PUBREC);
      publisher.send(Wire.acknowledge(Wire.PUBREL, id));
      publisher.expect(Wire.PUBCOMP);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  @Normative({"MQTT-4.9.0-1", "MQTT-4.9.0-2", "MQTT-3.3.4-9"})
  void noMoreIsUnderWayThanTheClientReceives(int maximum) throws Exception {
    try (RawClient client = subscriber(maximum)) {
      int total = 3 * maximum;
      for (int i = 0; i < total; i++) {
        publish(1 + i % 2, "m" + i);
      }
      List<RawPacket> underWay = new ArrayList<>();
      for (int i = 0; i < total; i++) {
        if (underWay.size() == maximum) {
          client.expectNothing();
          settle(client, underWay.remove(0));
        }
        RawPacket next = client.expect(Wire.PUBLISH);
        assertEquals("m" + i, next.payloadText());
        underWay.add(next);
      }
      client.expectNothing();
    }
  }

  private static void settle(RawClient client, RawPacket message) throws IOException {
    int id = message.packetId();
    if (message.qos() == 1) {
      client.send(Wire.acknowledge(Wire.PUBACK, id));
      return;
    }
    client.send(Wire.acknowledge(Wire.PUBREC, id));
    assertEquals(id, client.expect(Wire.PUBREL).packetId());
    client.expectNothing(); // PUBREC alone frees no place
    client.send(Wire.acknowledge(Wire.PUBCOMP, id));
  }

  @Test
  @Normative({"MQTT-4.9.0-2", "MQTT-3.3.4-9"})
  void refusedPublishFreesItsPlace() throws Exception {
    try (RawClient client = subscriber(1)) {
      publish(1, "one");
      publish(2, "two");
      publish(1, "three");
      int one = client.expect(Wire.PUBLISH).packetId();
      client.send(Wire.acknowledge(Wire.PUBACK, one, 0x80));
      int two = client.expect(Wire.PUBLISH).packetId();
      client.expectNothing();
      client.send(Wire.acknowledge(Wire.PUBREC, two, 0x80));
      assertEquals("three", client.expect(Wire.PUBLISH).payloadText());
      client.expectNothing();
    }
  }

  @Test
  @Normative({"MQTT-4.9.0-2", "MQTT-3.3.4-9"})
  void resumedSessionKeepsToTheNewMaximum() throws Exception {
    String id = "flow-resumed-" + UUID.randomUUID();
    ConnectPacket wide = ConnectPacket.v5(id).sessionExpiry(60).receiveMaximum(5);
    try (RawClient client = RawClient.connected(broker, wide)) {
      client.subscribe(topic, 1);
      for (int i = 0; i < 5; i++) {
        publish(1, "m" + i);
      }
      for (int i = 0; i < 5; i++) {
        client.expect(Wire.PUBLISH);
      }
      client.cut();
    }
    ConnectPacket narrow = ConnectPacket.v5(id).resume().receiveMaximum(2);
    try (RawClient client = RawClient.connected(broker, narrow)) {
      RawPacket first = client.expect(Wire.PUBLISH);
      assertEquals("m0", first.payloadText());
      assertEquals("m1", client.expect(Wire.PUBLISH).payloadText());
      client.expectNothing();
      client.send(Wire.acknowledge(Wire.PUBACK, first.packetId()));
      assertEquals("m2", client.expect(Wire.PUBLISH).payloadText());
      client.expectNothing();
    }
  }

  @Test
  @Normative({"MQTT-4.9.0-3", "MQTT-4.9.0-1", "MQTT-3.3.4-10"})
  void allElseGoesOnWhileNothingMoreMayBeSent() throws Exception {
    try (RawClient client = subscriber(1)) {
      publish(1, "one");
      publish(1, "waits");
      RawPacket one = client.expect(Wire.PUBLISH);
      assertEquals("one", one.payloadText());

      client.ping();
      assertEquals(1, client.subscribe(topic + "/else", 1));
      client.send(Wire.unsubscribe(50, topic + "/else"));
      assertEquals(50, client.expect(Wire.UNSUBACK).packetId());
      assertEquals(0x10, client.publish(topic + "/up", "x"));
      client.send(Wire.publish(topic + "/up", 2, 51, "x"));
      assertEquals(51, client.expect(Wire.PUBREC).packetId());
      client.send(Wire.acknowledge(Wire.PUBREL, 51));
      assertEquals(51, client.expect(Wire.PUBCOMP).packetId());

      client.send(Wire.acknowledge(Wire.PUBACK, one.packetId()));
      RawPacket waited = client.expect(Wire.PUBLISH);
      assertEquals("waits", waited.payloadText());
      client.send(Wire.disconnect());
      client.expectClosed();
    }
  }

  @Test
  @Normative("MQTT-4.9.0-1")
  void withoutReceiveMaximumManyMayBeUnderWay() throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5(""))) {
      client.subscribe(topic, 1);
      for (int i = 0; i < 20; i++) {
        publish(1, "m" + i);
      }
      for (int i = 0; i < 20; i++) {
        assertTrue(client.expect(Wire.PUBLISH).packetId() > 0);
      }
    }
  }
}
