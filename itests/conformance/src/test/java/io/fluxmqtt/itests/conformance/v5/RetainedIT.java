package io.fluxmqtt.itests.conformance.v5;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.itests.kit.Clients;
import io.fluxmqtt.itests.kit.Normative;
import io.fluxmqtt.itests.kit.RawClient;
import io.fluxmqtt.itests.kit.RawPacket;
import io.fluxmqtt.itests.kit.SharedBroker;
import io.fluxmqtt.itests.kit.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MQTT 5.0, section 3.3.1.3: RETAIN, with the Subscription Options that concern it. */
@ExtendWith(SharedBroker.class)
class RetainedIT {
  private static final int RETAIN = 0x01;
  private static final int RETAIN_AS_PUBLISHED = 0x08;
  private static final int SEND_IF_NEW = 0x10;
  private static final int SEND_NEVER = 0x20;

  private String base;
  private RawClient publisher;
  private RawClient subscriber;

  @BeforeEach
  void connect(Clients clients) throws IOException {
    base = clients.topic("");
    publisher = clients.connect("publisher");
    subscriber = clients.connect("subscriber");
    publisher.publishRetained(base + "fence", "fence");
  }

  @Test
  @Normative("MQTT-3.3.1-5")
  void theNewestRetainedMessageIsKept() throws IOException {
    publisher.publishRetained(base + "a", "old", Wire.userProperty("of", "the old one"));
    publisher.publishFully(4 | RETAIN, base + "a", "new", Wire.userProperty("k", "v"));

    subscriber.subscribe(base + "a", 2);

    RawPacket got = subscriber.take("new");
    assertTrue(got.retain());
    assertFalse(got.dup());
    assertEquals(2, got.qos());
    assertEquals(base + "a", got.topic());
    assertEquals(List.of("k=v"), got.all(Wire.USER_PROPERTY));
    expectNoOtherRetained();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  @Normative("MQTT-3.3.1-5")
  void aMessageOfAnyQosIsKept(int qos) throws IOException {
    publisher.publishFully(qos << 1 | RETAIN, base + "a", "kept");
    publisher.ping();

    subscriber.subscribe(base + "a", 2);

    assertEquals(qos, subscriber.take("kept").qos());
  }

  @Test
  @Normative({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
  void anEmptyPayloadRemovesTheRetainedMessage(Clients clients) throws IOException {
    publisher.publishRetained(base + "a", "kept");
    RawClient live = clients.connect("live");
    live.subscribe(base + "a", 1 | RETAIN_AS_PUBLISHED | SEND_NEVER);

    publisher.publishRetained(base + "a", "");

    assertTrue(live.take("").retain(), "it is processed as any other message");
    subscriber.subscribe(base + "a", 1);
    expectNoOtherRetained();
  }

  @Test
  @Normative("MQTT-3.3.1-7")
  void anEmptyPayloadIsNotKeptEither() throws IOException {
    publisher.publishRetained(base + "a", "");

    subscriber.subscribe(base + "a", 1);

    expectNoOtherRetained();
  }

  @Test
  @Normative("MQTT-3.3.1-8")
  void aMessageWithoutRetainLeavesWhatIsKept() throws IOException {
    publisher.publishRetained(base + "a", "kept");
    publisher.publish(base + "a", "passing");
    publisher.publish(base + "a", "");
    publisher.publish(base + "b", "passing");

    subscriber.subscribe(base + "a", 1);
    assertTrue(subscriber.take("kept").retain());
    subscriber.subscribe(base + "b", 1);
    expectNoOtherRetained();
  }

  @Test
  @Normative({"MQTT-3.3.1-9", "MQTT-3.8.4-4"})
  void retainHandling0SendsThemAtEachSubscribe() throws IOException {
    publisher.publishRetained(base + "a/1", "1");
    publisher.publishRetained(base + "a/2", "2");
    publisher.publishRetained(base + "b/1", "another topic");

    for (int times = 0; times < 3; times++) {
      subscriber.subscribe(base + "a/+", 1);
      Set<String> got = new TreeSet<>();
      for (int i = 0; i < 2; i++) {
        RawPacket retained = subscriber.expect(Wire.PUBLISH);
        subscriber.acknowledge(retained);
        assertTrue(retained.retain());
        assertTrue(got.add(retained.topic() + " " + retained.payloadText()));
      }
      assertEquals(Set.of(base + "a/1 1", base + "a/2 2"), got);
    }
    expectNoOtherRetained();
  }

  @Test
  @Normative("MQTT-3.3.1-10")
  void retainHandling1SendsThemToANewSubscriptionOnly() throws IOException {
    publisher.publishRetained(base + "a/1", "1");
    publisher.publishRetained(base + "a/2", "2");

    subscriber.subscribe(base + "a/#", 0 | SEND_IF_NEW);
    Set<String> got = new TreeSet<>();
    got.add(subscriber.expect(Wire.PUBLISH).payloadText());
    got.add(subscriber.expect(Wire.PUBLISH).payloadText());
    assertEquals(Set.of("1", "2"), got);

    subscriber.subscribe(base + "a/#", 1 | SEND_IF_NEW);
    expectNoOtherRetained();

    subscriber.send(Wire.unsubscribe(99, base + "a/#"));
    subscriber.expect(Wire.UNSUBACK);
    subscriber.subscribe(base + "a/#", 0 | SEND_IF_NEW);
    subscriber.expect(Wire.PUBLISH);
    subscriber.expect(Wire.PUBLISH);
    subscriber.ping();
  }

  @Test
  @Normative("MQTT-3.3.1-10")
  void aSubscriptionOfAResumedSessionIsNotNew(Clients clients) throws IOException {
    publisher.publishRetained(base + "a", "kept");
    clients.connect(clients.v5("sleeper").sessionExpiry(60)).subscribe(base + "a", SEND_NEVER);

    subscriber = clients.connect(clients.v5("sleeper").resume());
    subscriber.subscribe(base + "a", 1 | SEND_IF_NEW);

    expectNoOtherRetained();
  }

  @Test
  @Normative("MQTT-3.3.1-11")
  void retainHandling2SendsNone() throws IOException {
    publisher.publishRetained(base + "a", "kept");

    subscriber.subscribe(base + "a", 1 | SEND_NEVER);
    subscriber.subscribe(base + "a", 1 | SEND_NEVER);
    expectNoOtherRetained();

    publisher.publish(base + "a", "new");
    assertFalse(subscriber.take("new").retain());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1", "2, 0", "2, 1"})
  @Normative("MQTT-3.3.1-12")
  void withoutRetainAsPublishedTheFlagIsCleared(int qos, int retain) throws IOException {
    subscriber.subscribe(base + "a", 2);

    publisher.publishFully(qos << 1 | retain, base + "a", "x");

    assertEquals(qos << 1, subscriber.expectMessage("x").first() & 0x0F);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1", "2, 0", "2, 1"})
  @Normative("MQTT-3.3.1-13")
  void withRetainAsPublishedTheFlagIsThatOfThePublisher(int qos, int retain) throws IOException {
    subscriber.subscribe(base + "a", 2 | RETAIN_AS_PUBLISHED);

    publisher.publishFully(qos << 1 | retain, base + "a", "x");

    assertEquals(qos << 1 | retain, subscriber.expectMessage("x").first() & 0x0F);
  }

  @Test
  void whatIsSentOnSubscribingIsMarkedWhateverTheOption() throws IOException {
    publisher.publishRetained(base + "a", "kept");

    subscriber.subscribe(base + "a", 0);
    assertTrue(subscriber.take("kept").retain());
    subscriber.subscribe(base + "a", 0 | RETAIN_AS_PUBLISHED);
    assertTrue(subscriber.take("kept").retain());
  }

  @Test
  void sharedSubscriptionsGetNoRetainedMessages() throws IOException {
    publisher.publishRetained(base + "a", "kept");

    subscriber.subscribe("$share/g/" + base + "a", 1);

    expectNoOtherRetained();
  }

  @Test
  void theSubscriptionIdentifierComesWithARetainedMessage() throws IOException {
    publisher.publishRetained(base + "a", "kept");

    subscriber.subscribe(
        base + "a", 1, Wire.property(Wire.SUBSCRIPTION_IDENTIFIER, Wire.varint(300)));

    assertEquals(List.of(300L), subscriber.take("kept").all(Wire.SUBSCRIPTION_IDENTIFIER));
  }

  /** What the subscriptions so far were due has come. */
  private void expectNoOtherRetained() throws IOException {
    subscriber.subscribe(base + "fence", 0);
    subscriber.expectMessage("fence");
    subscriber.ping();
  }
}
