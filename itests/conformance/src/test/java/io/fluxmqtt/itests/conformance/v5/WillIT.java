package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.1.2.5 to 3.1.2.7 and 3.1.3.2 to 3.1.3.4: the Will Message. */
@ExtendWith(SharedBroker.class)
class WillIT {
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final String topic = "will/" + UUID.randomUUID();
  private final String id = "mortal-" + UUID.randomUUID();
  private BrokerAddress broker;
  private RawClient watcher;

  @BeforeEach
  void watch(BrokerAddress address) throws IOException {
    broker = address;
    watcher = RawClient.connected(broker, ConnectPacket.v5("watcher-" + id));
    watcher.subscribe(topic, 2);
  }

  @AfterEach
  void close() throws IOException {
    watcher.close();
  }

  /** The ways in which a connection ends and its Will is published. */
  enum End {
    RESET {
      @Override
      void end(RawClient client) throws IOException {
        client.cut();
      }
    },
    CLOSED {
      @Override
      void end(RawClient client) throws IOException {
        client.close();
      }
    },
    MALFORMED_PACKET {
      @Override
      void end(RawClient client) throws IOException {
        client.send(bytes(0, 0));
        client.expectDisconnect(0x81);
      }
    },
    PROTOCOL_ERROR {
      @Override
      void end(RawClient client) throws IOException {
        client.send(ConnectPacket.v5("second").toBytes());
        client.expectDisconnect(0x82);
      }
    },
    DISCONNECT_WITH_WILL {
      @Override
      void end(RawClient client) throws IOException {
        client.send(Wire.disconnect(0x04));
        client.expectClosed();
      }
    },
    DISCONNECT_WITH_AN_ERROR {
      @Override
      void end(RawClient client) throws IOException {
        client.send(Wire.disconnect(0x80));
        client.expectClosed();
      }
    };

    abstract void end(RawClient client) throws IOException;
  }

  @ParameterizedTest
  @EnumSource(End.class)
  @Normative({"MQTT-3.1.2-7", "MQTT-3.1.2-8"})
  void willIsPublishedWhenTheConnectionHasEnded(End end) throws Exception {
    try (RawClient mortal =
        RawClient.connected(broker, ConnectPacket.v5(id).will(topic, "gone", 0))) {
      watcher.expectNothing();
      end.end(mortal);
      assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
      watcher.expectNothing();
    }
  }

  @Test
  @Normative({"MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.4-3"})
  void willOfAConnectionThatWasTakenOverIsPublished() throws Exception {
    try (RawClient old = RawClient.connected(broker, ConnectPacket.v5(id).will(topic, "gone", 0));
        RawClient young = RawClient.connected(broker, ConnectPacket.v5(id))) {
      assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
      old.expectDisconnect(0x8E);
      young.ping();
    }
  }

