package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 4.2: TCP, a stream of bytes that knows no packets. */
@ExtendWith(SharedBroker.class)
class TransportIT {
  @Test
  @Normative("MQTT-4.2-1")
  void packetsMayComeByteByByte(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.open(broker)) {
      byte[] all =
          Wire.join(
              ConnectPacket.v5("bytes").toBytes(),
              Wire.subscribe(1, "transport/bytes", 1),
              Wire.pingReq(),
              Wire.publish("transport/bytes", 0, 0, "x".repeat(200)));
      for (byte each : all) {
        client.send(new byte[] {each});
      }
      assertEquals(0, client.expect(Wire.CONNACK).reason());
      assertEquals(1, client.expect(Wire.SUBACK).packetId());
      client.expect(Wire.PINGRESP);
      assertEquals("x".repeat(200), client.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  @Normative("MQTT-4.2-1")
  void manyPacketsMayComeAtOnce(BrokerAddress broker) throws Exception {
    int count = 5_000;
    byte[][] packets = new byte[count + 2][];
    packets[0] = ConnectPacket.v5("at-once").toBytes();
    packets[1] = Wire.subscribe(1, "transport/many", 0);
    for (int i = 0; i < count; i++) {
      packets[i + 2] = Wire.publish("transport/many", 0, 0, "m" + i);
    }
    try (RawClient client = RawClient.open(broker)) {
      client.send(packets);
      client.expect(Wire.CONNACK);
      client.expect(Wire.SUBACK);
      for (int i = 0; i < count; i++) {
        assertEquals("m" + i, client.expect(Wire.PUBLISH).payloadText());
      }
    }
  }

  @Test
  @Normative("MQTT-4.2-1")
  void everyByteArrivesInOrder(BrokerAddress broker) throws Exception {
    byte[] payload = new byte[900_000];
    new java.util.Random(7).nextBytes(payload);
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("large"))) {
      client.subscribe("transport/large", 1);
      byte[] packet = Wire.publish(2, "transport/large", 9, payload);
      int half = packet.length / 2;
      client.send(Arrays.copyOf(packet, half));
      client.send(Arrays.copyOfRange(packet, half, packet.length));
      RawPacket got = client.receive();
      if (got.type() == Wire.PUBACK) {
        got = client.receive();
      }
      assertEquals(sum(payload), sum(got.payload()));
    }
  }

  private static long sum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }
}
