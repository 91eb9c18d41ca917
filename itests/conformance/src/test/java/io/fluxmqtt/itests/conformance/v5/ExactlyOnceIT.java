package io.fluxmqtt.itests.conformance.v5;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Await;
import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.RuledBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 4.3.3: QoS 2 (identifiers in use: AtLeastOnceIT). */
@ExtendWith(RuledBroker.class)
class ExactlyOnceIT {
  private static final byte[] ONE_SECOND = Wire.property(Wire.MESSAGE_EXPIRY, Wire.u32(1));
  private static final Duration MORE_THAN_ONE_SECOND = Duration.ofMillis(1_100);

  private String topic;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
  }

  @Test
  @Normative({"MQTT-4.3.3-3", "MQTT-4.4.0-1"})
  void aPublishIsUnacknowledgedUntilPubRec(Clients clients) throws IOException {
    RawClient first = subscriber(clients);
    publisher.publishFully(4, topic, "x");
    int id = first.expectMessage("x").packetId();
    first.send(Wire.acknowledge(Wire.PUBREC, 60_000)); // of another one
    first.expect(Wire.PUBREL);
    first.cut();

    RawClient second = back(clients);
    RawPacket again = second.expectMessage("x");
    assertEquals(0x3C, again.first(), "QoS 2, DUP");
    assertEquals(id, again.packetId());
    second.acknowledge(again);
    second.ping();
    second.cut();

    back(clients).ping();
  }

  @Test
  @Normative("MQTT-4.3.3-4")
  void pubRecIsAnsweredWithPubRelOfItsIdentifier(Clients clients) throws IOException {
    RawClient subscriber = subscriber(clients);
    for (int reason : new int[] {0x00, 0x10}) {
      publisher.publishFully(4, topic, "x");
      int id = subscriber.expectMessage("x").packetId();
      subscriber.send(Wire.acknowledge(Wire.PUBREC, id, reason));

      RawPacket pubRel = subscriber.expect(Wire.PUBREL);
      assertEquals(0x62, pubRel.first());
      assertEquals(id, pubRel.packetId());
      assertEquals(0, pubRel.reason());
      subscriber.send(Wire.acknowledge(Wire.PUBREC, id)); // as one that lost it would
      assertEquals(id, subscriber.expect(Wire.PUBREL).packetId());
    }
  }

  @Test
  @Normative("MQTT-4.3.3-4")
  void aPubRecThatRefusesEndsTheFlow(Clients clients) throws IOException {
    RawClient first = subscriber(clients);
    publisher.publishFully(4, topic, "x");
    int id = first.expectMessage("x").packetId();
    first.send(Wire.acknowledge(Wire.PUBREC, id, 0x97));
    first.ping();
    first.cut();

    back(clients).ping();
  }

  @Test
  @Normative({"MQTT-4.3.3-5", "MQTT-4.3.3-6", "MQTT-4.4.0-1"})
  void aPubRelIsUnacknowledgedUntilPubCompAndItsPublishNeverComesAgain(Clients clients)
      throws IOException {
    RawClient client = subscriber(clients);
    publisher.publishFully(4, topic, "x");
    int id = client.expectMessage("x").packetId();
    client.send(Wire.acknowledge(Wire.PUBREC, id));
    client.expect(Wire.PUBREL);
    for (int times = 0; times < 2; times++) {
      client.cut();
      client = back(clients);
      RawPacket pubRel = client.expect(Wire.PUBREL);
      assertEquals(id, pubRel.packetId());
      client.ping();
    }
    client.send(Wire.acknowledge(Wire.PUBCOMP, id));
    client.ping();
    client.cut();

    back(clients).ping();
  }

  @Test
  @Normative("MQTT-4.3.3-7")
  void whatWasSentDoesNotExpire(Clients clients) throws Exception {
    RawClient first = subscriber(clients);
    publisher.publishFully(4, topic, "sent", ONE_SECOND);
    int id = first.expectMessage("sent").packetId();
    first.cut();
    Await.passed(MORE_THAN_ONE_SECOND);

    RawClient second = back(clients);
    RawPacket again = second.take("sent");
    assertEquals(id, again.packetId());
    assertTrue(again.dup());
    second.ping();
  }

  @Test
  @Normative("MQTT-4.3.3-8")
  void pubRecMeansThatTheMessageIsTheBrokers(Clients clients) throws IOException {
    subscriber(clients).disconnect();
    RawClient mortal = clients.connect(clients.v5("mortal").sessionExpiry(60));
    mortal.send(Wire.publish(topic, 2, 0xABCD, "x"));
    RawPacket pubRec = mortal.expect(Wire.PUBREC);
    assertEquals(0x50, pubRec.first());
    assertEquals(0xABCD, pubRec.packetId());
    mortal.cut();

    // It may be offered before or after PUBREL, but it is not sent by the publisher again.
    mortal = clients.connect(clients.v5("mortal").resume());
    mortal.send(Wire.acknowledge(Wire.PUBREL, 0xABCD));
    assertEquals(0, mortal.expect(Wire.PUBCOMP).reason());
    back(clients).take("x");
  }

  @Test
  @Normative("MQTT-4.3.3-9")
  void aRefusedIdentifierIsThatOfANewMessage(Clients clients) throws IOException {
    RawClient subscriber = subscriber(clients);
    publisher.send(Wire.publish("denied/" + topic, 2, 7, "refused"));
    assertEquals(0x87, publisher.expect(Wire.PUBREC).reason());

    for (int flags : new int[] {0x04, 0x0C}) {
      publisher.send(Wire.publish(flags, topic, 7, "x".getBytes(UTF_8)));
      assertEquals(0, publisher.expect(Wire.PUBREC).reason());
      publisher.send(Wire.acknowledge(Wire.PUBREL, 7));
      assertEquals(0, publisher.expect(Wire.PUBCOMP).reason());
      subscriber.take("x");
    }
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-4.3.3-10")
  void repetitionsBeforePubRelAreAcknowledgedAndNotDelivered(Clients clients) throws IOException {
    RawClient subscriber = subscriber(clients);
    publisher = clients.connect(clients.v5("repeater").sessionExpiry(60));
    publisher.send(Wire.publish(topic, 2, 7, "x"));
    assertEquals(7, publisher.expect(Wire.PUBREC).packetId());
    for (int times = 0; times < 3; times++) {
      publisher.send(Wire.publish(0x0C, topic, 7, "x".getBytes(UTF_8)));
      RawPacket pubRec = publisher.expect(Wire.PUBREC);
      assertEquals(7, pubRec.packetId());
      assertTrue(pubRec.reason() < 0x80);
    }
    publisher.cut();
    publisher = clients.connect(clients.v5("repeater").resume());
    publisher.send(Wire.publish(0x0C, topic, 7, "x".getBytes(UTF_8)));
    assertEquals(7, publisher.expect(Wire.PUBREC).packetId());
    publisher.send(Wire.acknowledge(Wire.PUBREL, 7));
    assertEquals(0, publisher.expect(Wire.PUBCOMP).reason());
    publisher.publishFully(4, topic, "end");

    subscriber.expectMessage("x");
    subscriber.expectMessage("end");
    subscriber.ping();
  }

  @Test
  @Normative({"MQTT-4.3.3-11", "MQTT-4.3.3-12"})
  void afterPubCompAnIdentifierIsThatOfANewMessage(Clients clients) throws IOException {
    RawClient subscriber = subscriber(clients);
    for (int flags : new int[] {0x04, 0x0C, 0x04}) {
      publisher.send(Wire.publish(flags, topic, 7, "x".getBytes(UTF_8)));
      assertEquals(7, publisher.expect(Wire.PUBREC).packetId());
      publisher.send(Wire.acknowledge(Wire.PUBREL, 7));
      RawPacket pubComp = publisher.expect(Wire.PUBCOMP);
      assertEquals(0x70, pubComp.first());
      assertEquals(7, pubComp.packetId());
      assertFalse(subscriber.take("x").dup());
    }
  }

  @Test
  @Normative("MQTT-4.3.3-11")
  void everyPubRelIsAnswered() throws IOException {
    for (int id : List.of(1, 256, 65_535)) {
      publisher.send(Wire.acknowledge(Wire.PUBREL, id));
      assertEquals(id, publisher.expect(Wire.PUBCOMP).packetId());
    }
    publisher.send(Wire.publish(topic, 2, 5, "x"), Wire.publish(topic, 2, 6, "y"));
    publisher.expect(Wire.PUBREC);
    publisher.expect(Wire.PUBREC);
    publisher.send(Wire.acknowledge(Wire.PUBREL, 6), Wire.acknowledge(Wire.PUBREL, 5));
    assertEquals(6, publisher.expect(Wire.PUBCOMP).packetId());
    assertEquals(5, publisher.expect(Wire.PUBCOMP).packetId());
  }

  @Test
  @Normative("MQTT-4.3.3-13")
  void theFlowGoesOnThoughTheMessageExpired(Clients clients) throws Exception {
    subscriber(clients).disconnect();
    publisher.send(Wire.publish(topic, 2, 7, "expires", ONE_SECOND));
    assertEquals(7, publisher.expect(Wire.PUBREC).packetId());
    Await.passed(MORE_THAN_ONE_SECOND);

    publisher.send(Wire.publish(0x0C, topic, 7, "expires".getBytes(UTF_8), ONE_SECOND));
    assertEquals(7, publisher.expect(Wire.PUBREC).packetId());
    publisher.send(Wire.acknowledge(Wire.PUBREL, 7));
    RawPacket pubComp = publisher.expect(Wire.PUBCOMP);
    assertEquals(7, pubComp.packetId());
    assertEquals(0, pubComp.reason());
    publisher.publishFully(4, topic, "end");

    RawClient awake = back(clients);
    awake.take("end");
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
