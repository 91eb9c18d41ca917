package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One mail for all who are away: nothing is lost, doubled or out of order when one comes back. */
class CircularTest {
  private static final int AWAY = RouteCache.SUBSCRIPTIONS_MIN;

  private final List<Session> sessions = new ArrayList<>();
  private Fixture fixture;
  private TestClient publisher;
  private int packetId = 1;

  @BeforeEach
  void manyAreAway() {
    begin(Fixture.with("queueMaxMessages", 100));
  }

  private void begin(BrokerSettings settings) {
    sessions.clear();
    fixture = new Fixture(settings);
    publisher = fixture.client().connect("publisher");
    for (int i = 0; i < AWAY; i++) {
      comeBack(i).subscribe("t", QoS.AT_LEAST_ONCE).cut();
      sessions.add(fixture.broker.sessions().find("away" + i));
    }
    for (int i = 0; i < 2 * RouteCache.CALM; i++) { // QoS 0: nothing of it waits
      publisher.publish("t", "lost", QoS.AT_MOST_ONCE, 0);
    }
    sessions.forEach(session -> assertTrue(session.takesCirculars()));
  }

  private TestClient comeBack(int i) {
    return fixture.clientOnOtherLoop().connect(TestClient.connect5("away" + i, false, 1_000));
  }

  private void handOver(String text) {
    publisher.handOver(
        TestClient.publication("t", text, QoS.AT_LEAST_ONCE, packetId++ % 1_000 + 1, false));
  }

  private Circulars circulars() {
    return fixture.broker.house().circulars();
  }

  private long queued() {
    return sessions.stream().mapToLong(session -> session.outbox().queued()).sum();
  }

  private Circular circular(String text) {
    Message message = Message.of("t", Payload.ofUtf8(text), QoS.AT_LEAST_ONCE, false);
    Circular circular = new Circular(new Publication(message, null, Publication.NEVER), 2);
    circular.add(sessions.get(0), QoS.AT_LEAST_ONCE, false);
    circular.add(sessions.get(1), QoS.AT_LEAST_ONCE, true);
    return circular;
  }

  @Test
  void whoIsAwayGetsNoMailAndFindsAllInOrder() {
    handOver("1");
    handOver("2");
    assertTrue(circulars().pendingBytes() > 0);
    sessions.forEach(session -> assertEquals(0, session.mailBytes()));
    fixture.settle();

    assertEquals(0, circulars().pendingBytes());
    for (int i = 0; i < AWAY; i++) {
      assertEquals(List.of("1", "2"), comeBack(i).payloads());
    }
    assertEquals(0, fixture.broker.queuedBytes().sum());
  }

  @Test
  void publisherIsToldOfReceiversWhoAreAway() {
    handOver("1");
    fixture.settle();
    assertEquals(ReasonCode.SUCCESS, publisher.last(Packet.PubAck.class).reason());
  }

  @Test
  void qos0IsNotKeptAndHasReceivers() {
    TestClient other = fixture.client().connect("other");
    for (int i = 0; i < AWAY; i++) {
      comeBack(i).subscribe("t", QoS.AT_MOST_ONCE).cut();
    }
    for (int i = 0; i < 2 * RouteCache.CALM; i++) {
      other.publish("t", "lost", QoS.AT_LEAST_ONCE, 1);
      assertEquals(ReasonCode.SUCCESS, other.last(Packet.PubAck.class).reason());
    }
    assertEquals(0, queued());
    assertEquals(List.of(), comeBack(0).payloads());
  }

