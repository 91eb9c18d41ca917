package io.fluxmqtt.itests.conformance.v5;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 4.3.1: QoS 0, and 4.3.2: QoS 1; the identifiers of QoS 2 as well. */
@ExtendWith(SharedBroker.class)
class AtLeastOnceIT {
  private String topic;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
  }

  @Test
  @Normative("MQTT-4.3.1-1")
  void aQos0MessageIsSentWithQos0AndNoDup(Clients clients) throws IOException {
    RawClient subscriber = clients.connect("subscriber");
    subscriber.subscribe(topic, 2);

    for (int i = 0; i < 10; i++) {
      publisher.publishFully(0, topic, "m" + i);
      assertEquals(0x30, subscriber.expectMessage("m" + i).first());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Normative({"MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-4.3.3-1", "MQTT-4.3.3-2"})
  void everyNewMessageHasAnIdentifierThatIsNotInUse(int qos, Clients clients) throws IOException {
    RawClient subscriber = clients.connect("subscriber");
    subscriber.subscribe(topic, qos);
    Set<Integer> inUse = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      publisher.publishFully(qos << 1, topic, "m" + i);
      RawPacket got = subscriber.expectMessage("m" + i);
      assertEquals(qos, got.qos());
      assertFalse(got.dup());
      assertTrue(got.packetId() != 0);
      assertTrue(inUse.add(got.packetId()), "identifier " + got.packetId() + " is in use");
    }
  }

  @Test
  @Normative("MQTT-4.3.2-3")
  void aMessageIsUnacknowledgedUntilItsOwnPubAck(Clients clients) throws IOException {
    RawClient subscriber = clients.connect(clients.v5("c").sessionExpiry(60));
    subscriber.subscribe(topic, 1);
    publisher.publish(topic, "acknowledged");
    publisher.publish(topic, "not acknowledged");
    RawPacket acknowledged = subscriber.expectMessage("acknowledged");
    RawPacket other = subscriber.expectMessage("not acknowledged");
    subscriber.send(Wire.acknowledge(Wire.PUBACK, 60_000));
    subscriber.acknowledge(acknowledged);
    subscriber.ping();
    subscriber.cut();

    subscriber = clients.connect(clients.v5("c").resume().sessionExpiry(60));
    assertEquals(other.packetId(), subscriber.expectMessage("not acknowledged").packetId());
    subscriber.ping();
    subscriber.cut();

    subscriber = clients.connect(clients.v5("c").resume().sessionExpiry(60));
    subscriber.take("not acknowledged");
    subscriber.ping();
    subscriber.cut();

    subscriber = clients.connect(clients.v5("c").resume());
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-4.3.2-4")
  void pubAckMeansThatTheMessageIsTheBrokers(Clients clients) throws IOException {
    RawClient sleeper = clients.connect(clients.v5("sleeper").sessionExpiry(60));
    sleeper.subscribe(topic, 1);
    sleeper.disconnect();

    publisher.send(Wire.publish(topic, 1, 0xABCD, "x"));
    assertEquals(0xABCD, publisher.expect(Wire.PUBACK).packetId());
    publisher.cut();

    clients.connect(clients.v5("sleeper").resume()).take("x");
  }

  @Test
  @Normative("MQTT-4.3.2-5")
  void afterItsPubAckAnIdentifierIsThatOfANewMessage(Clients clients) throws IOException {
    RawClient subscriber = clients.connect("subscriber");
    subscriber.subscribe(topic, 1);

    for (int flags : new int[] {0x02, 0x0A, 0x02, 0x0A}) {
      publisher.send(Wire.publish(flags, topic, 7, ("flags " + flags).getBytes(UTF_8)));
      assertEquals(7, publisher.expect(Wire.PUBACK).packetId());
      assertFalse(subscriber.take("flags " + flags).dup());
    }
  }
}
