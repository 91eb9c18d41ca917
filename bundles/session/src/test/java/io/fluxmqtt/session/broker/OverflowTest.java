package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the policies of full queues do, whom they are for, and who is told. */
class OverflowTest {
  /** What a message of topic "t" and one character takes. */
  private static final long SMALL = 66;

  private static final BrokerSettings NEWEST = Records.settings("overflow", Overflow.DROP_NEWEST);

  private static Given given(BrokerSettings settings) {
    return new Given(Records.with(settings, "inFlightMax", 65_535));
  }

  private static QueueRule rule(String clients, List<String> topics, Overflow overflow, int most) {
    return new QueueRule("r", 0, List.of(clients), topics, overflow, most, 0, 0);
  }

  private static BrokerSettings spilling(long maxBytes) {
    return Records.with(Records.settings("overflow", Overflow.SPILL), "spillMaxBytes", maxBytes);
  }

  private static ReasonCode answer(Given given) {
    return given.publisher.last(Packet.PubAck.class).reason();
  }

  private static TestClient away(Given given, String id) {
    TestClient client = given.durable(id).subscribe("t", QoS.AT_LEAST_ONCE);
    client.cut();
    return client;
  }

  private static String[] texts(int count) {
    return IntStream.range(0, count).mapToObj(i -> String.valueOf(i % 10)).toArray(String[]::new);
  }

  // --- who publishes is told ---

  @Test
  void publisherIsToldWhenNobodyCanKeepTheMessage() {
    Given given = given(NEWEST);
    away(given, "s");
    given.publish("1", "2", "3", "4");
    assertEquals(ReasonCode.SUCCESS, answer(given));

    given.publish("5", "6");

    assertEquals(ReasonCode.QUOTA_EXCEEDED, answer(given));
    assertEquals(4, given.fixture.stores.changes(SessionChange.Append.class).size());
    assertEquals(2L, given.drops("queue_full"));
    assertEquals(2, given.outbox("s").dropped());
    assertEquals(4, given.outbox("s").queued());
  }

  @Test
  void publisherOfQos2IsToldLikewise() {
    Given given = given(NEWEST);
    away(given, "s");
    given.publish("1", "2", "3", "4");

    given.publisher.publish("t", "5", QoS.EXACTLY_ONCE, 9);

    assertEquals(ReasonCode.QUOTA_EXCEEDED, given.publisher.last(Packet.PubRec.class).reason());
  }

  @Test
  void oneWhoTakesItIsEnough() {
    Given given = given(NEWEST);
    away(given, "s");
    TestClient other = given.durable("other").subscribe("t", QoS.AT_LEAST_ONCE);

    given.publish("1", "2", "3", "4", "5");

    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(List.of("1", "2", "3", "4", "5"), other.payloads());
    assertEquals(1L, given.drops("queue_full"));
  }

  @Test
  void oneWhoTakesItWithoutAcknowledgementIsEnough() {
    Given given = given(NEWEST);
    away(given, "s");
    TestClient other = given.fixture.client().connect("other").subscribe("t", QoS.AT_MOST_ONCE);

    given.publish("1", "2", "3", "4", "5");

    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(List.of("1", "2", "3", "4", "5"), other.payloads());
  }

  @Test
  void publisherOfAnOldVersionIsAcknowledgedAndTheDropIsCounted() {
    Given given = given(NEWEST);
    away(given, "s");
    TestClient old =
        given
            .fixture
            .client()
            .connect(TestClient.connect(ProtocolVersion.V3_1_1, "old", true, 0, null, 10));

    for (String text : texts(5)) {
      old.publish("t", text, QoS.AT_LEAST_ONCE, 1);
    }

    assertEquals(5, old.sent(Packet.PubAck.class).size());
    assertFalse(old.closed);
    assertEquals(1L, given.drops("queue_full"));
  }

  @Test
  void retainedMessageIsKeptThoughTheQueueIsFull() {
    Given given = given(NEWEST);
    away(given, "s");
    given.publish("1", "2", "3", "4");

    given.retain("t");

    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(1, given.fixture.broker.retained().count());
    assertEquals(1L, given.drops("queue_full"));
  }

  @Test
  void publisherIsTakenSeriouslyAgainOnceThereIsRoom() {
    Given given = given(NEWEST);
    away(given, "s");
    given.publish("1", "2", "3", "4", "5");
    given.durable("s").cut();

    given.publish("6");

    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(1L, given.drops("queue_full"));
  }

  @Test
  void publisherIsNotToldWhereTheOldestMakesRoom() {
    Given given = given(Fixture.SETTINGS);
    away(given, "s");

    given.publish("1", "2", "3", "4", "5");

    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(List.of("2", "3", "4", "5"), given.durable("s").payloads());
  }