  @Test
  @Normative({"MQTT-3.14.4-3", "MQTT-3.1.2-8", "MQTT-3.1.2-10"})
  void normalDisconnectDiscardsTheWill() throws Exception {
    for (byte[] disconnect : List.of(Wire.disconnect(), Wire.disconnect(0))) {
      try (RawClient mortal =
          RawClient.connected(
              broker, ConnectPacket.v5(id).sessionExpiry(60).will(topic, "gone", 0))) {
        mortal.send(disconnect);
        mortal.expectClosed();
      }
      // The session goes on without it.
      RawClient.connected(broker, ConnectPacket.v5(id).resume().sessionExpiry(60)).cut();
    }
    try (RawClient mortal =
        RawClient.connected(broker, ConnectPacket.v5(id).will(topic, "the end", 0))) {
      mortal.send(Wire.disconnect(0x04));
      assertEquals("the end", watcher.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  @Normative("MQTT-3.1.2-10")
  void publishedWillIsRemoved() throws Exception {
    ConnectPacket first = ConnectPacket.v5(id).sessionExpiry(60).will(topic, "gone", 0);
    RawClient.connected(broker, first).cut();
    assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
    try (RawClient again =
        RawClient.connected(broker, ConnectPacket.v5(id).resume().sessionExpiry(60))) {
      again.send(Wire.disconnect(0x04));
      again.expectClosed();
    }
    try (RawClient last =
        RawClient.connected(broker, ConnectPacket.v5(id).resume().will(topic, "the end", 0))) {
      last.send(Wire.disconnect(0x04));
      assertEquals("the end", watcher.expect(Wire.PUBLISH).payloadText());
    }
    watcher.expectNothing();
  }

  @Test
  @Normative({"MQTT-3.1.3-9", "MQTT-3.1.2-8"})
  void delayedWillIsDroppedWhenTheClientReturns() throws Exception {
    byte[] delay = property(Wire.WILL_DELAY, u32(1));
    ConnectPacket mortal = ConnectPacket.v5(id).sessionExpiry(60).will(topic, "returned", 1, delay);
    RawClient.connected(broker, mortal).cut();
    try (RawClient returned =
        RawClient.connected(broker, ConnectPacket.v5(id).resume().sessionExpiry(60))) {
      // Another Will with the same delay, later: when it comes the first one would have come.
      ConnectPacket other =
          ConnectPacket.v5("other-" + id).sessionExpiry(60).will(topic, "stayed away", 1, delay);
      long begin = System.nanoTime();
      RawClient.connected(broker, other).cut();
      RawPacket will = watcher.expect(Wire.PUBLISH);
      assertEquals("stayed away", will.payloadText());
      assertTrue(System.nanoTime() - begin > 0.95 * SECOND_NANOS, "the delay has passed");
      returned.ping();
    }
  }

  @Test
  @Normative("MQTT-3.1.2-8")
  void delayedWillIsPublishedWhenTheSessionEnds() throws Exception {
    byte[] delay = property(Wire.WILL_DELAY, u32(3_600));
    long begin = System.nanoTime();
    RawClient.connected(
            broker, ConnectPacket.v5(id).sessionExpiry(1).will(topic, "ended", 0, delay))
        .cut();
    assertEquals("ended", watcher.expect(Wire.PUBLISH).payloadText());
    assertTrue(System.nanoTime() - begin > 0.95 * SECOND_NANOS, "the session had a second left");
  }

  @Test
  @Normative("MQTT-3.1.2-8")
  void delayIsOverAtOnceWhereTheSessionEndsWithTheConnection() throws Exception {
    byte[] delay = property(Wire.WILL_DELAY, u32(3_600));
    RawClient.connected(broker, ConnectPacket.v5(id).will(topic, "ended", 0, delay)).cut();
    assertEquals("ended", watcher.expect(Wire.PUBLISH).payloadText());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative({"MQTT-3.1.2-12", "MQTT-3.1.3-1"})
  void willHasItsQosTopicAndPayload(int qos) throws Exception {
    RawClient.connected(broker, ConnectPacket.v5(id).will(topic, "gone é", qos)).cut();
    RawPacket will = watcher.expect(Wire.PUBLISH);
    assertEquals(qos, will.qos());
    assertEquals(topic, will.topic());
    assertEquals("gone é", will.payloadText());
  }

  @Test
  @Normative("MQTT-3.1.2-14")
  void willWithoutRetainIsNotRetained() throws Exception {
    RawClient.connected(broker, ConnectPacket.v5(id).will(topic, "gone", 0)).cut();
    assertEquals("gone", watcher.expect(Wire.PUBLISH).payloadText());
    try (RawClient late = RawClient.connected(broker, ConnectPacket.v5("late-" + id))) {
      late.subscribe(topic, 0);
      late.expectNothing();
    }
  }

  @Test
  @Normative("MQTT-3.1.2-15")
  void willWithRetainIsRetained() throws Exception {
    ConnectPacket mortal = ConnectPacket.v5(id).will(topic, "gone", 1).willRetain();
    RawClient.connected(broker, mortal).cut();
    assertFalse(watcher.expect(Wire.PUBLISH).retain());
    try (RawClient late = RawClient.connected(broker, ConnectPacket.v5("late-" + id))) {
      late.subscribe(topic, 0);
      RawPacket retained = late.receive(Duration.ofSeconds(10));
      assertTrue(retained.retain(), retained::toString);
      assertEquals("gone", retained.payloadText());
      late.send(Wire.publish(1, topic, 0, bytes()));
    }
  }

  @Test
  @Normative({"MQTT-3.1.3-10", "MQTT-3.1.3-1"})
  void willKeepsItsPropertiesAndTheirOrder() throws Exception {
    ConnectPacket mortal =
        ConnectPacket.v5(id)
            .will(
                topic,
                "gone",
                1,
                Wire.userProperty("z", "1"),
                property(Wire.CONTENT_TYPE, utf8("text/plain")),
                Wire.userProperty("a", "2"),
                property(Wire.PAYLOAD_FORMAT, bytes(1)),
                Wire.userProperty("z", "1"),
                property(Wire.RESPONSE_TOPIC, utf8("answer/here")),
                property(Wire.CORRELATION_DATA, Wire.binary(bytes(0, 0xFF))),
                property(Wire.MESSAGE_EXPIRY, u32(1_000)),
                Wire.userProperty("", ""));
    RawClient.connected(broker, mortal).cut();
    RawPacket will = watcher.expect(Wire.PUBLISH);
    assertEquals(List.of("z=1", "a=2", "z=1", "="), will.all(Wire.USER_PROPERTY));
    assertEquals(List.of("text/plain"), will.all(Wire.CONTENT_TYPE));
    assertEquals(1, will.number(Wire.PAYLOAD_FORMAT, 0));
    assertEquals(List.of("answer/here"), will.all(Wire.RESPONSE_TOPIC));
    assertArrayEquals(bytes(0, 0xFF), (byte[]) will.all(Wire.CORRELATION_DATA).get(0));
    assertTrue(will.number(Wire.MESSAGE_EXPIRY, 0) > 900, "what is left of it");
    assertEquals("gone", will.payloadText());
  }
}
