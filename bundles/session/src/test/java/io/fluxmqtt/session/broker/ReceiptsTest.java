package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.session.access.AccessSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Policy is asked about messages, not about Subscriptions only. */
class ReceiptsTest {
  private final Given given = new Given(Fixture.SETTINGS);
  private final Fixture fixture = given.fixture;

  @AfterEach
  void stop() {
    fixture.broker.stop();
  }

  private void deny(String topic) {
    fixture.receiveDenied = topic;
    fixture.putReceivingAuthorizer();
    fixture.settle();
  }

  private void publish(String topic, QoS qos, String... texts) {
    for (String text : texts) {
      given.publisher.publish(topic, text, qos, 1);
    }
  }

  private void publish(String topic, String... texts) {
    publish(topic, QoS.AT_LEAST_ONCE, texts);
  }

  private TestClient connect(String id) {
    return fixture.clientOnOtherLoop().connect(id);
  }

  @Test
  void deniedMessagesAreDroppedAndCountedAndOthersCome() {
    TestClient s = connect("s").subscribe("#", QoS.EXACTLY_ONCE);
    deny("secret");
    publish("secret", QoS.AT_MOST_ONCE, "0");
    publish("secret", QoS.AT_LEAST_ONCE, "1");
    publish("open", QoS.AT_MOST_ONCE, "2");
    publish("open", QoS.AT_LEAST_ONCE, "3");
    assertEquals(List.of("2", "3"), s.payloads());
    assertEquals(2L, given.drops("receive_denied"));
    assertEquals(2, given.outbox("s").dropped());
    assertEquals(0, given.outbox("s").queued());
    assertEquals(0, fixture.broker.queuedBytes().sum());
    deny("other");
    publish("secret", "4");
    assertEquals(List.of("2", "3", "4"), s.payloads(), "and without a new Subscription");
  }