  @Test
  void publisherIsToldWhenAllQueuesTogetherAreFull() {
    Given given = given(Records.settings("queueTotalMaxMessages", 2L));
    away(given, "s");
    given.publish("1", "2", "3");
    assertEquals(ReasonCode.SUCCESS, answer(given), "it was on its way");
    assertEquals(1L, given.drops("total_queue_full"));

    given.publish("4");

    assertEquals(ReasonCode.QUOTA_EXCEEDED, answer(given));
    assertEquals(2L, given.drops("total_queue_full"));
    assertEquals(List.of("1", "2"), given.durable("s").payloads());
    away(given, "later");
    given.publish("5");
    assertEquals(ReasonCode.SUCCESS, answer(given));
  }

  @Test
  void fullQueuesOfOthersDoNotStopWhatIsSentAtOnce() {
    Given given = given(Records.settings("queueTotalMaxMessages", 1L));
    away(given, "s");
    given.publish("1", "2");
    TestClient there = given.durable("there").subscribe("u", QoS.AT_LEAST_ONCE);

    given.publisher.publish("u", "3", QoS.AT_LEAST_ONCE, 1);

    assertEquals(List.of("3"), there.payloads());
    assertEquals(ReasonCode.SUCCESS, answer(given));
  }

  @Test
  void allQueuesLeaveHalfOfTheRoomOnTheDisk() {
    Given given = given(Records.settings("queueTotalMaxBytes", 0L));
    given.fixture.stores.usable(4 * SMALL);
    away(given, "s");

    given.publish("1", "2");
    assertNull(given.drops("total_queue_full"));
    given.fixture.stores.usable(4 * SMALL - 1);
    given.publish("3");

    assertEquals(1L, given.drops("total_queue_full"));
    given.fixture.stores.usable(1 << 20);
    given.publish("4");
    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(List.of("1", "2", "4"), given.durable("s").payloads());
  }

  // --- spill ---

  @Test
  void queueThatSpillsGoesOnInTheStore() {
    Given given = given(spilling(1 << 20));
    away(given, "s");

    given.publish(texts(1_500));

    assertEquals(1_500, given.outbox("s").queued());
    assertTrue(given.outbox("s").needsStore());
    assertEquals(0, given.outbox("s").dropped());
    assertEquals(List.of(texts(1_500)), given.durable("s").payloads());
  }

  @Test
  void queueThatSpillsRefusesInTimeForWhatIsOnItsWay() {
    Given given = given(spilling(80 * SMALL));
    away(given, "s");
    long margin = 10 * SMALL;

    given.publish(texts(70));
    assertEquals(ReasonCode.SUCCESS, answer(given));
    assertEquals(80 * SMALL - margin, given.outbox("s").queuedBytes());
    given.publish("x");

    assertEquals(ReasonCode.QUOTA_EXCEEDED, answer(given));
    assertEquals(70, given.outbox("s").queued());
    assertEquals(1L, given.drops("queue_full"));
  }

  @Test
  void whatIsOnItsWayToAQueueThatSpillsFindsRoom() {
    Given given = given(spilling(80 * SMALL));
    away(given, "s");
    given.publish(texts(69));
    for (int i = 0; i < 5; i++) {
      given.publisher.handOver(TestClient.publication("t", "x", QoS.AT_LEAST_ONCE, i + 1, false));
    }
    given.fixture.settle();

    assertEquals(70, given.outbox("s").queued(), "of five only the first had room");
    assertEquals(4L, given.drops("queue_full"));
    assertEquals(70, given.fixture.stores.changes(SessionChange.Append.class).size());
  }

