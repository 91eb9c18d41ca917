package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.SessionStore;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.api.spi.store.StoredSubscription;
import io.fluxmqtt.session.Packet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A new policy is in force. */
class EpochTest {
  private final Fixture fixture =
      new Fixture(Fixture.with("subscriptionsPerSessionMax", Integer.MAX_VALUE));
  private final TestClient publisher = fixture.client().connect("publisher");
  private final BlockingQueue<BrokerEvent.PolicyChanged> events = new LinkedBlockingQueue<>();

  @BeforeEach
  void listen() {
    fixture
        .broker
        .events()
        .add(
            event -> {
              if (event instanceof BrokerEvent.PolicyChanged changed) {
                events.add(changed);
              }
            });
  }

  @AfterEach
  void stop() {
    fixture.broker.stop();
  }

  private TestClient durable(String id) {
    return fixture.clientOnOtherLoop().connect(TestClient.connect5(id, false, 1_000));
  }

  private void deny(String topic) {
    fixture.denied = topic;
    fixture.putAuthorizer();
    fixture.settle();
  }

  private void allow() {
    fixture.denied = null;
    fixture.putAuthorizer();
    fixture.settle();
  }

  private BrokerEvent.PolicyChanged event() throws InterruptedException {
    BrokerEvent.PolicyChanged event = events.poll(20, TimeUnit.SECONDS);
    if (event == null) {
      throw new AssertionError("no event");
    }
    return event;
  }

  private void subscribe(TestClient client, String prefix, int count) {
    List<Packet.SubscribeRequest> requests =
        IntStream.range(0, count)
            .mapToObj(i -> prefix + i)
            .map(filter -> new Packet.SubscribeRequest(filter, QoS.AT_LEAST_ONCE, false, false, 0))
            .toList();
    client.give(new Packet.Subscribe(1, 0, requests));
  }

  private void publish(String topic, String... texts) {
    for (String text : texts) {
      publisher.publish(topic, text, QoS.AT_LEAST_ONCE, 1);
    }
  }

  private Long dropped() {
    return fixture.broker.counters().drops().get("not_authorized");
  }

  @Test
  void oneEventTellsWhatANewPolicyHasDone() throws Exception {
    durable("a").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE);
    durable("b").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1", "2");

    deny("t");