  @Test
  void nobodyIsAskedUnlessAnAuthorizerWantsToBe() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    fixture.receiveDenied = "t";
    fixture.putPromisingAuthorizer();
    fixture.settle();
    publish("t", "1");
    int before = fixture.decisions;
    publish("t", "2");
    assertEquals(before, fixture.decisions);
    deny("t");
    publish("t", "3");
    fixture.putAuthorizer();
    fixture.settle();
    publish("t", "4");
    assertEquals(List.of("1", "2", "4"), s.payloads());
  }

  @Test
  void ruleCountsBeforeSessionsAreJudged() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    fixture.receiveDenied = "t";
    fixture.putReceivingAuthorizer(); // nothing is settled: the round has not begun
    publish("t", QoS.AT_MOST_ONCE, "1");
    publish("t", "2");
    assertEquals(List.of(), s.payloads());
  }

  @Test
  void whatWaitedForAClientIsJudgedWhenItIsSent() {
    given.durable("s").subscribe("#", QoS.AT_LEAST_ONCE).cut();
    publish("secret", "1", "2");
    publish("open", "3");
    deny("secret");
    assertEquals(List.of("3"), given.durable("s").payloads());
    assertEquals(2L, given.drops("receive_denied"));
    assertEquals(2, given.removedFromStore(), "the store forgets them");
    assertEquals(0, given.outbox("s").queued());
  }

  @Test
  void whatWaitsInTheStoreOnlyIsJudgedWhenItIsSent() {
    Given own =
        new Given(Records.with(Records.settings("queueMaxMessages", 5_000), "inFlightMax", 65_535));
    own.durable("s").subscribe("#", QoS.AT_LEAST_ONCE).cut();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      String topic = i % 5 == 0 ? "secret" : "t";
      own.publisher.publish(topic, topic + i, QoS.AT_LEAST_ONCE, 1);
      if (!topic.equals("secret")) {
        expected.add(topic + i);
      }
    }
    assertTrue(own.outbox("s").needsStore());
    own.fixture.receiveDenied = "secret";
    own.fixture.putReceivingAuthorizer();
    own.fixture.settle();
    assertEquals(expected, own.durable("s").payloads());
    assertEquals(500L, own.drops("receive_denied"));
    assertEquals(0, own.outbox("s").queued());
    assertEquals(0, own.fixture.broker.queuedBytes().sum());
    own.fixture.broker.stop();
  }

  @Test
  void retainedMessagesAreJudged() {
    given.retain("open", "secret");
    deny("secret");
    TestClient s = connect("s");
    for (QoS qos : List.of(QoS.AT_MOST_ONCE, QoS.AT_LEAST_ONCE)) {
      s.subscribe("#", qos);
    }
    assertEquals(List.of("open", "open"), s.payloads());
    assertEquals(2L, given.drops("receive_denied"));
  }

  @Test
  void anotherMemberGetsWhatOneMayNotReceive() {
    TestClient s = connect("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    TestClient other = connect("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    fixture.deniedFor = "s";
    deny("t");
    publish("t", "1", "2", "3");
    assertEquals(List.of(), s.payloads());
    assertEquals(List.of("1", "2", "3"), other.payloads());
    assertNull(given.drops("receive_denied"));
    other.cut();
    publish("t", "4");
    assertEquals(4L, given.drops("receive_denied"), "with what the other had not acknowledged");
  }

  @Test
  void memberThatMayReceiveIsChosenAlsoWhileItIsAway() {
    connect("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    given.durable("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();
    fixture.deniedFor = "s";
    deny("t");
    publish("t", "1");
    assertEquals(List.of("1"), given.durable("other").payloads());
  }

  @Test
  void sharedMessagesThatWaitGoToAnotherMemberThatMayReceiveThem() {
    given.durable("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1", "2");
    TestClient other = connect("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    fixture.deniedFor = "s";
    deny("t");
    assertEquals(List.of(), given.durable("s").payloads());
    assertEquals(List.of("1", "2"), other.payloads());
    assertEquals(2, given.removedFromStore());
    assertNull(given.drops("receive_denied"));
  }

  @Test
  void sharedMessagesThatWaitAndNobodyMayReceiveAreDropped() {
    given.durable("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1");
    connect("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    deny("t");
    assertEquals(List.of(), given.durable("s").payloads());
    assertEquals(1L, given.drops("receive_denied"));
  }

  @Test
  void answerOfWhoPromisesCountsUntilThePolicyChanges() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    deny("secret");
    publish("t", "1"); // asks about publishing, too
    int before = fixture.decisions;
    publish("t", "2");
    fixture.pass(5);
    publish("t", "3");
    assertEquals(before, fixture.decisions);
    deny("t");
    publish("t", "4");
    assertEquals(List.of("1", "2", "3"), s.payloads());
  }

  @Test
  void answerOfWhoPromisesNothingCountsForASecond() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    fixture.access.putAuthorizer(fixture.receiving());
    fixture.settle();
    publish("t", "1");
    int before = fixture.decisions;
    publish("t", "2");
    assertEquals(before + 1, fixture.decisions, "about publishing");
    fixture.receiveDenied = "t";
    publish("t", "3");
    fixture.advance(1_000);
    publish("t", "4");
    assertEquals(List.of("1", "2", "3"), s.payloads());
    assertEquals(before + 4, fixture.decisions);
  }

  @Test
  void failureDeniesForASecond() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    deny("secret");
    fixture.receiveFails = true;
    publish("t", "1");
    fixture.receiveFails = false;
    publish("t", "2");
    fixture.advance(1_000);
    publish("t", "3");
    assertEquals(List.of("3"), s.payloads());
    assertEquals(2L, given.drops("receive_denied"));
  }

  @Test
  void whoConnectsAnewIsJudgedAnew() {
    deny("secret");
    TestClient s = given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    publish("t", "1");
    s.cut();
    TestClient back = given.durable("s");
    int before = fixture.decisions;
    publish("t", "2");
    assertEquals(List.of("1", "2"), back.payloads(), "1 again: it was not acknowledged");
    assertEquals(before + 1, fixture.decisions);
  }

  @Test
  void anyNumberOfTopicsOfAnyLengthIsJudged() {
    TestClient s = connect("s").subscribe("#", QoS.AT_MOST_ONCE);
    String longTopic = "t".repeat(300);
    deny(longTopic);
    List<String> expected = new ArrayList<>();
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 200; i++) {
        publish("t/" + i, QoS.AT_MOST_ONCE, "n" + i);
        expected.add("n" + i);
      }
      publish(longTopic, QoS.AT_MOST_ONCE, "secret");
      publish(longTopic + "x", QoS.AT_MOST_ONCE, "open");
      expected.add("open");
    }
    assertEquals(expected, s.payloads());
    int before = fixture.decisions;
    publish(longTopic + "x", QoS.AT_MOST_ONCE, "again");
    publish("t/199", QoS.AT_MOST_ONCE, "again");
    assertTrue(fixture.decisions <= before + 2, "about publishing at most");
  }

  @Test
  void messagesWaitForAnAuthorizerThatIsAway() {
    deny("secret");
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    s.writable = false;
    publish("t", QoS.AT_MOST_ONCE, "0");
    publish("t", "1", "2");
    publish("secret", "3");
    fixture.removeAuthorizer();
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    assertEquals(4, given.outbox("s").queued());
    fixture.putReceivingAuthorizer();
    fixture.settle();
    assertEquals(List.of("0", "1", "2"), s.payloads());
    assertEquals(1L, given.drops("receive_denied"));
    assertNull(given.drops("policy_unavailable"));
    assertFalse(s.closed);
  }

  @Test
  void messagesOfAnAuthorizerThatIsMissingWaitForThePolicyThatDecides() {
    deny("secret");
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    s.writable = false;
    publish("t", QoS.AT_MOST_ONCE, "0");
    publish("t", "1");
    publish("u", "2");
    fixture.removeAuthorizer();
    s.becomeWritable();
    fixture.pass(3); // the grace
    assertEquals(List.of(), s.payloads());
    assertEquals(1L, given.drops("policy_unavailable"), "QoS 0");
    assertEquals(2, given.outbox("s").queued());
    fixture.putReceivingAuthorizer();
    fixture.settle();
    assertEquals(List.of("1", "2"), s.payloads());
    assertEquals(0, given.outbox("s").queuedBytes());
  }

  @Test
  void retainedMessagesWaitForAnAuthorizerThatIsAway() {
    given.retain("secret", "t", "u");
    fixture.broker.configure(Fixture.with("retainedOwnerCheck", false));
    deny("secret");
    TestClient s = connect("s");
    s.writable = false;
    s.subscribe("#", QoS.AT_LEAST_ONCE);
    fixture.removeAuthorizer();
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    fixture.putReceivingAuthorizer();
    fixture.settle();
    assertEquals(List.of("t", "u"), s.payloads());
  }

  @Test
  void authorizerThatWasNeverThereIsWaitedFor() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    s.writable = false;
    publish("t", "1");
    fixture.access.configure(
        AccessSettings.of(List.of("all"), List.of("more", "rules")).withInline(Set.of("test")));
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void authorizerThatIsNotInlineIsWaitedFor() {
    TestClient s = connect("s").subscribe("#", QoS.AT_LEAST_ONCE);
    s.writable = false;
    publish("t", QoS.AT_MOST_ONCE, "0");
    publish("t", "1");
    publish("secret", "2");
    publish("u", "3");
    fixture.receiveDenied = "secret";
    fixture.access.putAuthorizer(fixture.foreign());
    s.becomeWritable();
    while (s.payloads().size() < 3) {
      fixture.settle();
      Thread.onSpinWait();
    }
    assertEquals(List.of("0", "1", "3"), s.payloads());
    assertEquals(1L, given.drops("receive_denied"));
  }
}
