package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.RuledBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.4: PUBACK, and 3.5: PUBREC, which is alike. */
@ExtendWith(RuledBroker.class)
class PubAckIT {
  private String topic;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect(clients.v5("publisher").explained());
    subscriber = clients.connect(clients.v5("subscriber").receiveMaximum(1));
    subscriber.subscribe(topic, 2);
  }

  @ParameterizedTest
  @ValueSource(ints = {Wire.PUBACK, Wire.PUBREC})
  @Normative({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
  void theReasonCodeSaysWhatBecameOfTheMessage(int type) throws IOException {
    assertEquals(0x00, answer(publisher, type, topic).reason());
    assertEquals(0x10, answer(publisher, type, topic + "/nobody/listens").reason());
    assertEquals(0x87, answer(publisher, type, "denied/" + topic).reason());
    publisher.ping();
  }

  @ParameterizedTest
  @ValueSource(ints = {Wire.PUBACK, Wire.PUBREC})
  @Normative({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
  void everyReasonCodeOfTheTableIsTaken(int type) throws IOException {
    for (int reason : new int[] {0x00, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99}) {
      publisher.publishFully(type == Wire.PUBACK ? 2 : 4, topic, "x");
      int id = subscriber.expectMessage("x").packetId();
      subscriber.send(Wire.acknowledge(type, id, reason));
      if (type == Wire.PUBREC && reason < 0x80) {
        assertEquals(id, subscriber.expect(Wire.PUBREL).packetId());
        subscriber.send(Wire.acknowledge(Wire.PUBCOMP, id));
      }
      subscriber.ping();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x04, 0x11, 0x81, 0x92, 0x93, 0x98, 0xFF})
  @Normative({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
  void anotherReasonCodeIsRefused(int reason, Clients clients) throws IOException {
    for (int type : new int[] {Wire.PUBACK, Wire.PUBREC}) {
      RawClient client = clients.connect("client" + type);
      client.subscribe(topic + "/" + type, 2);
      publisher.publishFully(type == Wire.PUBACK ? 2 : 4, topic + "/" + type, "x");

      int id = client.expectMessage("x").packetId();
      client.send(Wire.acknowledge(type, id, reason));

      client.expectDisconnect(Set.of(0x81, 0x82));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Wire.PUBACK, Wire.PUBREC})
  @Normative({"MQTT-3.4.2-2", "MQTT-3.4.2-3", "MQTT-3.5.2-2", "MQTT-3.5.2-3"})
  void whatExplainsIsLeftOutWhereTheClientHasNoRoom(int type, Clients clients) throws IOException {
    RawPacket told = answer(publisher, type, "denied/" + topic);
    assertFalse(told.all(Wire.REASON_STRING).isEmpty(), "who has room is told why");

    RawClient narrow = NarrowClient.connect(clients);
    RawPacket short1 = answer(narrow, type, "denied/" + topic);
    assertEquals(0x87, short1.reason());
    assertEquals(List.of(), short1.properties());
    // Exactly as large as what it takes: then it is told again.
    int room = told.size();
    RawClient exact =
        clients.connect(
            clients.v5("exact").explained().with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(room)));
    assertEquals(room, answer(exact, type, "denied/" + topic).size());
    RawClient less =
        clients.connect(
            clients.v5("less").explained().with(Wire.MAXIMUM_PACKET_SIZE, Wire.u32(room - 1)));
    assertEquals(List.of(), answer(less, type, "denied/" + topic).properties());
  }

  static Stream<byte[]> forms() {
    return Stream.of(
        Wire.bytes(),
        Wire.bytes(0x00),
        Wire.bytes(0x00, 0x00),
        Wire.join(
            Wire.bytes(0x00),
            Wire.properties(
                Wire.property(Wire.REASON_STRING, Wire.utf8("because")),
                Wire.userProperty("k", "v"),
                Wire.userProperty("k", "v"))));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void everyFormThatAClientMaySendIsTaken(byte[] tail) throws IOException {
    publisher.publish(topic, "one");
    publisher.publishFully(4, topic, "two");
    publisher.publish(topic, "end");

    byte[] id = Wire.u16(subscriber.expectMessage("one").packetId());
    subscriber.send(Wire.packet(0x40, id, tail));
    id = Wire.u16(subscriber.expectMessage("two").packetId());
    subscriber.send(Wire.packet(0x50, id, tail));
    subscriber.expect(Wire.PUBREL);
    subscriber.send(Wire.packet(0x70, id, tail));
    subscriber.take("end");
  }

  @Test
  void aPubAckForNothingDoesNoHarm() throws IOException {
    publisher.send(Wire.acknowledge(Wire.PUBACK, 99), Wire.acknowledge(Wire.PUBCOMP, 98));
    publisher.ping();
  }

  private static RawPacket answer(RawClient client, int type, String topic) throws IOException {
    int id = client.nextPacketId();
    client.send(Wire.publish(topic, type == Wire.PUBACK ? 1 : 2, id, "x"));
    RawPacket answer = client.expect(type);
    assertEquals(type << 4, answer.first());
    assertEquals(id, answer.packetId());
    if (type == Wire.PUBREC && answer.reason() < 0x80) {
      client.send(Wire.acknowledge(Wire.PUBREL, id));
      client.expect(Wire.PUBCOMP);
    }
    return answer;
  }
}
