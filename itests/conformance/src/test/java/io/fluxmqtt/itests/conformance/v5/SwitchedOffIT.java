package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.property;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * MQTT 5.0, sections 3.2.2.3 and 4.13: what a listener does not serve is announced and refused, and
 * what it checks or bears besides (retain and QoS: CapabilitiesIT).
 */
class SwitchedOffIT {
  private static final byte[] UTF8_PAYLOAD = property(Wire.PAYLOAD_FORMAT, bytes(1));
  private static final byte[] NO_UTF8 = {'a', (byte) 0xC3, 0x28};

  private static BrokerProcess process;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("switched-off");
    process.set("io.fluxmqtt.session.cfg", "receiveMaximum", 5);
    listener("wildcard", "wildcardSubscriptions = false");
    listener("shared", "sharedSubscriptions = false");
    listener("identifiers", "subscriptionIdentifiers = false");
    listener("checking", "payloadFormatCheck = true");
    listener("patient", "receiveMaximumExceeded = warn");
    process.start();
  }

  private static void listener(String name, String settings) throws IOException {
    process.write(
        "io.fluxmqtt.listener-" + name + ".cfg",
        "port = " + BrokerProcess.freePort() + "\n" + settings + "\n");
  }

  @AfterAll
  static void stop() throws Exception {
    process.close();
  }

  private static Clients clients(String listener) {
    return new Clients(process.address(listener));
  }

  @ParameterizedTest
  @CsvSource({
    "wildcard, 40, a/+, 0, 162",
    "wildcard, 40, #, 0, 162",
    "wildcard, 40, $share/g/a/#, 0, 162",
    "shared, 42, $share/g/a, 0, 158",
    "identifiers, 41, a, 1, 161"
  })
  void whatIsSwitchedOffIsAnnouncedAndRefused(
      String listener, int announcement, String filter, int identifier, int reason)
      throws IOException {
    try (Clients clients = clients(listener)) {
      RawClient client = clients.open();
      RawPacket connAck = client.connect(clients.v5("c"));
      assertEquals(0, connAck.number(announcement, 1));
      assertEquals(1, client.subscribe("plain", 1));

      byte[] with = identifier == 0 ? bytes() : property(Wire.SUBSCRIPTION_IDENTIFIER, bytes(1));
      client.send(Wire.subscribe(9, filter, 0, with));

      client.expectDisconnect(reason);
    }
  }

  @Test
  void nothingIsAnnouncedThatIsServed() throws IOException {
    try (Clients clients = clients("default")) {
      RawPacket connAck = clients.open().connect(clients.v5("c"));
      for (int property : List.of(0x24, 0x25, 0x28, 0x29, 0x2A)) {
        assertEquals(1, connAck.number(property, 1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aPayloadThatIsNotWhatItSaysIsRefused(int qos) throws IOException {
    try (Clients clients = clients("checking")) {
      RawClient client = clients.connect("c");
      client.subscribe("checked", 2);

      client.send(Wire.publish(qos << 1, "checked", 7, NO_UTF8, UTF8_PAYLOAD));
      RawPacket answer = client.expect(qos == 1 ? Wire.PUBACK : Wire.PUBREC);
      assertEquals(7, answer.packetId());
      assertEquals(0x99, answer.reason());
      client.send(Wire.publish(0, "checked", 0, NO_UTF8));
      assertEquals(List.of(), client.expect(Wire.PUBLISH).all(Wire.PAYLOAD_FORMAT));
      client.send(Wire.publish(0, "checked", 0, "größe".getBytes(UTF_8), UTF8_PAYLOAD));
      client.expectMessage("größe");
    }
  }

  @Test
  void aQos0PayloadThatIsNotWhatItSaysCloses() throws IOException {
    try (Clients clients = clients("checking")) {
      RawClient client = clients.connect("c");
      client.send(Wire.publish(0, "checked", 0, NO_UTF8, UTF8_PAYLOAD));
      client.expectDisconnect(0x99);
    }
  }

  @Test
  void aListenerMayBearClientsThatCannotCount() throws IOException {
    try (Clients clients = clients("patient")) {
      RawClient client = clients.open();
      assertEquals(5, client.connect(clients.v5("c")).number(Wire.RECEIVE_MAXIMUM, 65_535));
      client.subscribe("patient", 0);
      for (int id = 1; id <= 9; id++) {
        client.send(Wire.publish("patient", 2, id, "m" + id));
      }
      for (int id = 1; id <= 9; id++) {
        client.send(Wire.acknowledge(Wire.PUBREL, id));
      }

      int completed = 0;
      int messages = 0;
      while (completed < 9 || messages < 9) {
        RawPacket packet = client.receive();
        switch (packet.type()) {
          case Wire.PUBREC -> assertEquals(0, packet.reason());
          case Wire.PUBCOMP -> completed++;
          case Wire.PUBLISH -> assertEquals("m" + ++messages, packet.payloadText());
          default -> throw new AssertionError(packet.toString());
        }
      }
    }
  }
}
