package io.fluxmqtt.itests.conformance.options;

import static io.fluxmqtt.itests.conformance.options.ListenerBroker.expectClosedSilently;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.publish311;
import static io.fluxmqtt.itests.conformance.options.ListenerBroker.unique;
import static io.fluxmqtt.itests.kit.Wire.bytes;
import static io.fluxmqtt.itests.kit.Wire.u16;
import static io.fluxmqtt.itests.kit.Wire.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What MQTT 3.1.1 can say of what a listener does not serve: SUBACK 0x80, a code, or nothing. */
class SwitchedOff311IT {
  private static final int FAILURE = 0x80;
  private static final int IDENTIFIER_REJECTED = 2;
  private static final int SERVER_UNAVAILABLE = 3;
  private static final int NOT_AUTHORIZED = 5;

  private static ListenerBroker broker;

  @BeforeAll
  static void start() throws Exception {
    broker =
        ListenerBroker.prepare("switched-off-311")
            .session("receiveMaximum", 2)
            .listener("wildcard", "wildcardSubscriptions = false")
            .listener("shared", "sharedSubscriptions = false")
            .listener("identifiers", "subscriptionIdentifiers = false")
            .listener("qos0", "maximumQos = 0")
            .listener("qos1", "maximumQos = 1")
            .listener("fleeting", "retain = false")
            .listener("brief", "clientIdMaxBytes = 23")
            .listener("busy", "redirect = use-another-server", "serverReference = other:1883")
            .listener("moved", "redirect = server-moved")
            .start();
  }

  @AfterAll
  static void stop() throws Exception {
    broker.close();
  }

  /** A SUBSCRIBE with several filters at QoS 1. */
  private static byte[] subscribe(int id, String... filters) {
    byte[] all = {};
    for (String filter : filters) {
      all = Wire.join(all, utf8(filter), bytes(1));
    }
    return Wire.packet(Wire.SUBSCRIBE << 4 | 2, u16(id), all);
  }

  @ParameterizedTest
  @CsvSource({
    "wildcard, a/+",
    "wildcard, #",
    "wildcard, $share/g/a/#",
    "shared, $share/g/a",
    "shared, $share/g/+"
  })
  void filtersThatAreNotServedFailOneByOne(String listener, String filter) throws Exception {
    try (RawClient client = broker.v311(listener)) {
      client.send(subscribe(7, "before", filter, "after"));
      RawPacket subAck = client.expect(Wire.SUBACK);
      assertEquals(7, subAck.packetId());
      assertEquals(List.of(1, FAILURE, 1), subAck.reasons());
      publish311(client, "after", "x");
      assertEquals("x", client.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  void whatIsNotNamedIsServed() throws Exception {
    try (RawClient client = broker.v311("identifiers")) {
      client.send(subscribe(7, "a/+", "$share/g/b/#"));
      assertEquals(List.of(1, 1), client.expect(Wire.SUBACK).reasons());
    }
    try (RawClient client = broker.v311("wildcard")) {
      assertEquals(2, client.subscribe("$share/g/a", 2));
    }
    try (RawClient client = broker.v311("shared")) {
      assertEquals(2, client.subscribe("#", 2));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void subscriptionsAreGrantedUpToTheMaximumQos(int maximum) throws Exception {
    try (RawClient client = broker.v311("qos" + maximum);
        RawClient publisher = broker.v311("default")) {
      String topic = "granted/" + unique();
      assertEquals(maximum, client.subscribe(topic, 2));
      publish311(publisher, topic, "x");
      assertEquals(maximum, client.expect(Wire.PUBLISH).qos());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void publishBeyondTheMaximumQosCloses(int maximum) throws Exception {
    String topic = "beyond/" + unique();
    try (RawClient watcher = broker.v311("default")) {
      watcher.subscribe(topic, 0);
      for (int qos = maximum + 1; qos <= 2; qos++) {
        try (RawClient client = broker.v311("qos" + maximum)) {
          client.send(Wire.publish311(qos << 1, topic, 1, "beyond"));
          expectClosedSilently(client);
        }
      }
      try (RawClient client = broker.v311("qos" + maximum)) {
        client.send(Wire.publish311(maximum << 1, topic, 1, "within"));
        assertEquals("within", watcher.expect(Wire.PUBLISH).payloadText());
      }
    }
  }

  @Test
  void retainedPublishCloses() throws Exception {
    String topic = "retained/" + unique();
    for (int qos = 0; qos <= 2; qos++) {
      try (RawClient client = broker.v311("fleeting")) {
        client.send(Wire.publish311(qos << 1 | 1, topic, 1, "x"));
        expectClosedSilently(client);
      }
    }
    try (RawClient client = broker.v311("fleeting")) {
      client.subscribe(topic, 0);
      publish311(client, topic, "not retained"); // and nothing was before it
      assertEquals("not retained", client.expect(Wire.PUBLISH).payloadText());
    }
  }

  @Test
  void willBeyondWhatIsServedIsNotAuthorized() throws Exception {
    ConnectPacket qos2 = ConnectPacket.v311(unique()).will("w", "x", 2);
    assertEquals(NOT_AUTHORIZED, broker.refusal("qos1", qos2));
    assertEquals(NOT_AUTHORIZED, broker.refusal("fleeting", retainedWill()));
    try (RawClient client = broker.open("qos1")) {
      assertEquals(0, client.connect(ConnectPacket.v311(unique()).will("w", "x", 1)).reason());
    }
  }

  private static ConnectPacket retainedWill() {
    return ConnectPacket.v311(unique()).will("w", "x", 0).willRetain();
  }

  @Test
  void identifierBeyondTheLimitIsRejected() throws Exception {
    assertEquals(IDENTIFIER_REJECTED, broker.refusal("brief", ConnectPacket.v311("i".repeat(24))));
    assertEquals(IDENTIFIER_REJECTED, broker.refusal("brief", ConnectPacket.v311("ü".repeat(12))));
    try (RawClient client = broker.open("brief")) {
      assertEquals(0, client.connect(ConnectPacket.v311("i".repeat(23))).reason());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"busy", "moved"})
  void clientsThatAreSentAwayFindTheServerUnavailable(String listener) throws Exception {
    assertEquals(SERVER_UNAVAILABLE, broker.refusal(listener, ConnectPacket.v311(unique())));
  }

  @Test
  void receiveMaximumDoesNotBindAClientThatWasNotTold() throws Exception {
    try (RawClient client = broker.v311("default")) {
      for (int id = 1; id <= 9; id++) {
        client.send(Wire.publish311(4, "uncounted", id, "x"));
      }
      for (int id = 1; id <= 9; id++) {
        assertEquals(id, client.expect(Wire.PUBREC).packetId());
      }
    }
  }
}
