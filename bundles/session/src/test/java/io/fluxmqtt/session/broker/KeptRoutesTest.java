package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the tree shows and what was kept of it lead to the same. */
class KeptRoutesTest {
  private static final int MESSAGES = 200;

  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");
  private int published;

  @BeforeEach
  void thereAreEnoughSubscriptions() {
    TestClient other = fixture.client().connect("other");
    for (int i = 0; i < RouteCache.SUBSCRIPTIONS_MIN; i++) {
      other.subscribe("other/" + i, QoS.AT_MOST_ONCE);
    }
  }

  @Test
  void overlappingSubscriptionsGiveOneCopyEachTime() {
    TestClient s = fixture.clientOnOtherLoop().connect("s");
    s.subscribe("a/+", QoS.AT_MOST_ONCE).subscribe("a/#", QoS.AT_MOST_ONCE);
    publish("a/b");
    assertKept();
    assertEquals(MESSAGES, s.payloads().size());
  }

  @Test
  void whatNoLocalHidFromOneIsOneCopyFromAnother() {
    TestClient s = fixture.client().connect("s");
    s.give(
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest("a/+", QoS.AT_MOST_ONCE, true, false, 0))));
    s.subscribe("a/#", QoS.AT_MOST_ONCE);
    for (int i = 0; i < MESSAGES; i++) {
      s.publish("a/b", "own", QoS.AT_MOST_ONCE, 0);
    }
    publish("a/b");
    assertKept();
    assertEquals(2 * MESSAGES, s.payloads().size(), "one through a/# only, one through both");
  }

  @Test
  void noLocalLeavesOwnMessagesOutEachTime() {
    publisher.give(
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest("t", QoS.AT_MOST_ONCE, true, false, 0))));
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    publish("t");
    assertKept();
    assertEquals(List.of(), publisher.payloads());
    assertEquals(MESSAGES, s.payloads().size());
  }

  @Test
  void sharedSubscriptionGoesRoundEachTime() {
    TestClient one = fixture.client().connect("one").subscribe("$share/g/t", QoS.AT_MOST_ONCE);
    TestClient two =
        fixture.clientOnOtherLoop().connect("two").subscribe("$share/g/t", QoS.AT_MOST_ONCE);
    publish("t");
    assertKept();
    assertEquals(MESSAGES / 2, one.payloads().size());
    assertEquals(MESSAGES / 2, two.payloads().size());
    two.cut();
    publish("t");
    assertEquals(MESSAGES * 3 / 2, one.payloads().size());
  }

  @Test
  void nextMessageFindsWhoHasComeAndMissesWhoHasLeft() {
    TestClient leaves = fixture.client().connect("leaves").subscribe("t", QoS.AT_MOST_ONCE);
    TestClient ends = fixture.clientOnOtherLoop().connect("ends").subscribe("t", QoS.AT_MOST_ONCE);
    publish("t");
    assertKept();
    leaves.give(new Packet.Unsubscribe(1, List.of("t")));
    ends.cut();
    TestClient comes = fixture.clientOnOtherLoop().connect("c").subscribe("t", QoS.AT_MOST_ONCE);
    publisher.publish("t", "after", QoS.AT_MOST_ONCE, 0);

    assertEquals(MESSAGES, leaves.payloads().size());
    assertEquals(MESSAGES, ends.payloads().size());
    assertEquals(List.of("after"), comes.payloads());
  }

  @Test
  void nobodyListeningIsToldEachTime() {
    for (int i = 0; i < MESSAGES; i++) {
      publisher.publish("nobody", "x", QoS.AT_LEAST_ONCE, 1);
      assertEquals(
          ReasonCode.NO_MATCHING_SUBSCRIBERS, publisher.last(Packet.PubAck.class).reason());
    }
    assertKept();
  }

  @Test
  void endedSessionIsNotHeldThoughNothingIsPublished() {
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    publish("t");
    assertKept();
    s.cut();
    fixture.pass(31);
    assertEquals(0, routes().count());
  }

  private void publish(String topic) {
    for (int i = 0; i < MESSAGES; i++) {
      publisher.publish(topic, "" + published++, QoS.AT_MOST_ONCE, 0);
    }
  }

  private void assertKept() {
    assertTrue(routes().count() > 0, "the test is of routes that are kept");
  }

  private RouteCache<Session> routes() {
    return fixture.broker.worker(fixture.one).routes();
  }
}
