package io.fluxmqtt.itests.conformance.v5;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.3.1: the flags of PUBLISH (RETAIN: RetainedIT), and 3.3.4: its answer. */
@ExtendWith(SharedBroker.class)
class PublishIT {
  private static final int DUP = 0x08;
  private static final int QOS_1 = 0x02;
  private static final int QOS_2 = 0x04;

  private String topic;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
  }

  @Test
  @Normative({"MQTT-3.3.1-3", "MQTT-4.3.2-2", "MQTT-4.3.3-2"})
  void dupOfThePublisherIsNotPassedOn() throws IOException {
    subscriber.subscribe(topic, 2);

    publisher.publishFully(DUP | QOS_1, topic, "one");
    publisher.publishFully(DUP | QOS_2, topic, "two");

    RawPacket one = subscriber.expectMessage("one");
    assertEquals(1, one.qos());
    assertFalse(one.dup());
    RawPacket two = subscriber.expectMessage("two");
    assertEquals(2, two.qos());
    assertFalse(two.dup());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, QOS_1, DUP | QOS_1, QOS_2, DUP | QOS_2})
  @Normative({"MQTT-3.3.1-2", "MQTT-4.3.1-1"})
  void whatGoesOutAtQos0HasNoDup(int flags) throws IOException {
    subscriber.subscribe(topic, 0);

    publisher.publishFully(flags, topic, "x");

    assertEquals(0x30, subscriber.expectMessage("x").first());
  }

  @Test
  @Normative("MQTT-3.3.1-2")
  void dupAtQos0IsRefused() throws IOException {
    publisher.send(Wire.publish(DUP, topic, 0, "x".getBytes(UTF_8)));

    publisher.expectDisconnect(Set.of(0x81, 0x82));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x06, 0x07, 0x0E, 0x0F})
  @Normative("MQTT-3.3.1-4")
  void bothQosBitsAreMalformed(int flags) throws IOException {
    publisher.send(Wire.publish(flags, topic, 1, "x".getBytes(UTF_8)));

    publisher.expectDisconnect(0x81);
  }

  @Test
  @Normative({"MQTT-3.3.4-1", "MQTT-4.3.2-4", "MQTT-4.3.3-8"})
  void theAnswerIsThatOfTheQos() throws IOException {
    publisher.send(Wire.publish(topic, 0, 0, "nothing"));
    publisher.ping();

    publisher.send(Wire.publish(topic, 1, 0x1234, "PUBACK"));
    RawPacket pubAck = publisher.expect(Wire.PUBACK);
    assertEquals(0x40, pubAck.first());
    assertEquals(0x1234, pubAck.packetId());

    publisher.send(Wire.publish(topic, 2, 0xFFFF, "PUBREC"));
    RawPacket pubRec = publisher.expect(Wire.PUBREC);
    assertEquals(0x50, pubRec.first());
    assertEquals(0xFFFF, pubRec.packetId());
    publisher.ping();
  }

  @Test
  void anEmptyPayloadIsAMessageLikeAnyOther() throws IOException {
    subscriber.subscribe(topic, 1);

    publisher.publish(topic, "");

    assertEquals(0, subscriber.take("").payload().length);
  }

  @Test
  void thePayloadPassesAsItIs() throws IOException {
    byte[] payload = new byte[100_000];
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) (i * 31 + i / 256);
    }
    subscriber.subscribe(topic, 0);

    publisher.send(Wire.publish(QOS_1, topic, 1, payload));

    assertArrayEquals(payload, subscriber.expect(Wire.PUBLISH).payload());
  }
}
