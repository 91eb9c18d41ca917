package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.events.BrokerEvent;
import io.fluxmqtt.api.message.QoS;
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
  void withheldMessagesComeInOrderWhenTheyAreAllowedAgain() {
    TestClient s = durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE);
    s.cut();
    publish("t", "1", "2");
    publish("u", "3");
    publish("t", "4");
    deny("t");
    TestClient back = durable("s");
    assertEquals(List.of("3"), back.payloads());
    assertFalse(back.closed);
    publish("u", "5");
    allow();
    assertEquals(List.of("3", "5", "1", "2", "4"), back.payloads());
    assertNull(dropped());
  }

  @Test
  void whatIsAllowedOvertakesWhatIsWithheldOnly() {
    TestClient s = durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE);
    s.cut();
    deny("x");
    publish("t", "1");
    publish("u", "2");
    publish("t", "3");
    deny("t");
    allow();
    assertEquals(List.of("1", "2", "3"), durable("s").payloads());
  }

  @Test
  void withheldMessagesMakeRoomFirst() {
    Given given = new Given(Fixture.with("queueMaxMessages", 4));
    TestClient s =
        given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE);
    s.cut();
    given.publish("1", "2", "3", "4");
    given.fixture.denied = "t";
    given.durable("s").cut();
    assertEquals(4, given.outbox("s").queued());
    for (String text : List.of("5", "6")) {
      given.publisher.publish("u", text, QoS.AT_LEAST_ONCE, 1);
    }
    assertEquals(4, given.outbox("s").queued());
    given.fixture.denied = null;
    given.fixture.putAuthorizer();
    given.fixture.settle();
    assertEquals(List.of("3", "4", "5", "6"), given.durable("s").payloads());
    assertEquals(2L, given.drops("queue_full"));
  }

  @Test
  void withheldMessagesOfASubscriptionThatWasGivenUpAreDropped() {
    durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1", "2");
    deny("t");
    TestClient back = durable("s").give(new Packet.Unsubscribe(2, List.of("t")));
    allow();
    assertEquals(List.of(), back.payloads());
    assertEquals(0, fixture.broker.sessions().find("s").outbox().queued());
    assertEquals(2L, dropped());
    back.subscribe("t", QoS.AT_LEAST_ONCE);
    publish("t", "3");
    assertEquals(List.of("3"), back.payloads());
  }

  @Test
  void withheldMessagesLeaveWithTheirSession() {
    durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1", "2");
    deny("t");
    durable("s");
    fixture.client().connect("s");
    assertEquals(0, fixture.broker.queuedBytes().sum());
    assertEquals(0, fixture.broker.counters().queued.sum());
  }

  @Test
  void anotherMemberGetsWhatOneMayNotHaveAnyMore() {
    fixture.client().connect("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    durable("s").subscribe("$share/h/t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1");
    deny("t");
    TestClient back = durable("s");
    assertEquals(List.of(), back.payloads());
    allow();
    assertEquals(List.of("1"), back.payloads());
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
  void qos0MessagesThatWaitAreDropped() {
    TestClient s = fixture.clientOnOtherLoop().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    publisher.publish("t", "x", QoS.AT_MOST_ONCE, 0);
    deny("t");
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    assertEquals(1L, dropped());
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
