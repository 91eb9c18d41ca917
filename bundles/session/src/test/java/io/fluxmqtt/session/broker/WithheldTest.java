package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Messages wait that the session may not have any more. */
class WithheldTest {
  private final Fixture fixture = new Fixture();
  private final TestClient publisher = fixture.client().connect("publisher");

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

  private void publish(String topic, String... texts) {
    for (String text : texts) {
      publisher.publish(topic, text, QoS.AT_LEAST_ONCE, 1);
    }
  }

  private Long dropped() {
    return fixture.broker.counters().drops().get("not_authorized");
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
    durable("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1");
    TestClient other = fixture.client().connect("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    fixture.deniedFor = "s";
    deny("t");
    assertEquals(List.of(), durable("s").payloads());
    assertEquals(List.of("1"), other.payloads());
    assertEquals(0, fixture.broker.sessions().find("s").outbox().queued());
    assertEquals(1, fixture.stores.changes(SessionChange.RemoveDelivery.class).size());
    allow();
    assertEquals(1, other.payloads().size());
  }

  @Test
  void sharedMessagesThatNobodyMayHaveWait() {
    durable("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1");
    deny("t");
    TestClient back = durable("s");
    assertEquals(List.of(), back.payloads());
    allow();
    assertEquals(List.of("1"), back.payloads());
  }

  @Test
  void longQueueThatIsWithheldComesInOrder() {
    Given given =
        new Given(Records.with(Records.settings("queueMaxMessages", 5_000), "inFlightMax", 65_535));
    Fixture own = given.fixture;
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE).cut();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2_500; i++) {
      given.publish("t" + i);
      expected.add("t" + i);
    }
    own.denied = "t";
    own.putAuthorizer();
    own.settle();
    TestClient back = given.durable("s");
    back.cut();
    given.publisher.publish("u", "u", QoS.AT_LEAST_ONCE, 1);
    assertEquals(2_501, given.outbox("s").queued());
    assertTrue(given.outbox("s").needsStore());
    assertEquals(List.of(), back.payloads());
    own.denied = null;
    own.putAuthorizer();
    own.settle();
    assertEquals(2_501, given.outbox("s").queued());
    expected.add("u");
    assertEquals(expected, given.durable("s").payloads());
    assertEquals(0, given.outbox("s").queued());
    assertEquals(0, own.broker.queuedBytes().sum());
    assertEquals(0, own.broker.counters().queued.sum());
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
  void withheldMessagesOfTheStoreMakeRoomToo() {
    Given given = new Given(Records.settings("queueMaxMessages", 4));
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE).cut();
    given.publish("1", "2", "3", "4");
    given.fixture.denied = "t";
    given.durable("s").cut();
    int before = given.removedFromStore();
    for (String text : List.of("5", "6", "7", "8", "9")) {
      given.publisher.publish("u", text, QoS.AT_LEAST_ONCE, 1);
    }
    assertEquals(before + 5, given.removedFromStore());
    assertEquals(List.of("6", "7", "8", "9"), given.durable("s").payloads());
    assertEquals(0, given.outbox("s").queued());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
  }

  @Test
  void whatIsNotKeptByTheStoreIsWithheldInMemory() {
    TestClient s = fixture.clientOnOtherLoop().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;
    publish("t", "1", "2");
    deny("t");
    s.becomeWritable();
    assertEquals(List.of(), s.payloads());
    Outbox outbox = fixture.broker.sessions().find("s").outbox();
    assertEquals(2, outbox.queued());
    assertTrue(outbox.queuedBytes() > 0);
    assertFalse(outbox.needsStore());
    allow();
    assertEquals(List.of("1", "2"), s.payloads());
    assertEquals(0, outbox.queuedBytes());
  }

  @Test
  void subscribingAnewWhereItIsAllowedGivesBackWhatIsWithheld() {
    durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish("t", "1");
    deny("t");
    TestClient back = durable("s");
    fixture.denied = null; // nobody is told
    back.subscribe("t", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("1"), back.payloads());
  }

  @Test
  void anotherSubscriptionThatIsMadeLaterIsEnough() {
    durable("s").subscribe("t/a", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE).cut();
    publish("t/a", "1", "2");
    fixture.deniedFor = "s";
    deny("t/a");
    TestClient back = durable("s");
    assertEquals(List.of(), back.payloads());
    back.subscribe("t/+", QoS.AT_LEAST_ONCE);
    publish("t/a", "3");
    assertEquals(List.of("3"), back.payloads());
    allow();
    assertEquals(List.of("3", "1", "2"), back.payloads());
    back.give(new Packet.Unsubscribe(3, List.of("t/+", "u")));
    deny("t/a");
    publish("t/a", "4");
    assertEquals(3, back.payloads().size());
  }
}
