package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** MQTT 5.0, section 3.3.4: Receive Maximum of the broker (that of clients: FlowControlIT). */
@ExtendWith(SharedBroker.class)
class ReceiveMaximumIT {
  private String topic;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
  }

  @Test
  @Normative("MQTT-3.3.4-7")
  void onePublishOverTheReceiveMaximumIsRefused(Clients clients) throws IOException {
    RawClient flood = clients.open();
    int maximum = (int) flood.connect(clients.v5("flood")).number(Wire.RECEIVE_MAXIMUM, 65_535);
    assertTrue(maximum < 65_535, "the broker sets no Receive Maximum that could be exceeded");
    for (int id = 1; id <= maximum; id++) {
      flood.send(Wire.publish(topic, 2, id, "")); // never released
      assertEquals(id, flood.expect(Wire.PUBREC).packetId());
    }
    flood.send(Wire.publish(topic, 0, 0, "QoS 0 does not count"));
    flood.ping();

    flood.send(Wire.publish(topic, 1, maximum + 1, ""));

    flood.expectDisconnect(0x93);
  }

  @Test
  @Normative("MQTT-3.3.4-7")
  void acknowledgedPublishesDoNotCount(Clients clients) throws IOException {
    RawClient client = clients.open();
    int maximum = (int) client.connect(clients.v5("client")).number(Wire.RECEIVE_MAXIMUM, 65_535);
    for (int id = 1; id <= maximum + 10; id++) {
      client.send(Wire.publish(topic, 1, id, ""));
      assertEquals(id, client.expect(Wire.PUBACK).packetId());
    }
    for (int id = 1; id < maximum; id++) {
      client.send(Wire.publish(topic, 2, id, ""));
      client.expect(Wire.PUBREC);
    }
    for (int times = 0; times < 3; times++) {
      client.publishFully(4, topic, "released");
      client.publish(topic, "acknowledged");
    }
  }

  @Test
  void qos0IsNotHeldBack(Clients clients) throws IOException {
    RawClient narrow = clients.connect(clients.v5("narrow").receiveMaximum(1));
    narrow.subscribe(topic, 2);
    publisher.publish(topic, "m0");
    publisher.publish(topic, "m1");
    narrow.expectMessage("m0");

    publisher.publishFully(0, topic, "QoS 0");

    narrow.expectMessage("QoS 0");
  }
}
