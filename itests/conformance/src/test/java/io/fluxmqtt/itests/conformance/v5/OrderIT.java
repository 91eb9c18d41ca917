package io.fluxmqtt.itests.conformance.v5;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** MQTT 5.0, section 4.6: message ordering. */
@ExtendWith(SharedBroker.class)
class OrderIT {
  private static final int COUNT = 300;
  private static final int BATCH = 20; // below the Receive Maximum of any broker

  private String topic;
  private RawClient publisher;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    topic = clients.topic("a");
    publisher = clients.connect("publisher");
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "2, 2", "2, 1", "1, 0"})
  @Normative({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
  void messagesOfATopicAndQosKeepTheirOrder(int published, int subscribed, Clients clients)
      throws IOException {
    RawClient exact = clients.connect("exact");
    RawClient wild = clients.connect("wild");
    exact.subscribe(topic, subscribed);
    wild.subscribe(topic + "/#", subscribed);

    publishAll(published);

    int qos = Math.min(published, subscribed);
    assertEquals(expected(), payloads(exact, qos, COUNT));
    assertEquals(expected(), payloads(wild, qos, COUNT));
  }

  @Test
  @Normative("MQTT-4.6.0-5")
  void theOrderHoldsAcrossConnectionsAndNarrowWindows(Clients clients) throws IOException {
    RawClient sleeper = clients.connect(clients.v5("sleeper").sessionExpiry(60).receiveMaximum(3));
    sleeper.subscribe(topic, 1);
    for (int i = 0; i < 100; i++) {
      publisher.publishFully(2, topic, String.valueOf(i));
    }
    List<String> got = new ArrayList<>(payloads(sleeper, 1, 20));
    List<String> seen = new ArrayList<>();
    for (int i = 20; i < 23; i++) { // sent, not acknowledged
      seen.add(sleeper.expect(Wire.PUBLISH).payloadText());
    }
    assertEquals(List.of("20", "21", "22"), seen);
    sleeper.cut();
    for (int i = 100; i < COUNT; i++) {
      publisher.publishFully(2, topic, String.valueOf(i));
    }

    sleeper = clients.connect(clients.v5("sleeper").resume().receiveMaximum(4));
    got.addAll(payloads(sleeper, 1, COUNT - 20));

    assertEquals(expected(), got);
    sleeper.ping();
  }

  @Test
  @Normative("MQTT-4.6.0-5")
  void theOrderOfEachPublisherHolds(Clients clients) throws IOException {
    RawClient subscriber = clients.connect("subscriber");
    subscriber.subscribe(topic, 1);
    List<RawClient> publishers = new ArrayList<>();
    for (int p = 0; p < 4; p++) {
      publishers.add(clients.connect("p" + p));
    }
    for (int i = 0; i < 100; i++) {
      for (int p = 0; p < 4; p++) {
        publishers.get(p).send(Wire.publish(topic, 1, i + 1, p + " " + i));
      }
    }

    Map<String, List<Integer>> byPublisher = new HashMap<>();
    for (String payload : payloads(subscriber, 1, 400)) {
      String[] parts = payload.split(" ");
      byPublisher
          .computeIfAbsent(parts[0], key -> new ArrayList<>())
          .add(Integer.valueOf(parts[1]));
    }
    List<Integer> ordered = IntStream.range(0, 100).boxed().toList();
    for (int p = 0; p < 4; p++) {
      assertEquals(ordered, byPublisher.get(String.valueOf(p)));
    }
  }

  @Test
  @Normative("MQTT-4.6.0-5")
  void whatIsSentAgainKeepsItsOrder(Clients clients) throws IOException {
    RawClient first = clients.connect(clients.v5("c").sessionExpiry(60));
    first.subscribe(topic, 2);
    for (int i = 0; i < 20; i++) {
      publisher.publishFully(i % 2 == 0 ? 2 : 4, topic, String.valueOf(i));
    }
    List<String> before = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      before.add(first.expect(Wire.PUBLISH).payloadText());
    }
    first.cut();

    RawClient second = clients.connect(clients.v5("c").resume());
    List<String> again = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      again.add(second.expect(Wire.PUBLISH).payloadText());
    }
    assertEquals(before, again);
  }

  /** Publishes many messages at once, and goes through their flows; until all are published. */
  private void publishAll(int qos) throws IOException {
    for (int begin = 0; begin < COUNT; begin += BATCH) {
      ByteArrayOutputStream batch = new ByteArrayOutputStream();
      for (int i = begin; i < begin + BATCH; i++) {
        byte[] payload = String.valueOf(i).getBytes(UTF_8);
        batch.writeBytes(Wire.publish(qos << 1, topic, i + 1, payload));
      }
      publisher.send(batch.toByteArray());
      int open = qos == 0 ? 0 : BATCH;
      while (open > 0) {
        RawPacket answer = publisher.receive();
        if (answer.type() == Wire.PUBREC) {
          publisher.send(Wire.acknowledge(Wire.PUBREL, answer.packetId()));
        } else {
          assertEquals(qos == 1 ? Wire.PUBACK : Wire.PUBCOMP, answer.type());
          open--;
        }
      }
    }
  }

  private static List<String> payloads(RawClient client, int qos, int count) throws IOException {
    List<String> payloads = new ArrayList<>();
    while (payloads.size() < count) {
      RawPacket packet = client.receive();
      if (packet.type() == Wire.PUBLISH) {
        assertEquals(qos, packet.qos());
        payloads.add(packet.payloadText());
        if (qos > 0) {
          client.send(Wire.acknowledge(qos == 1 ? Wire.PUBACK : Wire.PUBREC, packet.packetId()));
        }
      } else {
        assertEquals(Wire.PUBREL, packet.type());
        client.send(Wire.acknowledge(Wire.PUBCOMP, packet.packetId()));
      }
    }
    return payloads;
  }

  private static List<String> expected() {
    return IntStream.range(0, COUNT).mapToObj(String::valueOf).toList();
  }
}
