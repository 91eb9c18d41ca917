package io.fluxmqtt.itests.conformance.v311;

import static io.fluxmqtt.itests.kit.Wire.acknowledge;
import static io.fluxmqtt.itests.kit.Wire.publish311;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 3.1.1, section 3.1.2.4: CleanSession, 3.2.2.2: Session Present and 4.1: Session state. */
class SessionIT extends SharedBrokerCase {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Normative(
      v311 = {"MQTT-3.1.2-4", "MQTT-3.1.4-3", "MQTT-3.2.2-2", "MQTT-3.2.2-3", "MQTT-4.1.0-1"})
  void subscriptionsOutliveTheConnection(boolean disconnects) throws IOException {
    Peer first = kept("sleeper");
    assertFalse(first.sessionPresent());
    first.subscribe(topic, 1);
    first.subscribe(topic + "/+", 2);
    if (disconnects) {
      first.leave();
    } else {
      first.cut();
    }

    Peer second = kept("sleeper");
    assertTrue(second.sessionPresent());
    Peer publisher = clean("publisher");
    publisher.publish(2, topic, "one");
    publisher.publish(2, topic + "/two", "two");
    assertEquals(1, second.take("one").qos());
    assertEquals(2, second.take("two").qos());
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-5", "MQTT-4.5.0-1", "MQTT-4.1.0-1"})
  void messagesOfQos1And2WaitForADisconnectedClient() throws IOException {
    Peer first = kept("sleeper");
    first.subscribe(topic + "/#", 2);
    first.leave();
    Peer publisher = clean("publisher");
    publisher.publish(1, topic + "/1", "one");
    publisher.publish(2, topic + "/2", "two");
    publisher.publish(1, topic + "/3", "three");

    Peer second = kept("sleeper");
    assertEquals(0x32, second.see("one").first(), "QoS 1, never sent before");
    assertEquals(0x34, second.see("two").first(), "QoS 2, never sent before");
    assertEquals(0x32, second.see("three").first(), "QoS 1, never sent before");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-5"})
  void messagesThatMatchNoSubscriptionDoNotWait() throws IOException {
    Peer first = kept("sleeper");
    first.subscribe(topic + "/a", 1);
    first.subscribe(topic + "/b", 1);
    first.unsubscribe(topic + "/b");
    first.leave();
    Peer publisher = clean("publisher");
    publisher.publish(1, topic + "/b", "of no subscription");
    publisher.publish(1, topic + "/a", "wanted");
    kept("sleeper").take("wanted");
  }

  @Test
  @Normative(
      v311 = {"MQTT-3.1.2-6", "MQTT-3.1.4-3", "MQTT-3.2.2-1", "MQTT-3.2.2-3", "MQTT-3.1.3-2"})
  void cleanSessionDiscardsTheOldOneAndLeavesNone() throws IOException {
    Peer first = kept("sleeper");
    first.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.publish(2, topic, "in flight");
    first.see("in flight");
    first.cut();
    publisher.publish(1, topic, "waiting");

    Peer clean = clean("sleeper");
    assertFalse(clean.sessionPresent());
    clean.subscribe(topic + "/clean", 2);
    publisher.publish(1, topic, "to a subscription that is gone");
    publisher.publish(1, topic + "/clean", "to the clean session");
    clean.see("to the clean session");
    clean.cut();

    Peer last = kept("sleeper");
    assertFalse(last.sessionPresent());
    publisher.publish(1, topic + "/clean", "to a session that is gone");
    last.subscribe(topic + "/last", 0);
    publisher.publish(2, topic + "/last", "end");
    last.see("end");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-6"})
  void qos2ReceiptOfADiscardedSessionIsForgotten() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    Peer first = kept("publisher");
    first.send(publish311(0x04, topic, 9, "of the first"));
    first.expectAcknowledgement(Wire.PUBREC, 9);
    first.cut();
    Peer second = clean("publisher");
    second.send(publish311(0x04, topic, 9, "of the second"));
    second.expectAcknowledgement(Wire.PUBREC, 9);
    second.release(9);
    assertTrue(
        watcher.takeUntil("of the second").size() <= 1, "at most that of the first before it");
  }

  @Test
  @Normative(v311 = {"MQTT-3.1.2-7"})
  void retainedMessagesOutliveTheSession() throws IOException {
    Peer publisher = clean("publisher");
    publisher.retain(1, topic, "retained");
    publisher.leave();
    clean("publisher").leave();
    Peer late = clean("late");
    late.subscribe(topic, 0);
    late.see("retained");
  }

  @Test
  @Normative(v311 = {"MQTT-4.1.0-1", "MQTT-4.3.3-2"})
  void receivedQos2IdentifierIsRememberedOverADisconnect() throws IOException {
    Peer watcher = clean("watcher");
    watcher.subscribe(topic, 0);
    Peer first = kept("publisher");
    first.send(publish311(0x04, topic, 9, "once"));
    first.expectAcknowledgement(Wire.PUBREC, 9);
    first.cut();

    Peer second = kept("publisher");
    second.send(publish311(0x04 | Peer.DUP, topic, 9, "once"));
    second.expectAcknowledgement(Wire.PUBREC, 9);
    second.release(9);
    second.publish(2, topic, "end");
    assertEquals(1, watcher.takeUntil("end").size());
  }

  @Test
  @Normative(v311 = {"MQTT-4.1.0-1", "MQTT-4.4.0-1"})
  void whatWasSentAndWhatWaitsAreBothStored() throws IOException {
    Peer first = kept("sleeper");
    first.subscribe(topic, 2);
    Peer publisher = clean("publisher");
    publisher.publish(1, topic, "at 1");
    int one = first.see("at 1").packetId();
    publisher.publish(2, topic, "at 2");
    int two = first.see("at 2").packetId();
    publisher.publish(2, topic, "released");
    int three = first.see("released").packetId();
    first.send(acknowledge(Wire.PUBREC, three));
    first.expectAcknowledgement(Wire.PUBREL, three);
    first.cut();
    publisher.publish(1, topic, "while away");

    Peer second = kept("sleeper");
    Set<String> all = second.expectAll(4);
    assertTrue(
        all.containsAll(
            Set.of("PUBLISH " + one + " at 1", "PUBLISH " + two + " at 2", "type 6 " + three)),
        all::toString);
    assertTrue(all.stream().anyMatch(each -> each.endsWith("while away")), all::toString);
  }
}
