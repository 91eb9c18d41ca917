package io.fluxmqtt.itests.conformance.v311;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawPacket;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, section 3.3.1.3: RETAIN. */
class RetainIT extends SharedBrokerCase {
  /** What a new subscription is sent, up to a message that is published after it. */
  private List<RawPacket> retainedAt(String filter, String end) throws IOException {
    Peer late = clean("late");
    late.subscribe(end, 0);
    late.subscribe(filter, 2);
    clean("end").publish(2, end, "end");
    return late.takeUntil("end");
  }

  private List<String> payloads(List<RawPacket> packets) {
    return packets.stream().map(RawPacket::payloadText).toList();
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0,2", "1,0", "1,1", "1,2", "2,0", "2,1", "2,2"})
  @Normative(v311 = {"MQTT-3.3.1-5", "MQTT-3.3.1-6", "MQTT-3.3.1-8", "MQTT-3.8.4-6"})
  void retainedMessageIsStoredWithItsQos(int published, int subscribed) throws IOException {
    clean("publisher").retain(published, topic, "retained");
    Peer late = clean("late");
    late.subscribe(topic, subscribed);
    RawPacket retained = late.take("retained");
    assertTrue(retained.retain());
    assertEquals(topic, retained.topic());
    assertEquals(Math.min(published, subscribed), retained.qos());
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-6"})
  void newSubscriptionGetsTheLastOfEachMatchingTopic() throws IOException {
    Peer publisher = clean("publisher");
    publisher.retain(1, topic + "/a", "old");
    publisher.retain(1, topic + "/b", "b");
    publisher.retain(1, topic + "/a", "new");
    publisher.retain(1, topic + "/a/deeper", "deeper");
    publisher.retain(1, topic, "parent");

    assertEquals(
        List.of("b", "new"),
        payloads(retainedAt(topic + "/+", topic + "/end/1")).stream().sorted().toList());
    assertEquals(
        List.of("b", "deeper", "new", "parent"),
        payloads(retainedAt(topic + "/#", topic + "x/end")).stream().sorted().toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  @Normative(v311 = {"MQTT-3.3.1-7"})
  void retainedMessageOfQos0TakesThePlaceOfTheOldOne(int oldQos) throws IOException {
    Peer publisher = clean("publisher");
    publisher.retain(oldQos, topic, "old");
    publisher.retain(0, topic, "new");
    List<String> retained = payloads(retainedAt(topic, topic + "/end"));
    // It MAY be dropped as well, but the old one is not to come back.
    assertTrue(List.of(List.of("new"), List.of()).contains(retained), retained::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative(v311 = {"MQTT-3.3.1-9"})
  void establishedSubscriptionGetsItWithoutTheFlag(int qos) throws IOException {
    Peer established = clean("established");
    established.subscribe(topic, 2);
    clean("publisher").retain(qos, topic, "x");
    assertFalse(established.take("x").retain());
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-9", "MQTT-3.1.2-5"})
  void messageThatWaitedForItsSubscriberHasNoFlag() throws IOException {
    Peer first = kept("sleeper");
    first.subscribe(topic, 1);
    first.leave();
    clean("publisher").retain(1, topic, "x");
    assertFalse(kept("sleeper").take("x").retain());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative(v311 = {"MQTT-3.3.1-10", "MQTT-3.3.1-11"})
  void emptyRetainedMessageIsDeliveredAndRemovesTheOldOne(int qos) throws IOException {
    Peer publisher = clean("publisher");
    publisher.retain(1, topic, "old");
    Peer established = clean("established");
    established.subscribe(topic, 2);
    established.take("old");

    publisher.retain(qos, topic, "");

    RawPacket empty = established.take("");
    assertEquals(qos, empty.qos());
    assertFalse(empty.retain());
    assertEquals(List.of(), payloads(retainedAt(topic, topic + "/end")));
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-11"})
  void emptyRetainedMessageIsNotStored() throws IOException {
    clean("publisher").retain(1, topic, "");
    assertEquals(List.of(), payloads(retainedAt(topic, topic + "/end")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", ""})
  @Normative(v311 = {"MQTT-3.3.1-12"})
  void messageWithoutTheFlagLeavesWhatIsRetained(String payload) throws IOException {
    Peer publisher = clean("publisher");
    publisher.publish(1, topic, payload);
    assertEquals(List.of(), payloads(retainedAt(topic, topic + "/end")));
    publisher.retain(1, topic, "retained");
    for (int qos = 0; qos <= 2; qos++) {
      publisher.publish(qos, topic, payload);
    }
    assertEquals(List.of("retained"), payloads(retainedAt(topic, topic + "/end")));
  }

  @Test
  @Normative(v311 = {"MQTT-3.3.1-8"})
  void onlyWhatANewSubscriptionCausesHasTheFlag() throws IOException {
    Peer publisher = clean("publisher");
    publisher.retain(1, topic, "before");
    Peer subscriber = clean("subscriber");
    subscriber.subscribe(topic, 1);
    publisher.retain(1, topic, "after");
    publisher.publish(2, topic, "end");
    String flags =
        subscriber.takeUntil("end").stream()
            .map(each -> each.payloadText() + " " + each.retain())
            .collect(Collectors.joining(", "));
    assertEquals("before true, after false", flags);
  }
}
