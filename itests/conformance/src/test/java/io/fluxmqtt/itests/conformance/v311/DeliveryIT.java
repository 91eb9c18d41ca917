package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.conformance.v311.Peer.DUP;
import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, sections 4.3 and 4.4: the delivery protocols and what is sent again. */
class DeliveryIT extends SharedBrokerCase {
  @Test
  @Normative(v311 = {"MQTT-4.3.1-1"})
  void qos0IsSentOnceAndNeverAgain() throws IOException {
    Peer first = kept("subscriber");
    first.subscribe(topic, 0);
    Peer publisher = clean("publisher");
    publisher.publish(1, topic, "x");
    assertEquals(0x30, first.see("x").first(), "QoS 0, DUP 0");
    first.cut();
    Peer second = kept("subscriber");
    publisher.publish(2, topic, "end");
    second.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.2-1", "MQTT-3.3.1-3"})
  void qos1IsSentAtFirstWithoutDup() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 1);
    clean("publisher").publish(1, topic, "x");
    assertEquals(0x32, subscriber.see("x").first(), "QoS 1, DUP 0");
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.2-1", "MQTT-4.4.0-1", "MQTT-2.3.1-4"})
  void qos1IsUnacknowledgedUntilPubAck() throws IOException {
    Peer subscriber = kept("subscriber");
    subscriber.subscribe(topic, 1);
    Peer publisher = clean("publisher");
    publisher.publish(1, topic, "x");
    int id = subscriber.see("x").packetId();
    for (int i = 0; i < 2; i++) {
      subscriber.cut();
      subscriber = kept("subscriber");
      assertEquals(id, subscriber.see("x").packetId());
    }
    subscriber.send(acknowledge(Wire.PUBACK, id));
    subscriber.ping();
    subscriber.cut();
    subscriber = kept("subscriber");
    publisher.publish(2, topic, "end");
    subscriber.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.2-1"})
  void pubAckOfAnotherIdentifierAcknowledgesNothing() throws IOException {
    Peer subscriber = kept("subscriber");
    subscriber.subscribe(topic, 1);
    clean("publisher").publish(1, topic, "x");
    int id = subscriber.see("x").packetId();
    subscriber.send(acknowledge(Wire.PUBACK, id + 1));
    subscriber.cut();
    kept("subscriber").see("x");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, DUP})
  @Normative(v311 = {"MQTT-4.3.2-2"})
  void identifierAfterPubAckIsThatOfANewPublication(int dup) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 1);
    Peer publisher = clean("publisher");
    publisher.send(publish311(0x02, topic, 1, "first"));
    publisher.expectAcknowledgement(Wire.PUBACK, 1);
    publisher.send(publish311(0x02 | dup, topic, 1, "second"));
    publisher.expectAcknowledgement(Wire.PUBACK, 1);
    subscriber.take("first");
    subscriber.take("second");
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.3-1", "MQTT-2.3.1-6"})
  void qos2IsSentAtFirstWithoutDupAndThenReleased() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    clean("publisher").publish(2, topic, "x");
    RawPacket publish = subscriber.see("x");
    assertEquals(0x34, publish.first(), "QoS 2, DUP 0");
    subscriber.ping();
    subscriber.acknowledge(Wire.PUBREC, publish);
    subscriber.expectAcknowledgement(Wire.PUBREL, publish.packetId());
    subscriber.acknowledge(Wire.PUBCOMP, publish);
    subscriber.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.3-1", "MQTT-4.4.0-1", "MQTT-2.3.1-4"})
  void qos2IsUnacknowledgedUntilPubRecAndItsReleaseUntilPubComp() throws IOException {
    Peer subscriber = kept("subscriber");
    subscriber.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.publish(2, topic, "x");
    int id = subscriber.see("x").packetId();
    subscriber.cut();

    subscriber = kept("subscriber");
    assertEquals(id, subscriber.see("x").packetId());
    subscriber.send(acknowledge(Wire.PUBREC, id));
    subscriber.expectAcknowledgement(Wire.PUBREL, id);
    for (int i = 0; i < 2; i++) {
      subscriber.cut();
      subscriber = kept("subscriber");
      subscriber.expectAcknowledgement(Wire.PUBREL, id);
      subscriber.ping();
    }
    subscriber.send(acknowledge(Wire.PUBCOMP, id));
    subscriber.ping();
    subscriber.cut();
    subscriber = kept("subscriber");
    publisher.publish(2, topic, "end");
    subscriber.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.3-2"})
  void publishThatIsRepeatedBeforePubRelIsDeliveredOnce() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.send(publish311(0x04, topic, 7, "once"));
    publisher.expectAcknowledgement(Wire.PUBREC, 7);
    for (int flags : new int[] {0x04 | DUP, 0x04 | DUP, 0x04}) {
      publisher.send(publish311(flags, topic, 7, "once"));
      publisher.expectAcknowledgement(Wire.PUBREC, 7);
    }
    publisher.release(7);
    publisher.publish(2, topic, "end");
    List<RawPacket> delivered = subscriber.takeUntil("end");
    assertEquals(1, delivered.size());
    assertEquals("once", delivered.get(0).payloadText());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, DUP})
  @Normative(v311 = {"MQTT-4.3.3-2"})
  void identifierAfterPubCompIsThatOfANewPublication(int dup) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.send(publish311(0x04, topic, 7, "first"));
    publisher.expectAcknowledgement(Wire.PUBREC, 7);
    publisher.release(7);
    publisher.send(publish311(0x04 | dup, topic, 7, "second"));
    publisher.expectAcknowledgement(Wire.PUBREC, 7);
    publisher.release(7);
    publisher.publish(2, topic, "end");
    assertEquals(
        List.of("first", "second"),
        subscriber.takeUntil("end").stream().map(RawPacket::payloadText).toList());
  }

  @Test
  @Normative(v311 = {"MQTT-4.3.3-2"})
  void pubRelIsAnsweredThoughItIsRepeated() throws IOException {
    Peer publisher = clean("publisher");
    publisher.send(publish311(0x04, topic, 7, "x"));
    publisher.expectAcknowledgement(Wire.PUBREC, 7);
    publisher.release(7);
    publisher.release(7);
    publisher.release(8);
  }

  @Test
  @Normative(v311 = {"MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-4.6.0-6", "MQTT-3.3.1-1"})
  void unacknowledgedMessagesAreSentAgainInTheirOrder() throws IOException {
    Peer first = kept("subscriber");
    first.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      publisher.publish(1 + i % 2, topic, "m" + i);
      RawPacket publish = first.see("m" + i);
      if (i % 5 == 3) {
        first.acknowledge(publish.qos() == 1 ? Wire.PUBACK : Wire.PUBREC, publish);
        if (publish.qos() == 2) {
          first.expectAcknowledgement(Wire.PUBREL, publish.packetId());
          first.acknowledge(Wire.PUBCOMP, publish);
        }
      } else {
        sent.add(publish.payloadText() + " " + publish.packetId() + " true");
      }
    }
    first.ping();
    first.cut();

    Peer second = kept("subscriber");
    List<String> again = new ArrayList<>();
    for (int i = 0; i < sent.size(); i++) {
      RawPacket publish = second.expect(Wire.PUBLISH);
      again.add(publish.payloadText() + " " + publish.packetId() + " " + publish.dup());
    }
    assertEquals(sent, again);
    second.ping();
  }

  @Test
  @Normative(v311 = {"MQTT-4.6.0-2"})
  void pubAcksComeInTheOrderOfTheirPublishes() throws IOException {
    acknowledgementsComeInOrder(0x02, Wire.PUBACK);
  }

  @Test
  @Normative(v311 = {"MQTT-4.6.0-3"})
  void pubRecsComeInTheOrderOfTheirPublishes() throws IOException {
    acknowledgementsComeInOrder(0x04, Wire.PUBREC);
  }

  /** Some of the messages have receivers and some have none, so their ways are of unlike length. */
  private void acknowledgementsComeInOrder(int flags, int type) throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic + "/1", 2);
    Peer away = kept("away");
    away.subscribe(topic + "/2", 2);
    away.cut();
    Peer publisher = clean("publisher");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      int id = 1 + i * 7919 % 65_521;
      ids.add(id);
      all.writeBytes(publish311(flags | i % 2, topic + "/" + i % 3, id, "m" + i));
    }
    publisher.send(all.toByteArray());
    for (int id : ids) {
      publisher.expectAcknowledgement(type, id);
    }
  }

  @Test
  @Normative(v311 = {"MQTT-4.6.0-4", "MQTT-4.6.0-6"})
  void pubRelsComeInTheOrderOfThePubRecs() throws IOException {
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      publisher.publish(2, topic, "m" + i);
      ids.add(subscriber.see("m" + i).packetId());
    }
    List<Integer> shuffled = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      shuffled.add(ids.get(i * 37 % ids.size()));
    }
    for (int id : shuffled) {
      subscriber.send(acknowledge(Wire.PUBREC, id));
    }
    for (int id : shuffled) {
      subscriber.expectAcknowledgement(Wire.PUBREL, id);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative(v311 = {"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
  void messagesOfATopicComeInTheOrderOfTheirPublisher(int qos) throws IOException {
    int count = 500;
    List<Peer> subscribers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Peer subscriber = clean("subscriber " + i);
      subscriber.subscribe(topic, qos);
      subscribers.add(subscriber);
    }
    Peer publisher = clean("publisher");
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      expected.add("m" + i);
      all.writeBytes(publish311(qos << 1, topic, i + 1, "m" + i));
    }
    publisher.send(all.toByteArray());
    for (int id = 1; id <= count && qos > 0; id++) {
      publisher.expectAcknowledgement(qos == 1 ? Wire.PUBACK : Wire.PUBREC, id);
    }
    for (int id = 1; id <= count && qos == 2; id++) {
      publisher.release(id);
    }
    publisher.publish(qos, topic, "end");
    for (Peer subscriber : subscribers) {
      assertEquals(
          expected, subscriber.takeUntil("end").stream().map(RawPacket::payloadText).toList());
    }
  }
}
