package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.BrokerProcess;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.2.2.3: what a listener does not serve, it says and refuses. */
class CapabilitiesIT {
  private static final int RETAIN_NOT_SUPPORTED = 0x9A;
  private static final int QOS_NOT_SUPPORTED = 0x9B;
  private static final int IDENTIFIER_NOT_VALID = 0x85;
  private static final int USE_ANOTHER_SERVER = 0x9C;
  private static final int SERVER_MOVED = 0x9D;
  private static final String ELSEWHERE = "other.example.org:1883";

  private static BrokerProcess process;

  @BeforeAll
  static void start() throws Exception {
    process = BrokerProcess.prepare("capabilities");
    listener("qos0", "maximumQos = 0");
    listener("qos1", "maximumQos = 1");
    listener("fleeting", "retain = false");
    listener("brief", "clientIdMaxBytes = 23");
    listener("answering", "responseInformation = answers/%c");
    listener("busy", "redirect = use-another-server\nserverReference = " + ELSEWHERE);
    listener("moved", "redirect = server-moved\nserverReference = " + ELSEWHERE);
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

  private static BrokerAddress qos(int maximum) {
    return process.address(maximum == 2 ? "default" : "qos" + maximum);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative("MQTT-3.2.2-9")
  void maximumQosIsAnnouncedUnlessItIsTwo(int maximum) throws Exception {
    try (RawClient client = RawClient.open(qos(maximum))) {
      RawPacket connAck = client.connect(ConnectPacket.v5("qos"));
      List<Object> expected = maximum == 2 ? List.of() : List.of((long) maximum);
      assertEquals(expected, connAck.all(Wire.MAXIMUM_QOS));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Normative("MQTT-3.2.2-10")
  void subscriptionsOfAnyQosAreAccepted(int maximum) throws Exception {
    try (RawClient client = RawClient.connected(qos(maximum), ConnectPacket.v5("qos-sub"))) {
      for (int asked = 0; asked <= 2; asked++) {
        int granted = client.subscribe("capabilities/" + asked, asked);
        assertTrue(granted <= asked, "0x%02X".formatted(granted));
        client.send(Wire.publish("capabilities/" + asked, 0, 0, "x"));
        assertEquals("x", client.expect(Wire.PUBLISH).payloadText());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Normative("MQTT-3.2.2-11")
  void publishBeyondTheMaximumQosIsRefused(int maximum) throws Exception {
    for (int qos = maximum + 1; qos <= 2; qos++) {
      try (RawClient client = RawClient.connected(qos(maximum), ConnectPacket.v5("qos-pub"))) {
        client.send(Wire.publish("capabilities/pub", qos, 1, "x"));
        client.expectDisconnect(QOS_NOT_SUPPORTED);
      }
    }
    try (RawClient client = RawClient.connected(qos(maximum), ConnectPacket.v5("qos-pub"))) {
      client.send(Wire.publish("capabilities/pub", maximum, 1, "x"));
      if (maximum == 1) {
        client.expect(Wire.PUBACK);
      }
      client.ping();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  @Normative({"MQTT-3.2.2-12", "MQTT-3.2.2-7"})
  void willBeyondTheMaximumQosIsRefused(int maximum) throws Exception {
    for (int qos = maximum + 1; qos <= 2; qos++) {
      try (RawClient client = RawClient.open(qos(maximum))) {
        client.send(ConnectPacket.v5("qos-will").will("capabilities/w", "x", qos).toBytes());
        client.expectRefused(QOS_NOT_SUPPORTED);
      }
    }
    RawClient.connected(
            qos(maximum), ConnectPacket.v5("qos-will").will("capabilities/w", "x", maximum))
        .close();
  }

  @Test
  @Normative({"MQTT-3.2.2-13", "MQTT-3.2.2-7"})
  void retainedWillIsRefusedWhereThereIsNoRetain() throws Exception {
    BrokerAddress fleeting = process.address("fleeting");
    try (RawClient client = RawClient.open(fleeting)) {
      ConnectPacket connect = ConnectPacket.v5("retain-will").will("capabilities/w", "x", 0);
      client.send(connect.willRetain().toBytes());
      client.expectRefused(RETAIN_NOT_SUPPORTED);
    }
    RawClient.connected(fleeting, ConnectPacket.v5("retain-will").will("capabilities/w", "x", 0))
        .close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative("MQTT-3.2.2-14")
  void retainedPublishIsRefusedWhereThereIsNoRetain(int qos) throws Exception {
    try (RawClient client = RawClient.open(process.address("fleeting"))) {
      RawPacket connAck = client.connect(ConnectPacket.v5("retain-pub"));
      assertEquals(List.of(0L), connAck.all(Wire.RETAIN_AVAILABLE));
      client.send(Wire.publish(qos << 1 | 1, "capabilities/retained", 1, bytes('x')));
      client.expectDisconnect(RETAIN_NOT_SUPPORTED);
    }
    try (RawClient client = RawClient.open(process.address())) {
      RawPacket connAck = client.connect(ConnectPacket.v5("retain-pub"));
      assertEquals(1, connAck.number(Wire.RETAIN_AVAILABLE, 1));
      client.subscribe("capabilities/retained", 0);
      client.expectNothing(); // it was not stored either
    }
  }

  @Test
  @Normative({"MQTT-3.1.3-8", "MQTT-3.2.2-7"})
  void identifierThatIsRefusedIsNamedSo() throws Exception {
    BrokerAddress brief = process.address("brief");
    try (RawClient client = RawClient.open(brief)) {
      client.send(ConnectPacket.v5("i".repeat(24)).toBytes());
      client.expectRefused(IDENTIFIER_NOT_VALID);
    }
    RawClient.connected(brief, ConnectPacket.v5("i".repeat(23))).close();
  }

  @Test
  @Normative("MQTT-3.1.2-28")
  void responseInformationIsGivenOnlyToOneWhoAsks() throws Exception {
    BrokerAddress answering = process.address("answering");
    ConnectPacket zero = ConnectPacket.v5("asks").with(Wire.REQUEST_RESPONSE_INFORMATION, bytes(0));
    for (ConnectPacket connect : List.of(ConnectPacket.v5("asks"), zero)) {
      try (RawClient client = RawClient.open(answering)) {
        assertEquals(List.of(), client.connect(connect).all(Wire.RESPONSE_INFORMATION));
      }
    }
    try (RawClient client = RawClient.open(answering)) {
      ConnectPacket one =
          ConnectPacket.v5("asks").with(Wire.REQUEST_RESPONSE_INFORMATION, bytes(1));
      assertEquals(List.of("answers/asks"), client.connect(one).all(Wire.RESPONSE_INFORMATION));
    }
  }

  @Test
  @Normative({"MQTT-3.2.2-8", "MQTT-3.2.2-7", "MQTT-4.13.2-1"})
  void clientsAreSentToAnotherServer() throws Exception {
    for (boolean moved : new boolean[] {false, true}) {
      try (RawClient client = RawClient.open(process.address(moved ? "moved" : "busy"))) {
        client.send(ConnectPacket.v5("sent-away").toBytes());
        RawPacket connAck = client.expectRefused(moved ? SERVER_MOVED : USE_ANOTHER_SERVER);
        assertEquals(List.of(ELSEWHERE), connAck.all(Wire.SERVER_REFERENCE));
      }
    }
  }
}
