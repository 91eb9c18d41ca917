package io.fluxmqtt.itests.conformance.v5;

import static io.fluxmqtt.itests.kit.Wire.property;
import static io.fluxmqtt.itests.kit.Wire.u16;
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
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, sections 3.1.2.11.5 and 3.2.2.3.8: Topic Alias Maximum of both sides. */
@ExtendWith(SharedBroker.class)
class TopicAliasMaximumIT {
  private static final int TOPIC_ALIAS_INVALID = 0x94;
  private static final int TOPICS = 10;

  private final String base = "aliases/" + UUID.randomUUID();

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 9, 65_535})
  @Normative({"MQTT-3.1.2-26", "MQTT-3.3.2-8", "MQTT-3.3.2-11"})
  void aliasesOfTheBrokerKeepToTheClientsMaximum(int maximum, BrokerAddress broker)
      throws Exception {
    ConnectPacket connect = ConnectPacket.v5("").with(Wire.TOPIC_ALIAS_MAXIMUM, u16(maximum));
    try (RawClient client = RawClient.connected(broker, connect)) {
      Map<Long, String> meaning = new HashMap<>();
      for (RawPacket message : exchange(client)) {
        for (Object value : message.all(Wire.TOPIC_ALIAS)) {
          long alias = (Long) value;
          assertTrue(alias >= 1 && alias <= maximum, "alias " + alias);
          if (!message.topic().isEmpty()) {
            meaning.put(alias, message.topic());
          }
        }
        String topic =
            message.topic().isEmpty()
                ? meaning.get(message.number(Wire.TOPIC_ALIAS, 0))
                : message.topic();
        assertEquals(message.payloadText(), topic);
      }
      assertTrue(!meaning.isEmpty(), "else nothing was proven");
    }
  }

  @Test
  @Normative({"MQTT-3.1.2-27", "MQTT-3.3.2-11"})
  void brokerSetsNoAliasForAClientThatTakesNone(BrokerAddress broker) throws Exception {
    ConnectPacket zero = ConnectPacket.v5("").with(Wire.TOPIC_ALIAS_MAXIMUM, u16(0));
    for (ConnectPacket connect : List.of(ConnectPacket.v5(""), zero)) {
      try (RawClient client = RawClient.connected(broker, connect)) {
        for (RawPacket message : exchange(client)) {
          assertEquals(List.of(), message.all(Wire.TOPIC_ALIAS));
          assertEquals(message.payloadText(), message.topic());
        }
      }
    }
  }

  /** Each of some topics three times; the payload says the topic. */
  private List<RawPacket> exchange(RawClient client) throws IOException {
    client.subscribe(base + "/#", 0);
    List<RawPacket> messages = new java.util.ArrayList<>();
    for (int i = 0; i < 3 * TOPICS; i++) {
      String topic = base + "/" + i / 2 % TOPICS;
      client.send(Wire.publish(topic, 0, 0, topic));
      messages.add(client.expect(Wire.PUBLISH));
    }
    return messages;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 65_535})
  @Normative({"MQTT-3.2.2-17", "MQTT-3.3.2-9"})
  void aliasBeyondTheServersMaximumIsRefused(int maximum) throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("alias")) {
      process.set("io.fluxmqtt.session.cfg", "topicAliasMaximum", maximum);
      process.start();
      try (RawClient client = RawClient.open(process.address())) {
        RawPacket connAck = client.connect(ConnectPacket.v5("alias"));
        assertEquals(maximum, connAck.number(Wire.TOPIC_ALIAS_MAXIMUM, 0));
        client.subscribe(base, 0);
        client.send(Wire.publish(base, 0, 0, "set", alias(maximum)));
        assertEquals("set", client.expect(Wire.PUBLISH).payloadText());
        client.send(Wire.publish("", 0, 0, "used", alias(maximum)));
        assertEquals("used", client.expect(Wire.PUBLISH).payloadText());
        if (maximum < 65_535) {
          client.send(Wire.publish(base, 0, 0, "x", alias(maximum + 1)));
          client.expectDisconnect(TOPIC_ALIAS_INVALID);
        }
      }
    }
  }

  @Test
  @Normative({"MQTT-3.2.2-18", "MQTT-3.2.2-17"})
  void anyAliasIsRefusedWhereNoneIsAnnounced() throws Exception {
    try (BrokerProcess process = BrokerProcess.prepare("no-alias")) {
      process.set("io.fluxmqtt.session.cfg", "topicAliasMaximum", 0);
      process.start();
      try (RawClient client = RawClient.open(process.address())) {
        RawPacket connAck = client.connect(ConnectPacket.v5("alias"));
        assertEquals(0, connAck.number(Wire.TOPIC_ALIAS_MAXIMUM, 0));
        client.send(Wire.publish(base, 0, 0, "x", alias(1)));
        client.expectDisconnect(TOPIC_ALIAS_INVALID);
      }
    }
  }

  private static byte[] alias(int alias) {
    return property(Wire.TOPIC_ALIAS, u16(alias));
  }
}