  @Test
  void whatCannotWaitInTheStoreDoesNotSpill() {
    Given given = given(spilling(1 << 20));
    given.durable("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();

    given.publish(texts(10));

    assertEquals(4, given.outbox("s").queued());
    assertEquals(6L, given.drops("queue_full"));
  }

  @Test
  void sessionThatEndsWithItsConnectionDoesNotSpill() {
    Given given = given(spilling(1 << 20));
    TestClient s = given.fixture.client().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.writable = false;

    given.publish(texts(10));

    assertEquals(4, given.outbox("s").queued());
    assertEquals(6, given.outbox("s").dropped());
  }

  // --- rules ---

  @Test
  void ruleCountsForItsClientsOnly() {
    Given given =
        given(Fixture.SETTINGS.with(List.of(rule("meter-?*", List.of(), Overflow.DROP_NEWEST, 2))));
    away(given, "meter-1");
    away(given, "meter-");

    given.publish(texts(6));

    assertEquals(List.of("0", "1"), given.durable("meter-1").payloads());
    assertEquals(List.of("2", "3", "4", "5"), given.durable("meter-").payloads());
  }

  @Test
  void lessImportantTopicsLeaveRoomForOthers() {
    Given given =
        given(NEWEST.with(List.of(rule("*", List.of("t/#", "x"), Overflow.DROP_NEWEST, 2))));
    given
        .durable("s")
        .subscribe("t", QoS.AT_LEAST_ONCE)
        .subscribe("alarm", QoS.AT_LEAST_ONCE)
        .cut();

    given.publish("1", "2", "3");
    assertEquals(ReasonCode.SUCCESS, answer(given), "there is room for others still");
    given.publisher.publish("alarm", "a", QoS.AT_LEAST_ONCE, 1);
    given.publisher.publish("alarm", "b", QoS.AT_LEAST_ONCE, 1);
    given.publisher.publish("alarm", "c", QoS.AT_LEAST_ONCE, 1);

    assertEquals(ReasonCode.QUOTA_EXCEEDED, answer(given));
    assertEquals(List.of("1", "2", "a", "b"), given.durable("s").payloads());
    assertEquals(2L, given.drops("queue_full"));
  }

  @Test
  void changedRuleCountsForTheNextMessage() {
    Given given = given(Fixture.SETTINGS);
    away(given, "s");
    given.publish("1", "2");

    given.fixture.broker.configure(
        Fixture.SETTINGS.with(List.of(rule("s", List.of(), Overflow.DROP_NEWEST, 3))));
    given.publish("3", "4");

    assertEquals(ReasonCode.QUOTA_EXCEEDED, answer(given));
    assertEquals(List.of("1", "2", "3"), given.durable("s").payloads());
  }

  // --- lowered limits ---

  @Test
  void queueAboveALoweredLimitIsBroughtDownToIt() {
    Given given = given(Records.settings("queueMaxMessages", 10_000));
    away(given, "s");
    given.publish(texts(3 * BoundedQueue.CUT_AT_ONCE));

    given.fixture.broker.configure(
        Records.with(Records.settings("queueMaxMessages", 7), "inFlightMax", 65_535));
    assertEquals(3 * BoundedQueue.CUT_AT_ONCE, given.outbox("s").queued(), "in its own time");
    given.publish("x");
    assertEquals(3 * BoundedQueue.CUT_AT_ONCE, given.outbox("s").queued(), "one for one");
    given.fixture.pass(3);

    assertEquals(7, given.outbox("s").queued());
    assertEquals(3L * BoundedQueue.CUT_AT_ONCE - 6, given.drops("queue_full"));
    assertEquals("x", given.durable("s").payloads().get(6));
  }

  @Test
  void queueAboveALoweredLimitOfBytesIsBroughtDownToIt() {
    Given given = given(Fixture.SETTINGS);
    away(given, "s");
    given.publish("1", "2", "3", "4");

    given.fixture.broker.configure(Records.settings("queueMaxBytes", 2 * SMALL));
    given.fixture.pass(3);

    assertEquals(List.of("3", "4"), given.durable("s").payloads());
  }

  @Test
  void whatWaitsStaysWhereTheNewestIsDropped() {
    Given given = given(NEWEST);
    away(given, "s");
    given.publish("1", "2", "3", "4");

    given.fixture.broker.configure(Records.with(NEWEST, "queueMaxMessages", 2));
    given.fixture.pass(3);
    given.publish("5");

    assertEquals(ReasonCode.QUOTA_EXCEEDED, answer(given));
    assertEquals(List.of("1", "2", "3", "4"), given.durable("s").payloads());
  }

  // --- memory and disk ---

  @Test
  void publisherWaitsForAStoreThatHasTooMuchToWrite() {
    Given given = given(Fixture.SETTINGS);
    away(given, "s");
    given.fixture.stores.hold();
    given.fixture.stores.pending(Long.MAX_VALUE);

    given.publish("1");
    assertFalse(given.publisher.reading);
    given.fixture.stores.pending(0);
    given.fixture.stores.release();
    given.fixture.settle();

    assertTrue(given.publisher.reading);
    assertEquals(ReasonCode.SUCCESS, answer(given));
    given.publish("2");
    assertTrue(given.publisher.reading);
  }

  @Test
  void whatIsNotStoredDoesNotWaitForTheStore() {
    Given given = given(Fixture.SETTINGS);
    given.fixture.client().connect("s").subscribe("t", QoS.AT_LEAST_ONCE);
    given.fixture.stores.pending(Long.MAX_VALUE);

    given.publish("1");

    assertTrue(given.publisher.reading);
  }

  @Test
  void whatMustStayInMemoryTakesAPartOfItOnly() {
    Given given = given(Fixture.SETTINGS);
    given.fixture.broker.queueMemory().share().add(4_096);
    QueueTotals totals = new QueueTotals(given.fixture.broker, 4_200);

    assertTrue(totals.haveRoom(104, false, 0, 0));
    assertFalse(totals.haveRoom(105, false, 0, 0));
    assertTrue(totals.haveRoom(105, true, 0, 0));
    assertFalse(totals.refuse(1), "others find room");
  }
}
