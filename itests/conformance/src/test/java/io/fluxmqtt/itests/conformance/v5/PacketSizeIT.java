package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.u32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.1.2.11.4 and 3.2.2.3.6: Maximum Packet Size of both sides. */
@ExtendWith(SharedBroker.class)
class PacketSizeIT {
  private static final int PACKET_TOO_LARGE = 0x95;
  private static final int SIZE = 200;

  private final String topic = "size/" + UUID.randomUUID();

  private static ConnectPacket sized(int maximum) {
    return ConnectPacket.v5("size").with(Wire.MAXIMUM_PACKET_SIZE, u32(maximum));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 0", "1, 1", "2, 1", "2, 2", "2, 0"})
  @Normative({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
  void messageThatIsTooLargeIsLeftOut(int publishedQos, int qos, BrokerAddress broker)
      throws Exception {
    int beside = Wire.publish(topic, qos, 1, "").length;
    // Remaining Lengths of more than 127 bytes take one byte more.
    String fits = "f".repeat(SIZE - beside - 1);
    try (RawClient client = RawClient.connected(broker, sized(SIZE).receiveMaximum(1));
        RawClient wide = RawClient.connected(broker, ConnectPacket.v5(""));
        RawClient publisher = RawClient.connected(broker, ConnectPacket.v5(""))) {
      client.subscribe(topic, qos);
      wide.subscribe(topic, qos);
      for (String payload : new String[] {fits + "f", fits, fits + "f", "end"}) {
        int id = publisher.nextPacketId();
        publisher.send(Wire.publish(topic, publishedQos, id, payload));
        if (publishedQos > 0) {
          assertEquals(0, publisher.receive().reason());
        }
        if (publishedQos == 2) {
          publisher.send(Wire.acknowledge(Wire.PUBREL, id));
          publisher.expect(Wire.PUBCOMP);
        }
        take(wide, payload);
      }
      assertEquals(SIZE, take(client, fits).size());
      take(client, "end");
      client.expectNothing();
    }
  }

  private static RawPacket take(RawClient client, String payload) throws Exception {
    RawPacket message = client.expect(Wire.PUBLISH);
    assertEquals(payload, message.payloadText());
    if (message.qos() == 1) {
      client.send(Wire.acknowledge(Wire.PUBACK, message.packetId()));
    } else if (message.qos() == 2) {
      client.send(Wire.acknowledge(Wire.PUBREC, message.packetId()));
      client.expect(Wire.PUBREL);
      client.send(Wire.acknowledge(Wire.PUBCOMP, message.packetId()));
    }
    return message;
  }

  @Test
  @Normative({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
  void retainedMessageThatIsTooLargeIsLeftOut(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, sized(SIZE));
        RawClient publisher = RawClient.connected(broker, ConnectPacket.v5(""))) {
      publisher.send(
          Wire.publish(3, topic + "/a", 1, new byte[SIZE]),
          Wire.publish(3, topic + "/b", 2, "small".getBytes()));
      publisher.expect(Wire.PUBACK);
      publisher.expect(Wire.PUBACK);
      client.subscribe(topic + "/+", 1);
      assertEquals("small", take(client, "small").payloadText());
      client.expectNothing();
      publisher.send(Wire.publish(1, topic + "/a", 0, bytes()));
      publisher.send(Wire.publish(1, topic + "/b", 0, bytes()));
    }
  }

  /** Where an answer itself cannot be sent the connection cannot go on. */
  @Test
  @Normative("MQTT-3.1.2-24")
  void answerThatIsTooLargeIsNotSent(BrokerAddress broker) throws Exception {
    byte[][] requests = new byte[40][];
    for (int i = 0; i < requests.length; i++) {
      requests[i] = Wire.join(Wire.utf8(topic + "/" + i), bytes(0));
    }
    byte[] subscribe = Wire.packet(0x82, Wire.u16(1), Wire.properties(), Wire.join(requests));
    int exact = 5 + requests.length;
    try (RawClient client = RawClient.connected(broker, sized(exact))) {
      client.send(subscribe);
      assertEquals(exact, client.expect(Wire.SUBACK).size());
    }
    try (RawClient client = RawClient.connected(broker, sized(exact - 1))) {
      client.send(subscribe);
      RawPacket answer = client.receive();
      assertEquals(Wire.DISCONNECT, answer.type(), answer::toString);
      assertTrue(answer.size() < exact, answer::toString);
      client.expectClosed();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 1_000, 20_000})
  @Normative({"MQTT-3.2.2-15", "MQTT-4.13.1-1"})
  void packetBeyondTheServersMaximumIsRefused(int maximum) throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("packet-size")) {
      process.set(BrokerProcess.DEFAULT_LISTENER, "packetMaxBytes", maximum);
      process.start();
      BrokerAddress broker = process.address();
      try (RawClient client = RawClient.open(broker)) {
        RawPacket connAck = client.connect(ConnectPacket.v5("small"));
        assertEquals(maximum, connAck.number(Wire.MAXIMUM_PACKET_SIZE, -1));
        byte[] fits = ofSize(maximum);
        client.send(fits, Wire.pingReq());
        client.expect(Wire.PINGRESP);
        client.send(ofSize(maximum + 1));
        client.expectDisconnect(PACKET_TOO_LARGE);
      }
      try (RawClient client = RawClient.open(broker)) {
        client.send(ConnectPacket.v5("x".repeat(maximum)).toBytes());
        client.expectRefusedOrClosed(PACKET_TOO_LARGE);
      }
    }
  }

  private static byte[] ofSize(int size) {
    int payload = size - Wire.publish("size", 0, 0, "").length;
    while (Wire.publish(0, "size", 0, new byte[payload]).length > size) {
      payload--;
    }
    byte[] packet = Wire.publish(0, "size", 0, new byte[payload]);
    assertEquals(size, packet.length);
    return packet;
  }
}
