package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, sections 3.1.2.4, 3.1.2.11.2 and 4.1: sessions, how they go on and how they end. */
@ExtendWith(SharedBroker.class)
class SessionIT {
  private static final int NO_SUBSCRIBER = 0x10;

  private final String id = "session-" + UUID.randomUUID();
  private final String topic = "session/" + id;
  private BrokerAddress broker;

  @BeforeEach
  void remember(BrokerAddress address) {
    broker = address;
  }

  private ConnectPacket kept(String clientId) {
    return ConnectPacket.v5(clientId).sessionExpiry(60);
  }

  /** Leaves a session behind that holds a subscription. */
  private void leaveSession(String clientId) throws IOException {
    try (RawClient client = RawClient.connected(broker, kept(clientId))) {
      client.subscribe(topic, 1);
      client.send(Wire.disconnect());
      client.expectClosed();
    }
  }

  private int publish(String payload) throws IOException {
    try (RawClient publisher = RawClient.connected(broker, ConnectPacket.v5(""))) {
      return publisher.publish(topic, payload);
    }
  }

  @Test
  @Normative({"MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2"})
  void cleanStartDiscardsTheSession() throws Exception {
    leaveSession(id);
    assertEquals(0, publish("queued"));
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(kept(id));
      assertEquals(0, connAck.reason());
      assertFalse(connAck.sessionPresent());
      client.expectNothing(); // nothing was queued
      assertEquals(NO_SUBSCRIBER, publish("nobody subscribes"));
    }
    try (RawClient client = RawClient.open(broker)) {
      assertTrue(client.connect(kept(id).resume()).sessionPresent(), "a new one was begun");
      client.expectNothing();
    }
  }

  @Test
  @Normative({"MQTT-3.1.2-5", "MQTT-3.1.4-4", "MQTT-3.2.2-3", "MQTT-3.1.2-23", "MQTT-3.2.0-1"})
  void sessionGoesOn() throws Exception {
    leaveSession(id);
    assertEquals(0, publish("while away"));
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(kept(id).resume()); // before the message
      assertEquals(0, connAck.reason());
      assertTrue(connAck.sessionPresent());
      RawPacket message = client.expect(Wire.PUBLISH);
      assertEquals("while away", message.payloadText());
      client.send(Wire.acknowledge(Wire.PUBACK, message.packetId()));
      assertEquals(0, publish("while here"));
      assertEquals("while here", client.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  @Normative({"MQTT-3.1.2-6", "MQTT-3.2.2-3"})
  void sessionIsBegunWhereThereIsNone() throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      RawPacket connAck = client.connect(kept(id).resume());
      assertEquals(0, connAck.reason());
      assertFalse(connAck.sessionPresent());
      client.subscribe(topic, 1);
      client.cut();
    }
    assertEquals(0, publish("kept"));
    try (RawClient client = RawClient.open(broker)) {
      assertTrue(client.connect(kept(id).resume()).sessionPresent());
      assertEquals("kept", client.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  @Normative("MQTT-3.1.2-23")
  void lostConnectionLeavesTheSession() throws Exception {
    RawClient lost = RawClient.connected(broker, kept(id));
    lost.subscribe(topic, 2);
    lost.send(Wire.publish("session/elsewhere", 2, 77, "x"));
    lost.expect(Wire.PUBREC);
    publish("in flight");
    RawPacket first = lost.expect(Wire.PUBLISH);
    lost.cut();
    try (RawClient client = RawClient.open(broker)) {
      assertTrue(client.connect(kept(id).resume()).sessionPresent());
      RawPacket again = client.expect(Wire.PUBLISH);
      assertEquals(first.packetId(), again.packetId());
      assertEquals("in flight", again.payloadText());
      client.send(Wire.acknowledge(Wire.PUBREL, 77));
      assertEquals(0, client.expect(Wire.PUBCOMP).reason(), "77 was received before");
    }
  }

  @Test
  @Normative("MQTT-3.1.3-2")
  void sessionsAreToldApartByClientIdentifier() throws Exception {
    String[] ids = {id, id.toUpperCase(java.util.Locale.ROOT), id + " ", id + "é", "/" + id};
    for (String each : ids) {
      try (RawClient client = RawClient.open(broker)) {
        assertFalse(client.connect(kept(each).resume()).sessionPresent(), each);
        client.subscribe(topic + "/" + each.hashCode(), 0);
      }
    }
    for (String each : ids) {
      try (RawClient client = RawClient.open(broker)) {
        assertTrue(client.connect(kept(each).resume()).sessionPresent(), each);
        for (String other : ids) {
          client.send(Wire.publish(topic + "/" + other.hashCode(), 0, 0, other));
        }
        assertEquals(each, client.expect(Wire.PUBLISH).payloadText());
        client.expectNothing();
      }
    }
  }

  @Test
  @Normative("MQTT-4.1.0-1")
  void sessionStaysWhileItsConnectionIsOpen() throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5(id).sessionExpiry(1));
        RawClient other = RawClient.connected(broker, ConnectPacket.v5("0-" + id))) {
      client.subscribe(topic, 1);
      other.subscribe(topic, 1);
      client.send(Wire.publish(topic + "/2", 2, 5, "x"));
      client.expect(Wire.PUBREC);
      Await.passed(Duration.ofMillis(2_500));
      publish("late");
      RawPacket late = client.expect(Wire.PUBLISH);
      assertEquals("late", late.payloadText());
      client.send(Wire.acknowledge(Wire.PUBREL, 5));
      assertEquals(0, client.expect(Wire.PUBCOMP).reason(), "5 is known");
      assertEquals("late", other.expect(Wire.PUBLISH).payloadText());
      try (RawClient young = RawClient.open(broker)) {
        assertTrue(young.connect(kept(id).resume()).sessionPresent());
        assertEquals(late.packetId(), young.expect(Wire.PUBLISH).packetId());
      }
    }
  }

  @Test
  @Normative("MQTT-4.1.0-2")
  void sessionIsDiscardedAfterItsExpiry() throws Exception {
    RawClient client = RawClient.connected(broker, ConnectPacket.v5(id).sessionExpiry(1));
    client.subscribe(topic, 1);
    client.cut();
    Await.passed(Duration.ofSeconds(2));
    assertEquals(NO_SUBSCRIBER, publish("too late"));
    try (RawClient again = RawClient.open(broker)) {
      assertFalse(again.connect(kept(id).resume()).sessionPresent());
      again.expectNothing();
    }
  }

  @Test
  @Normative("MQTT-4.1.0-2")
  void sessionWithoutExpiryEndsWithItsConnection() throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5(id))) {
      client.subscribe(topic, 1);
      client.send(Wire.disconnect());
      client.expectClosed();
    }
    assertEquals(NO_SUBSCRIBER, publish("too late"));
    try (RawClient again = RawClient.open(broker)) {
      assertFalse(again.connect(kept(id).resume()).sessionPresent());
    }
  }

  @Test
  @Normative({"MQTT-4.1.0-2", "MQTT-3.1.2-23"})
  void disconnectSetsAnotherExpiry() throws Exception {
    try (RawClient client = RawClient.connected(broker, kept(id))) {
      client.subscribe(topic, 1);
      client.send(Wire.disconnect(0, property(Wire.SESSION_EXPIRY, u32(0))));
      client.expectClosed();
    }
    assertEquals(NO_SUBSCRIBER, publish("too late"));
    try (RawClient client = RawClient.open(broker)) {
      ConnectPacket brief = ConnectPacket.v5(id).sessionExpiry(1).resume();
      assertFalse(client.connect(brief).sessionPresent());
      client.subscribe(topic, 1);
      client.send(Wire.disconnect(0, property(Wire.SESSION_EXPIRY, u32(60))));
      client.expectClosed();
    }
    Await.passed(Duration.ofSeconds(2));
    assertEquals(0, publish("in time"));
    try (RawClient client = RawClient.open(broker)) {
      assertTrue(client.connect(kept(id).resume()).sessionPresent());
    }
  }
}