    BrokerEvent.PolicyChanged event = event();
    assertEquals(fixture.access.epoch(), event.epoch());
    assertEquals("authorizer rules (bundle test) has changed", event.cause());
    assertEquals(3, event.sessions());
    assertEquals(2, event.suspended());
    assertEquals(0, event.resumed());
    assertEquals(2, event.withheld(), "those that wait for b");
    allow();
    assertEquals(2, event().resumed());
    assertTrue(events.isEmpty());
  }

  @Test
  void policiesThatComeTogetherAreJudgedOnce() throws Exception {
    durable("a").subscribe("t", QoS.AT_LEAST_ONCE);
    int before = fixture.decisions;
    fixture.denied = "t";
    for (int i = 0; i < 50; i++) {
      fixture.putAuthorizer();
    }
    fixture.settle();
    assertEquals(fixture.access.epoch(), event().epoch());
    assertTrue(events.isEmpty());
    assertEquals(before + 1, fixture.decisions);
  }

  @Test
  void whoMayEnterConcernsNoSubscription() throws Exception {
    durable("a").subscribe("t", QoS.AT_LEAST_ONCE);
    int before = fixture.decisions;
    fixture.putEnhanced("m", credentials -> null);
    fixture.settle();
    assertEquals(0, event().sessions());
    assertEquals(before, fixture.decisions);
  }

  @Test
  void loopDoesOtherThingsWhileManySubscriptionsAreJudged() {
    TestClient many = fixture.clientOnOtherLoop().connect("many");
    subscribe(many, "t/", 1_000);
    int before = fixture.decisions;
    fixture.denied = "t/0";
    fixture.putAuthorizer();
    fixture.house.run();
    assertTrue(fixture.two.step());
    int most = 0;
    int seen = before;
    while (fixture.two.step()) {
      most = Math.max(most, fixture.decisions - seen);
      seen = fixture.decisions;
    }
    assertEquals(before + 1_000, fixture.decisions);
    assertTrue(most <= Judging.STEP, "at once " + most);
  }

  @Test
  void nothingIsSentToWhoComesBackUntilAllIsJudged() {
    TestClient many = durable("many");
    subscribe(many, "t/", 1_000);
    many.cut();
    publish("t/999", "secret");
    publish("t/998", "open");
    fixture.denied = "t/999";

    TestClient back = fixture.clientOnOtherLoop();
    back.handOver(TestClient.connect5("many", false, 1_000));
    boolean any = true;
    while (any) {
      any = fixture.one.run() | fixture.house.run() | fixture.two.step();
      if (back.payloads().isEmpty()) {
        continue;
      }
      assertEquals(List.of("open"), back.payloads());
    }
    assertEquals(List.of("open"), back.payloads());
    assertEquals(1, fixture.broker.sessions().find("many").outbox().queued());
  }

  @Test
  void clientIsDisconnectedForWhatIsTakenFromItIfConfigured() throws Exception {
    TestClient s = durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient other = durable("other").subscribe("u", QoS.AT_LEAST_ONCE);
    fixture.broker.configure(Fixture.with("disconnectRevoked", true));
    deny("t");
    assertEquals(ReasonCode.NOT_AUTHORIZED, s.reason());
    assertTrue(s.closed);
    assertFalse(other.closed);
    assertEquals(3, event().sessions());
    assertFalse(durable("s").closed, "it may come back, and finds it suspended");
  }

  @Test
  void endOfASessionEndsItsPartOfARound() throws Exception {
    TestClient s = fixture.clientOnOtherLoop().connect("s");
    subscribe(s, "t/", 1_000);
    fixture.putAuthorizer();
    fixture.house.run();
    assertTrue(fixture.two.step());
    assertTrue(fixture.two.step());
    s.cut();
    assertEquals(1, event().sessions(), "the publisher's");
  }

  @Test
  void newPolicyDoesNotWaitForASessionThatCannotAnswer() throws Exception {
    fixture.clientOnOtherLoop().connect("stuck").subscribe("t", QoS.AT_LEAST_ONCE);
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    fixture.putAuthorizer();
    fixture.house.run();
    fixture.one.run(); // and the other loop hangs
    fixture.denied = "t";
    fixture.putAuthorizer();
    fixture.advance(300);
    fixture.house.run();
    fixture.one.run();
    Session session = fixture.broker.sessions().find("s");
    assertTrue(session.subscriptions().infos().get(0).suspended());
    assertFalse(s.closed);
    fixture.settle();
    assertEquals(2, List.of(event(), event()).size());
  }

  @Test
  void restoredSessionGetsNothingUntilAPolicyHasDecided() {
    Fixture own = new Fixture(Fixture.SETTINGS, EpochTest::sessionWithAMessage);
    own.removeAuthorizer();
    own.pass(3); // the grace
    TestClient back = own.clientOnOtherLoop().connect(TestClient.connect5("s", false, 1_000));
    assertEquals(List.of(), back.payloads());
    own.putAuthorizer();
    own.settle();
    assertEquals(List.of("kept"), back.payloads());
    own.broker.stop();
  }

  private static void sessionWithAMessage(SessionStore.Visitor visitor) {
    visitor.session(new StoredSession(1, "s", Principal.ANONYMOUS, 1_000, 0L, null, 0));
    visitor.subscription(
        new StoredSubscription(TopicFilter.parse("t"), QoS.AT_LEAST_ONCE, false, false, 0, 0));
    Message message =
        new Message("t", Payload.ofUtf8("kept"), QoS.AT_LEAST_ONCE, false, MessageProperties.NONE);
    visitor.delivery(
        1,
        new StoredDelivery(1, QoS.AT_LEAST_ONCE, false, List.of(), 0),
        new StoredMessage(1, message, "p", null));
  }

  @Test
  void retainedMessageIsWithheldWhileItsOwnerMayNotPublishIt() {
    publisher.give(TestClient.publication("t", "kept", QoS.AT_LEAST_ONCE, 1, true));
    fixture.deniedFor = "publisher";
    deny("t");
    TestClient s = fixture.clientOnOtherLoop().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    assertEquals(List.of(), s.payloads());
    assertEquals(1L, dropped());
    allow();
    assertEquals(List.of("kept"), s.subscribe("t", QoS.AT_LEAST_ONCE).payloads());
    deny("t");
    fixture.broker.configure(Fixture.with("retainedOwnerCheck", false));
    assertEquals(2, s.subscribe("t", QoS.AT_LEAST_ONCE).payloads().size());
  }

  @Test
  void retainedMessageOfAnUnknownOwnerIsDelivered() {
    fixture
        .client()
        .connect("gone")
        .give(TestClient.publication("t", "kept", QoS.AT_LEAST_ONCE, 1, true))
        .cut();
    fixture.deniedFor = "gone";
    deny("t");
    TestClient s = fixture.clientOnOtherLoop().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("kept"), s.payloads());
  }

  @Test
  void replayWaitsForAPolicyThatIsAwayAndGoesOn() {
    publisher.give(
        TestClient.publication("t", "1", QoS.AT_LEAST_ONCE, 1, true),
        TestClient.publication("u", "2", QoS.AT_LEAST_ONCE, 2, true));
    TestClient s = fixture.clientOnOtherLoop().connect("s");
    s.writable = false;
    s.subscribe("#", QoS.AT_LEAST_ONCE);
    fixture.removeAuthorizer();
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    fixture.putAuthorizer();
    fixture.settle();
    assertEquals(List.of("1", "2"), s.payloads());
  }

  @Test
  void retainedMessagesOfASuspendedSubscriptionComeOnceItIsAllowed() {
    publisher.give(TestClient.publication("t", "kept", QoS.AT_LEAST_ONCE, 1, true));
    TestClient s = fixture.clientOnOtherLoop().connect("s");
    s.writable = false;
    s.subscribe("t", QoS.AT_LEAST_ONCE);
    deny("t");
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    allow();
    assertEquals(List.of("kept"), s.payloads());
  }

  @Test
  void subscriptionThatWasAllowedByAnOlderPolicyIsJudgedAgain() {
    TestClient s = fixture.clientOnOtherLoop().connect("s");
    fixture.whenAsked =
        () -> {
          fixture.whenAsked = () -> {};
          fixture.denied = "t";
          fixture.putAuthorizer();
        };
    s.handOver(
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest("t", QoS.AT_LEAST_ONCE, false, false, 0))));
    Session session = fixture.broker.sessions().find("s");
    assertTrue(session.subscriptions().infos().get(0).suspended(), "before a round begins");
  }

  @Test
  void listTellsWhatIsSuspended() throws Exception {
    durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE);
    deny("t");
    Admin admin = new Admin(fixture);
    List<SubscriptionInfo> all = admin.answer(admin.administration.subscriptions(Optional.of("s")));
    assertEquals(List.of(true, false), all.stream().map(SubscriptionInfo::suspended).toList());
  }
}
