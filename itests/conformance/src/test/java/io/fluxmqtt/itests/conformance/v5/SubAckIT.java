package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.RuledBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 3.9: SUBACK, and 3.11: UNSUBACK. */
@ExtendWith(RuledBroker.class)
class SubAckIT {
  private String base;
  private RawClient client;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    base = clients.topic("");
    client = clients.connect("client");
  }

  @Test
  @Normative({"MQTT-3.9.3-1", "MQTT-3.9.3-2", "MQTT-3.8.4-6", "MQTT-3.8.4-7"})
  void subAckHasACodeOfTheTableForEachFilterInTheirOrder() throws IOException {
    client.send(
        Wire.subscribeAll(
            3,
            request(base + "2", 2),
            request("denied/x", 1),
            request(base + "0", 0),
            request("$share/g/" + base + "1", 1),
            request("$share/g/denied/x", 1),
            request(base + "+", 1)));

    RawPacket subAck = client.expect(Wire.SUBACK);

    assertEquals(List.of(2, 0x87, 0, 1, 0x87, 1), subAck.reasons());
    assertEquals(3, subAck.packetId());
  }

  @Test
  @Normative({"MQTT-3.11.3-1", "MQTT-3.11.3-2"})
  void unsubAckHasACodeOfTheTableForEachFilterInTheirOrder() throws IOException {
    client.subscribe(base + "a", 1);
    client.subscribe("$share/g/" + base + "b", 1);

    client.send(
        Wire.unsubscribeAll(3, base + "c", base + "a", base + "a", "$share/g/" + base + "b", "a"));

    RawPacket unsubAck = client.expect(Wire.UNSUBACK);
    assertEquals(0xB0, unsubAck.first());
    assertEquals(3, unsubAck.packetId());
    assertEquals(List.of(0x11, 0x00, 0x11, 0x00, 0x11), unsubAck.reasons());
  }

  @Test
  @Normative({"MQTT-3.9.2-1", "MQTT-3.9.2-2"})
  void subAckHasNoPropertiesWhereTheClientHasNoRoomForThem(Clients clients) throws IOException {
    int maximum = NarrowClient.maximum(clients);
    RawClient narrow = NarrowClient.connect(clients, clients.v5("narrow"), maximum);
    for (int codes = 1; codes <= maximum - 5; codes++) {
      List<byte[]> requests = Collections.nCopies(codes, request("denied/x", 1));
      narrow.send(Wire.subscribeAll(codes, requests.toArray(byte[][]::new)));

      RawPacket subAck = narrow.expect(Wire.SUBACK);
      assertEquals(Collections.nCopies(codes, 0x87), subAck.reasons());
      assertTrue(subAck.size() <= maximum, () -> subAck.size() + " bytes");
    }
  }

  @Test
  @Normative({"MQTT-3.11.2-1", "MQTT-3.11.2-2"})
  void unsubAckHasNoPropertiesWhereTheClientHasNoRoomForThem(Clients clients) throws IOException {
    int maximum = NarrowClient.maximum(clients);
    RawClient narrow = NarrowClient.connect(clients, clients.v5("narrow"), maximum);
    for (int codes = 1; codes <= maximum - 5; codes++) {
      List<String> filters = new ArrayList<>(Collections.nCopies(codes, "a/none"));
      narrow.send(Wire.unsubscribeAll(codes, filters.toArray(String[]::new)));

      RawPacket unsubAck = narrow.expect(Wire.UNSUBACK);
      assertEquals(Collections.nCopies(codes, 0x11), unsubAck.reasons());
      assertTrue(unsubAck.size() <= maximum, () -> unsubAck.size() + " bytes");
    }
  }
}
