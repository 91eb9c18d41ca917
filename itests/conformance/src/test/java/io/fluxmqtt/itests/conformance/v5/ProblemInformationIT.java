package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.BrokerAddress;
import io.fluxmqtt.itests.kit.ConnectPacket;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 3.1.2.11.7: Request Problem Information. */
@ExtendWith(SharedBroker.class)
class ProblemInformationIT {
  @Test
  @Normative("MQTT-3.1.2-29")
  void noReasonStringsForOneWhoWantsNone(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, asking(0))) {
      for (RawPacket answer : problems(client)) {
        assertEquals(List.of(), answer.properties(), answer::toString);
      }
      // Only CONNACK, PUBLISH and DISCONNECT are free of it.
      client.send(bytes(0, 0));
      assertEquals(0x81, client.expect(Wire.DISCONNECT).reason());
    }
  }

  @Test
  @Normative("MQTT-3.1.2-29")
  void userPropertiesOfMessagesStay(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, asking(0))) {
      client.subscribe("problem/user", 0);
      client.send(Wire.publish("problem/user", 0, 0, "x", Wire.userProperty("n", "v")));
      assertEquals(List.of("n=v"), client.expect(Wire.PUBLISH).all(Wire.USER_PROPERTY));
    }
  }

  /** Else the test above would prove nothing. */
  @Test
  void reasonStringsAreThereForThoseWhoAsk(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, asking(1))) {
      assertTrue(
          problems(client).stream().anyMatch(answer -> !answer.all(Wire.REASON_STRING).isEmpty()));
      client.send(bytes(0, 0));
      assertEquals(1, client.expect(Wire.DISCONNECT).all(Wire.REASON_STRING).size());
    }
  }

  /** There are clients that cannot read an acknowledgement of more than its Reason Code. */
  @Test
  void whoSaysNothingGetsReasonCodesAlone(BrokerAddress broker) throws Exception {
    try (RawClient client = RawClient.connected(broker, ConnectPacket.v5("problem"))) {
      for (RawPacket answer : problems(client)) {
        assertEquals(List.of(), answer.properties(), answer::toString);
      }
      client.send(bytes(0, 0));
      assertEquals(1, client.expect(Wire.DISCONNECT).body().length);
    }
  }

  private static ConnectPacket asking(int value) {
    return ConnectPacket.v5("problem").with(Wire.REQUEST_PROBLEM_INFORMATION, bytes(value));
  }

  /** The answers to what the broker refuses, one of each type. */
  private static List<RawPacket> problems(RawClient client) throws IOException {
    List<RawPacket> answers = new ArrayList<>();
    client.send(Wire.publish("$denied", 1, 1, "x"));
    answers.add(client.expect(Wire.PUBACK));
    client.send(Wire.publish("$denied", 2, 2, "x"));
    answers.add(client.expect(Wire.PUBREC));
    client.send(Wire.acknowledge(Wire.PUBREC, 99));
    answers.add(client.expect(Wire.PUBREL));
    client.send(Wire.acknowledge(Wire.PUBREL, 99));
    answers.add(client.expect(Wire.PUBCOMP));
    client.send(Wire.subscribe(3, "/".repeat(150), 0));
    answers.add(client.expect(Wire.SUBACK));
    client.send(Wire.unsubscribe(4, "not/there"));
    answers.add(client.expect(Wire.UNSUBACK));
    for (RawPacket answer : answers) {
      int reason = answer.type() >= Wire.SUBACK ? answer.reasons().get(0) : answer.reason();
      assertTrue(reason > 2, answer::toString);
    }
    return answers;
  }
}
