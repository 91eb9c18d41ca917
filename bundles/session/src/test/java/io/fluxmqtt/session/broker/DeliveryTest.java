package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeliveryTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

  private TestClient durable(String id) {
    return fixture.clientOnOtherLoop().connect(TestClient.connect5(id, false, 1_000));
  }

  @Test
  void overlappingSubscriptionsGiveOneCopyWithAllIdentifiers() {
    TestClient s = fixture.client().connect("s");
    s.give(subscribe(1, "a/+", QoS.AT_MOST_ONCE), subscribe(2, "a/b", QoS.AT_LEAST_ONCE));
    publisher.publish("a/b", "x", QoS.EXACTLY_ONCE, 1);
    Packet.Publish only = s.last(Packet.Publish.class);
    assertEquals(1, s.sent(Packet.Publish.class).size());
    assertEquals(QoS.AT_LEAST_ONCE, only.qos());
    assertEquals(Set.of(1, 2), new HashSet<>(only.subscriptionIdentifiers()));
  }

  @Test
  void noLocalLeavesOwnMessagesOut() {
    TestClient s = fixture.client().connect("s");
    s.give(
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest("t", QoS.AT_MOST_ONCE, true, false, 0))));
    s.publish("t", "own", QoS.AT_MOST_ONCE, 0);
    publisher.publish("t", "other", QoS.AT_MOST_ONCE, 0);
    assertEquals(List.of("other"), s.payloads());
  }

  @Test
  void noLocalOnASharedSubscriptionIsAProtocolError() {
    TestClient s = fixture.client().connect("s");
    s.give(
        new Packet.Subscribe(
            1,
            0,
            List.of(new Packet.SubscribeRequest("$share/g/t", QoS.AT_MOST_ONCE, true, false, 0))));
    assertEquals(ReasonCode.PROTOCOL_ERROR, s.reason());
  }

  @Test
  void windowBoundsWhatIsInFlightAndOpensWithAcknowledgements() {
    TestClient s =
        fixture.client().connect(TestClient.connect(ProtocolVersion.V5_0, "s", true, 0, null, 2));
    s.subscribe("t", QoS.AT_LEAST_ONCE);
    for (int i = 0; i < 4; i++) {
      publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE, i + 1);
    }
    assertEquals(List.of("0", "1"), s.payloads());
    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
    assertEquals(List.of("0", "1", "2"), s.payloads());
    publisher.publish("t", "qos 0 needs no window", QoS.AT_MOST_ONCE, 0);
    assertTrue(s.payloads().contains("qos 0 needs no window"));
  }

  @Test
  void unacknowledgedMessagesComeAgainWithDupInOrder() {
    TestClient s = durable("s").subscribe("t", QoS.EXACTLY_ONCE);
    publisher
        .publish("t", "1", QoS.AT_LEAST_ONCE, 1)
        .publish("t", "2", QoS.EXACTLY_ONCE, 2)
        .publish("t", "3", QoS.EXACTLY_ONCE, 3);
    int second = s.sent(Packet.Publish.class).get(1).packetId();
    s.give(new Packet.PubRec(second, ReasonCode.SUCCESS, null));
    s.cut();
    publisher.publish("t", "4", QoS.AT_LEAST_ONCE, 4);
    TestClient back = durable("s");
    assertTrue(back.last(Packet.ConnAck.class).sessionPresent());
    assertEquals(second, back.last(Packet.PubRel.class).packetId());
    List<Packet.Publish> again = back.sent(Packet.Publish.class);
    assertEquals(List.of("1", "3", "4"), back.payloads());
    assertTrue(again.get(0).dup() && again.get(1).dup());
    assertFalse(again.get(2).dup());
    back.give(new Packet.PubComp(second, ReasonCode.SUCCESS));
    for (Packet.Publish p : again) {
      back.give(
          p.qos() == QoS.AT_LEAST_ONCE
              ? new Packet.PubAck(p.packetId(), ReasonCode.SUCCESS, null)
              : new Packet.PubRec(p.packetId(), ReasonCode.SUCCESS, null));
      if (p.qos() == QoS.EXACTLY_ONCE) {
        back.give(new Packet.PubComp(p.packetId(), ReasonCode.SUCCESS));
      }
    }
    back.cut();
    assertTrue(durable("s").payloads().isEmpty());
  }

  @Test
  void resendingKeepsToANewSmallerWindow() {
    TestClient s = durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    for (int i = 1; i <= 3; i++) {
      publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE, i);
    }
    s.cut();
    TestClient back =
        fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V5_0, "s", false, 1_000, null, 1));
    assertEquals(List.of("1"), back.payloads());
    for (int i = 0; i < 3; i++) {
      back.give(
          new Packet.PubAck(back.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    }
    assertEquals(List.of("1", "2", "3"), back.payloads());
  }

  @Test
  void fullQueueDropsTheOldestAndCounts() {
    durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    for (int i = 1; i <= 6; i++) {
      publisher.publish("t", "" + i, QoS.AT_LEAST_ONCE, i);
    }
    assertEquals(List.of("3", "4", "5", "6"), durable("s").payloads());
    assertEquals(2L, fixture.broker.counters().drops().get("queue_full"));
  }

  @Test
  void qos0IsNotKeptForAClientThatIsAway() {
    durable("s").subscribe("t", QoS.EXACTLY_ONCE).cut();
    publisher.publish("t", "x", QoS.AT_MOST_ONCE, 0);
    assertTrue(durable("s").payloads().isEmpty());
  }

  @Test
  void slowConnectionGetsQos0LaterUpToItsBound() {
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.writable = false;
    for (int i = 0; i < 100; i++) {
      publisher.publish("t", "" + i, QoS.AT_MOST_ONCE, 0);
    }
    assertTrue(s.payloads().isEmpty());
    s.becomeWritable();
    assertFalse(s.payloads().isEmpty());
    long dropped = fixture.broker.counters().drops().get("slow_connection");
    assertEquals(100, s.payloads().size() + dropped);
    assertEquals(0, fixture.broker.queuedBytes().sum());
  }

  @Test
  void expiryCountsDownInTheQueueAndEndsTheMessage() {
    durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publisher.give(expiring("short", 5, 1), expiring("long", 100, 2));
    fixture.pass(10);
    TestClient back = durable("s");
    assertEquals(List.of("long"), back.payloads());
    assertEquals(90L, back.last(Packet.Publish.class).properties().expirySeconds());
    assertEquals(1L, fixture.broker.counters().drops().get("expired"));
  }

  @Test
  void sharedSubscriptionGoesRoundAndSkipsWhoIsAway() {
    TestClient a = fixture.client().connect("a").subscribe("$share/g/t", QoS.AT_MOST_ONCE);
    TestClient b =
        fixture.clientOnOtherLoop().connect("b").subscribe("$share/g/t", QoS.AT_MOST_ONCE);
    for (int i = 0; i < 10; i++) {
      publisher.publish("t", "" + i, QoS.AT_MOST_ONCE, 0);
    }
    assertEquals(5, a.payloads().size());
    assertEquals(5, b.payloads().size());
    b.cut();
    publisher.publish("t", "10", QoS.AT_MOST_ONCE, 0).publish("t", "11", QoS.AT_MOST_ONCE, 0);
    assertEquals(7, a.payloads().size());
  }

  @Test
  void whatADeadMemberLeftGoesToAnother() {
    TestClient a = fixture.client().connect("a").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    TestClient b = fixture.client().connect("b").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("x"), a.payloads());
    a.cut();
    assertEquals(List.of("x"), b.payloads());
  }

  @Test
  void retainedMessagesFollowRetainHandling() {
    publisher.give(TestClient.publication("r", "kept", QoS.AT_LEAST_ONCE, 1, true));
    TestClient s = fixture.client().connect("s");
    s.give(retainHandling(2));
    assertTrue(s.payloads().isEmpty());
    s.give(retainHandling(1));
    assertTrue(s.payloads().isEmpty(), "the Subscription is not new");
    s.give(retainHandling(0));
    assertEquals(List.of("kept"), s.payloads());
    assertTrue(s.last(Packet.Publish.class).retain());
    TestClient other = fixture.client().connect("o");
    other.give(retainHandling(1));
    assertEquals(List.of("kept"), other.payloads());
  }

  @Test
  void emptyRetainedPayloadRemovesAndRetainFlagIsClearedForLiveMessages() {
    TestClient s = fixture.client().connect("s").subscribe("r", QoS.AT_MOST_ONCE);
    publisher.give(TestClient.publication("r", "kept", QoS.AT_MOST_ONCE, 0, true));
    assertFalse(s.last(Packet.Publish.class).retain());
    publisher.give(TestClient.publication("r", "", QoS.AT_MOST_ONCE, 0, true));
    assertEquals(0, fixture.broker.retained().count());
    assertTrue(fixture.client().connect("o").subscribe("r", QoS.AT_MOST_ONCE).payloads().isEmpty());
  }

  @Test
  void retainedAboveTheLimitIsRefused() {
    for (int i = 1; i <= 4; i++) {
      publisher.give(TestClient.publication("r/" + i, "x", QoS.AT_LEAST_ONCE, i, true));
    }
    assertEquals(ReasonCode.QUOTA_EXCEEDED, publisher.last(Packet.PubAck.class).reason());
    assertEquals(3, fixture.broker.retained().count());
  }

  @Test
  void deniedFiltersAreRefusedOneByOne() {
    fixture.denied = "secret";
    TestClient s = fixture.client().connect("s");
    s.give(
        new Packet.Subscribe(
            1,
            0,
            List.of(
                new Packet.SubscribeRequest("secret", QoS.AT_MOST_ONCE, false, false, 0),
                new Packet.SubscribeRequest("ok", QoS.EXACTLY_ONCE, false, false, 0))));
    assertEquals(
        List.of(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_2),
        s.last(Packet.SubAck.class).reasons());
    TestClient old = fixture.client().connect(TestClient.connect3("old", true));
    old.subscribe("secret", QoS.AT_MOST_ONCE);
    assertEquals(List.of(ReasonCode.UNSPECIFIED_ERROR), old.last(Packet.SubAck.class).reasons());
  }

  @ParameterizedTest
  @CsvSource({
    "'', MALFORMED_PACKET",
    "a#, MALFORMED_PACKET",
    "$share/g/a+, MALFORMED_PACKET",
    "$share/#/a, MALFORMED_PACKET",
    "$share/g, PROTOCOL_ERROR",
    "$share//a, PROTOCOL_ERROR",
    "$share/g/, PROTOCOL_ERROR",
    "$share/+/a, PROTOCOL_ERROR"
  })
  void filterThatIsNoneClosesBeforeAnyOtherCounts(String wrong, ReasonCode reason) {
    TestClient s = fixture.client().connect("s");
    s.give(
        new Packet.Subscribe(
            1,
            0,
            List.of(
                new Packet.SubscribeRequest("ok", QoS.AT_MOST_ONCE, false, false, 0),
                new Packet.SubscribeRequest(wrong, QoS.AT_MOST_ONCE, false, false, 0))));
    assertEquals(List.of(), s.sent(Packet.SubAck.class));
    assertEquals(reason, s.reason());
    TestClient u = fixture.client().connect("u").give(new Packet.Unsubscribe(1, List.of(wrong)));
    assertEquals(reason, u.reason());
    TestClient old = fixture.client().connect(TestClient.connect3("old", true));
    old.subscribe(wrong, QoS.AT_MOST_ONCE);
    assertTrue(old.closed);
  }

  @Test
  void subscribeWaitsForAMissingPolicyAndAnswersAllRequests() {
    TestClient s = fixture.client().connect("s");
    fixture.removeAuthorizer();
    s.give(
        new Packet.Subscribe(
            1,
            0,
            List.of(
                new Packet.SubscribeRequest("a", QoS.AT_MOST_ONCE, false, false, 0),
                new Packet.SubscribeRequest("b", QoS.AT_MOST_ONCE, false, false, 0))));
    assertTrue(s.sent(Packet.SubAck.class).isEmpty());
    fixture.putAuthorizer();
    fixture.settle();
    assertEquals(2, s.last(Packet.SubAck.class).reasons().size());
    fixture.removeAuthorizer();
    s.subscribe("c", QoS.AT_MOST_ONCE);
    fixture.pass(3);
    assertEquals(
        List.of(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR), s.last(Packet.SubAck.class).reasons());
  }

  @Test
  void subscriptionThatIsNotAllowedAnyMoreRestsUntilItIs() {
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    fixture.denied = "t";
    fixture.putAuthorizer();
    fixture.settle();
    fixture.denied = null;
    publisher.publish("t", "withheld", QoS.AT_LEAST_ONCE, 1);
    fixture.putAuthorizer();
    fixture.settle();
    publisher.publish("t", "again", QoS.AT_LEAST_ONCE, 2);
    assertEquals(List.of("again"), s.payloads());
    assertFalse(s.closed);
  }

  @Test
  void unsubscribeSaysWhetherThereWasOne() {
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    s.give(new Packet.Unsubscribe(2, List.of("t", "u")));
    assertEquals(
        List.of(ReasonCode.SUCCESS, ReasonCode.NO_SUBSCRIPTION_EXISTED),
        s.last(Packet.UnsubAck.class).reasons());
    publisher.publish("t", "x", QoS.AT_MOST_ONCE, 0);
    assertTrue(s.payloads().isEmpty());
  }

  @Test
  void durableDeliveriesAreRecordedFromQueueToAcknowledgement() {
    TestClient s = durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    publisher.publish("t", "x", QoS.AT_LEAST_ONCE, 1);
    assertEquals(1, fixture.stores.changes(SessionChange.Append.class).size());
    assertEquals(1, fixture.stores.changes(SessionChange.PutDelivery.class).size());
    assertTrue(fixture.stores.changes(SessionChange.RemoveDelivery.class).isEmpty());
    s.give(new Packet.PubAck(s.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    assertEquals(1, fixture.stores.changes(SessionChange.RemoveDelivery.class).size());
  }

  @Test
  void oneFlushForAllMessagesOfABatch() {
    TestClient s = fixture.client().connect("s").subscribe("t", QoS.AT_MOST_ONCE);
    int before = s.flushes;
    publisher.give(
        TestClient.publication("t", "1", QoS.AT_MOST_ONCE, 0, false),
        TestClient.publication("t", "2", QoS.AT_MOST_ONCE, 0, false),
        TestClient.publication("t", "3", QoS.AT_MOST_ONCE, 0, false));
    assertEquals(3, s.payloads().size());
    assertEquals(1, s.flushes - before);
  }

  private static Packet.Subscribe subscribe(int identifier, String filter, QoS qos) {
    return new Packet.Subscribe(
        identifier, identifier, List.of(new Packet.SubscribeRequest(filter, qos, false, false, 0)));
  }

  private static Packet.Subscribe retainHandling(int handling) {
    return new Packet.Subscribe(
        1, 0, List.of(new Packet.SubscribeRequest("r", QoS.AT_MOST_ONCE, false, false, handling)));
  }

  private static Packet.Publish expiring(String text, long seconds, int packetId) {
    return new Packet.Publish(
        "t",
        Payload.ofUtf8(text),
        QoS.AT_LEAST_ONCE,
        false,
        false,
        packetId,
        0,
        new MessageProperties(null, seconds, null, null, null, List.of()),
        List.of());
  }
}