  @Test
  void storeIsToldOfAllWhoGetIt() {
    handOver("1");
    fixture.settle();
    List<SessionChange.Append> appends = fixture.stores.changes(SessionChange.Append.class);
    assertEquals(1, appends.size());
    assertEquals(AWAY, appends.get(0).receivers().size());

    TestClient back = comeBack(3);
    back.give(
        new Packet.PubAck(back.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    SessionChange.RemoveDelivery removed =
        fixture.stores.changes(SessionChange.RemoveDelivery.class).get(0);
    assertEquals(sessions.get(3).number(), removed.number());
    assertEquals(appends.get(0).message().id(), removed.messageId());
  }

  @Test
  void whoComesBackGetsWhatWasPostedBeforeWhatIsSentNext() {
    handOver("1");
    TestClient back = fixture.clientOnOtherLoop();
    back.handOver(TestClient.connect5("away0", false, 1_000));
    fixture.two.run();
    handOver("2"); // its mailbox holds the take-over
    assertTrue(sessions.get(0).mailBytes() > 0);
    assertEquals(0, sessions.get(1).mailBytes());
    fixture.settle();
    handOver("3"); // it is on another loop
    fixture.settle();

    assertEquals(List.of("1", "2", "3"), back.payloads());
    assertEquals(List.of("1", "2", "3"), comeBack(1).payloads());
  }

  @Test
  void whoComesBackGetsWhatIsPostedInItsLastMoment() {
    Session first = sessions.get(0);
    handOver("1");
    TestClient back = fixture.clientOnOtherLoop();
    back.handOver(TestClient.connect5("away0", false, 1_000));
    fixture.two.run();
    Circular late = circular("2"); // its sender had looked before the take-over was there
    circulars()
        .whenDelivered(
            () -> {
              circulars().post(late);
              assertTrue(late.stays());
            });
    first.drain(fixture.broker.house());

    assertFalse(first.isAway());
    fixture.settle();
    assertEquals(List.of("1", "2"), back.payloads());
  }

  @Test
  void circularThatCrossesTheReturnOfOneGoesBackToItsSender() {
    Circular late = circular("1");
    TestClient back = comeBack(0);
    circulars().post(late);

    assertFalse(late.stays());
    fixture.broker.house().post(circular("2"), fixture.broker.house());
    fixture.broker.house().flush();
    fixture.settle();
    assertEquals(0, circulars().pendingBytes());
    assertEquals(List.of(), back.payloads());
    assertEquals(0, queued(), "a circular that was taken back, or is for one who is there");
  }

  @Test
  void circularThatTheHouseReturnedIsNoticedThoughAllAreAwayAgain() {
    Circular late = circular("1");
    TestClient back = comeBack(0);
    circulars().post(late);
    circulars().deliver();
    back.cut();
    publisher.publish("t", "lost", QoS.AT_MOST_ONCE, 0);
    assertTrue(sessions.get(0).isAway());

    assertFalse(late.stays());
    Delivery again = late.delivery(1);
    assertTrue(again.isRetain());
    assertEquals(QoS.AT_LEAST_ONCE, again.qos());
    assertEquals(late.session(0), sessions.get(0));
  }

  @Test
  void circularThatWasDeliveredIsNotSentAgainThoughOneHasLeft() {
    Circular early = circular("1");
    circulars().post(early);
    TestClient back = comeBack(0);

    assertTrue(early.stays());
    assertEquals(List.of("1"), back.payloads());
    assertEquals(1, queued());
  }

  @Test
  void mailFollowsCircularsThatWerePostedWhileTheHouseWasAtWork() {
    Session last = sessions.get(AWAY - 1);
    sessions
        .get(0)
        .command(
            () -> { // the house has been through its circulars, and comes to the last one yet
              handOver("1");
              last.command(() -> {});
              handOver("2");
            });
    fixture.house.run();
    fixture.settle();

    assertEquals(List.of("1", "2"), comeBack(AWAY - 1).payloads());
    assertEquals(List.of("1", "2"), comeBack(1).payloads());
  }

  @Test
  void mailIsNotOvertakenByACircular() {
    Session first = sessions.get(0);
    first.command(() -> {});
    handOver("1");
    assertTrue(first.mailBytes() > 0);
    handOver("2");
    fixture.settle();
    assertTrue(first.takesCirculars());
    assertEquals(List.of("1", "2"), comeBack(0).payloads());
  }

  @Test
  void publisherWaitsForTheHouseAndGoesOn() {
    handOver("x".repeat(5_000));
    assertFalse(publisher.reading);
    handOver("2");
    fixture.settle();

    assertTrue(publisher.reading);
    assertEquals(2L * AWAY, queued());
  }

  @Test
  void publisherDoesNotWaitForAHouseThatHasBeenThrough() {
    int[] ran = {0};
    circulars().whenDelivered(() -> ran[0]++);
    assertEquals(1, ran[0]);
    handOver("1");
    circulars().whenDelivered(() -> ran[0]++);
    assertEquals(1, ran[0]);
    fixture.settle();
    assertEquals(2, ran[0]);
  }

  @Test
  void fullQueueDropsItsOldest() {
    begin(Fixture.with("queueMaxMessages", 2));
    for (String text : List.of("1", "2", "3")) {
      handOver(text);
    }
    fixture.settle();
    assertEquals(2L * AWAY, queued());
    assertEquals(2L * AWAY, fixture.broker.counters().queued.sum());
    assertEquals(AWAY, fixture.broker.counters().drops().get("queue_full"));
    assertEquals(AWAY, fixture.stores.changes(SessionChange.RemoveDelivery.class).size());
    assertEquals(List.of("2", "3"), comeBack(0).payloads());
    long bytes = sessions.stream().mapToLong(session -> session.outbox().queuedBytes()).sum();
    assertTrue(bytes > 0);
    assertEquals(bytes, fixture.broker.queuedBytes().sum());
  }

  @Test
  void allQueuesTogetherAreBoundedWithinOneCircular() {
    begin(Fixture.with("queueTotalMaxBytes", 3 * 67L));
    handOver("1"); // 64 bytes, a topic and a payload
    fixture.settle();
    assertEquals(3, queued());
    assertEquals(3, fixture.broker.counters().queued.sum());
    assertEquals(AWAY - 3, fixture.broker.counters().drops().get("total_queue_full"));
  }

  @Test
  void sessionThatEndedKeepsNothing() {
    handOver("1");
    sessions.get(0).end();
    fixture.settle();
    assertEquals(AWAY - 1, queued());
  }

  @Test
  void qos2GoesThroughTheStoreToEachMailbox() {
    for (int i = 0; i < AWAY; i++) {
      comeBack(i).subscribe("t", QoS.EXACTLY_ONCE).cut();
    }
    for (int i = 0; i < 2 * RouteCache.CALM; i++) {
      publisher.publish("t", "lost", QoS.AT_MOST_ONCE, 0);
    }
    publisher.handOver(TestClient.publication("t", "1", QoS.EXACTLY_ONCE, 7, false));
    assertEquals(0, circulars().pendingBytes());
    fixture.settle();
    assertEquals(List.of("1"), comeBack(0).payloads());
  }
}
