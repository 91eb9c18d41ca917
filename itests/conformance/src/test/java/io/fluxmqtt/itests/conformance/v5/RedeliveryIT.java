package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 4.4: message delivery retry, and 4.5: message receipt. */
@ExtendWith(SharedBroker.class)
class RedeliveryIT {
  private String topic;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
  }

  @Test
  @Normative({"MQTT-3.3.1-1", "MQTT-3.3.1-3", "MQTT-4.4.0-1"})
  void whatIsUnacknowledgedComesAgainWithItsIdentifierAndDup(Clients clients) throws IOException {
    RawClient first = subscriber(clients);
    publisher.publishFully(2, topic, "one");
    publisher.publishFully(4, topic, "two");
    publisher.publishFully(4, topic, "released");
    publisher.publishFully(2, topic, "acknowledged");
    RawPacket one = first.expectMessage("one");
    RawPacket two = first.expectMessage("two");
    RawPacket released = first.expectMessage("released");
    assertFalse(one.dup() || two.dup() || released.dup());
    first.take("acknowledged");
    first.send(Wire.acknowledge(Wire.PUBREC, released.packetId()));
    first.expect(Wire.PUBREL);
    first.cut();

    RawClient second = back(clients);
    publisher.publishFully(2, topic, "new");
    // PUBLISH and PUBREL may come in any order; each kind keeps its own.
    Set<Integer> rest = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      RawPacket got = second.receive();
      if (got.type() == Wire.PUBREL) {
        assertEquals(released.packetId(), got.packetId());
        rest.add(released.packetId());
      } else {
        RawPacket original = rest.contains(one.packetId()) ? two : one;
        boolean isNew = rest.contains(two.packetId());
        assertEquals(isNew ? "new" : original.payloadText(), got.payloadText());
        assertEquals(!isNew, got.dup(), "DUP of " + got.payloadText());
        if (isNew) {
          assertFalse(rest.contains(got.packetId()), "an identifier in use");
        } else {
          assertEquals(original.packetId(), got.packetId());
          assertEquals(original.qos(), got.qos());
        }
        rest.add(got.packetId());
      }
    }
    assertEquals(4, rest.size());
    second.ping();
  }

  @Test
  @Normative("MQTT-4.4.0-1")
  void nothingComesAgainOnTheSameConnection(Clients clients) throws IOException {
    RawClient subscriber = subscriber(clients);
    publisher.publishFully(2, topic, "one");
    publisher.publishFully(4, topic, "two");
    publisher.publishFully(4, topic, "three");
    subscriber.expectMessage("one");
    subscriber.expectMessage("two");
    subscriber.send(Wire.acknowledge(Wire.PUBREC, subscriber.expectMessage("three").packetId()));
    subscriber.expect(Wire.PUBREL);

    for (int i = 0; i < 50; i++) {
      publisher.publishFully(2, topic, "later " + i);
      assertFalse(subscriber.take("later " + i).dup());
      subscriber.ping();
    }
    assertEquals(2, subscriber.subscribe(topic, 2), "subscribing is no occasion either");
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-4.4.0-1")
  void nothingComesAgainInANewSession(Clients clients) throws IOException {
    RawClient first = subscriber(clients);
    publisher.publishFully(2, topic, "one");
    publisher.publishFully(4, topic, "two");
    first.expectMessage("one");
    first.send(Wire.acknowledge(Wire.PUBREC, first.expectMessage("two").packetId()));
    first.expect(Wire.PUBREL);
    first.cut();

    RawClient second = clients.connect(clients.v5("subscriber"));
    second.subscribe(topic, 2);
    publisher.publishFully(2, topic, "new");

    second.take("new");
    second.ping();
  }

  @Test
  @Normative("MQTT-4.4.0-1")
  void aTakenOverConnectionLeavesItsMessagesToTheNewOne(Clients clients) throws IOException {
    RawClient first = subscriber(clients);
    publisher.publishFully(2, topic, "one");
    int id = first.expectMessage("one").packetId();

    RawClient second = back(clients);

    first.expectDisconnect(0x8E);
    RawPacket again = second.take("one");
    assertEquals(id, again.packetId());
    assertTrue(again.dup());
  }

  @ParameterizedTest
  @CsvSource({"2, 128", "2, 153", "4, 128", "4, 151"})
  @Normative("MQTT-4.4.0-2")
  void whatTheClientRefusedIsNotSentAgain(int flags, int reason, Clients clients)
      throws IOException {
    RawClient first = subscriber(clients);
    publisher.publishFully(flags, topic, "refused");
    publisher.publishFully(flags, topic, "open");
    int type = flags == 2 ? Wire.PUBACK : Wire.PUBREC;
    int id = first.expectMessage("refused").packetId();
    first.expectMessage("open");
    first.send(Wire.acknowledge(type, id, reason));
    first.ping();
    first.cut();

    RawClient second = back(clients);

    second.take("open");
    second.ping();
  }

  @Test
  @Normative("MQTT-4.5.0-1")
  void everySessionWithAMatchGetsTheMessage(Clients clients) throws IOException {
    for (int i = 0; i < 5; i++) {
      RawClient away = clients.connect(clients.v5("away" + i).sessionExpiry(60));
      away.subscribe(i % 2 == 0 ? topic : topic + "/#", 1 + i % 2);
      away.disconnect();
    }
    clients.connect(clients.v5("other").sessionExpiry(60)).subscribe(topic + "/other", 1);

    publisher.publishFully(2, topic, "one");
    publisher.publishFully(4, topic, "two");

    for (int i = 0; i < 5; i++) {
      RawClient awake = clients.connect(clients.v5("away" + i).resume());
      RawPacket one = awake.take("one");
      assertEquals(0x32, one.first(), "QoS 1, sent for the first time");
      RawPacket two = awake.take("two");
      assertEquals(1 + i % 2, two.qos());
      assertFalse(two.dup());
      awake.ping();
    }
    clients.connect(clients.v5("other").resume()).ping();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 300})
  void manyMessagesWaitInOrder(int count, Clients clients) throws IOException {
    subscriber(clients).disconnect();
    for (int i = 0; i < count; i++) {
      publisher.publishFully(2, topic, "m" + i);
    }

    RawClient awake = clients.connect(clients.v5("subscriber").resume().receiveMaximum(7));
    for (int i = 0; i < count; i++) {
      awake.take("m" + i);
    }
    awake.ping();
  }

  private RawClient subscriber(Clients clients) throws IOException {
    RawClient client = clients.connect(clients.v5("subscriber").sessionExpiry(60));
    client.subscribe(topic, 2);
    return client;
  }

  private static RawClient back(Clients clients) throws IOException {
    return clients.connect(clients.v5("subscriber").resume().sessionExpiry(60));
  }
}
