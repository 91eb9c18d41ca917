package io.fluxmqtt.session.broker;

import static io.fluxmqtt.session.broker.WaitingQueue.WINDOW_MESSAGES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import io.fluxmqtt.session.Packet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What waits beyond the window is in the store only, and nobody can tell. */
class WaitingQueueTest {
  private static final int MANY = 3 * WINDOW_MESSAGES + 7;

  /** What a message of topic "t" and four characters takes. */
  private static final long SIZE = 69;

  private final Given given = given(Records.settings("queueMaxMessages", 10_000));

  private static Given given(BrokerSettings settings) {
    return new Given(
        Records.with(Records.with(settings, "queueMaxBytes", 1L << 30), "inFlightMax", 65_535));
  }

  @Test
  void allThatWaitsComesInOrderAndIsCountedUntilThen() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);

    assertEquals(MANY, given.outbox("s").queued());
    assertEquals(MANY * SIZE, given.outbox("s").queuedBytes());
    assertEquals(MANY * SIZE, given.fixture.broker.queuedBytes().sum());
    assertTrue(given.outbox("s").needsStore());

    assertEquals(texts(0, MANY), given.durable("s").payloads());
    assertNothingWaits();
  }

  private void assertNothingWaits() {
    assertEquals(0, given.outbox("s").queued());
    assertEquals(0, given.outbox("s").queuedBytes());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
    assertEquals(0, given.fixture.broker.counters().queued.sum());
    assertFalse(given.outbox("s").needsStore());
  }

  @Test
  void windowOfMessagesNeedsNoStore() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.fixture.stores.holdReads();
    publish(given, 0, WINDOW_MESSAGES);
    assertFalse(given.outbox("s").needsStore());
    publish(given, WINDOW_MESSAGES, WINDOW_MESSAGES + 1);
    assertTrue(given.outbox("s").needsStore());
    assertEquals(texts(0, WINDOW_MESSAGES), given.durable("s").payloads());
  }

  @Test
  void windowIsBoundedByBytesToo() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    given.fixture.stores.holdReads();
    String large = "x".repeat(WaitingQueue.WINDOW_BYTES / 4);
    given.publish(large, large, large, large, large);
    assertTrue(given.outbox("s").needsStore());
    TestClient s = given.durable("s");
    assertEquals(4, s.payloads().size());
    given.fixture.stores.answerReads();
    given.fixture.settle();
    assertEquals(5, s.payloads().size());
  }

  @Test
  void whatComesWhileTheStoreReadsComesBehindThat() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    given.fixture.stores.holdReads();
    TestClient s = given.durable("s");
    publish(given, MANY, MANY + 10);
    assertEquals(WINDOW_MESSAGES, s.payloads().size());
    while (given.fixture.stores.answerReads() > 0) {
      given.fixture.stores.holdReads();
      given.fixture.settle();
    }
    assertEquals(texts(0, MANY + 10), s.payloads());
    publish(given, 0, 1); // the queue is empty, so this needs no store again
    assertEquals(MANY + 11, s.payloads().size());
  }

  @Test
  void refillBeginsWhenHalfOfTheWindowHasLeft() {
    Given slow = given(Records.settings("queueMaxMessages", 10_000));
    TestClient s = slow.durable("s").subscribe("t", QoS.AT_LEAST_ONCE);
    s.cut();
    publish(slow, 0, MANY);
    slow.fixture.stores.holdReads();
    Outbox outbox = slow.outbox("s");
    TestClient next =
        slow.fixture
            .clientOnOtherLoop()
            .connect(
                TestClient.connect(
                    io.fluxmqtt.session.ProtocolVersion.V5_0, "s", false, 1_000, null, 499));
    assertEquals(499, next.payloads().size());
    assertEquals(0, slow.fixture.stores.answerReads());
    slow.fixture.stores.holdReads();
    next.give(
        new Packet.PubAck(next.last(Packet.Publish.class).packetId(), ReasonCode.SUCCESS, null));
    assertEquals(1, slow.fixture.stores.answerReads());
    slow.fixture.settle();
    assertEquals(MANY - 500, outbox.queued());
  }

  @Test
  void oldestOfAllMakesRoomWhereverItIs() {
    Given small = given(Records.settings("queueMaxMessages", 2_500));
    small.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(small, 0, 5_000);

    assertEquals(2_500, small.outbox("s").queued());
    assertEquals(2_500L, small.drops("queue_full"));
    assertEquals(2_500, small.removedFromStore());
    assertEquals(2_500 * SIZE, small.outbox("s").queuedBytes());
    assertEquals(texts(2_500, 5_000), small.durable("s").payloads());
    assertEquals(0, small.fixture.broker.queuedBytes().sum());
  }

  @Test
  void bytesThatWereOnlyEstimatedAreRightAtTheEnd() {
    Given small = given(Records.settings("queueMaxMessages", 1_500));
    small.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    for (int i = 0; i < 4_000; i++) {
      small.publish("x".repeat(i * 37 % 101));
    }
    assertEquals(1_500, small.durable("s").payloads().size());
    assertEquals(0, small.outbox("s").queuedBytes());
    assertEquals(0, small.fixture.broker.queuedBytes().sum());
  }

  @Test
  void whatIsDroppedWhileItIsReadIsNotSent() {
    Given small = given(Records.settings("queueMaxMessages", 1_500));
    small.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(small, 0, 1_500);
    small.fixture.stores.holdReads();
    TestClient s = small.durable("s"); // takes 1,000 and asks for 500
    publish(small, 1_500, 2_600); // there is room for 1,000: drops 100 of those
    small.fixture.stores.answerReads();
    small.fixture.settle();
    List<String> expected = new ArrayList<>(texts(0, 1_000));
    expected.addAll(texts(1_100, 2_600));
    assertEquals(expected, s.payloads());
    assertEquals(0, small.fixture.broker.queuedBytes().sum());
    assertEquals(0, small.fixture.broker.counters().queued.sum());
  }

  @Test
  void newestIsDroppedWhereSoConfigured() {
    Given small =
        given(
            Records.with(
                Records.settings("queueMaxMessages", 1_500),
                "overflow",
                BrokerSettings.Overflow.DROP_NEWEST));
    small.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(small, 0, 1_600);
    assertEquals(100L, small.drops("queue_full"));
    assertEquals(texts(0, 1_500), small.durable("s").payloads());
  }

  @Test
  void totalLimitCountsWhatIsInTheStore() {
    Given small =
        given(
            Records.with(
                Records.settings("queueMaxMessages", 10_000), "queueTotalMaxBytes", 1_500 * SIZE));
    small.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(small, 0, 1_600);
    assertEquals(100L, small.drops("total_queue_full"));
  }

  @Test
  void whatHasExpiredInTheStoreIsNotSent() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, WINDOW_MESSAGES);
    given.publisher.give(
        new Packet.Publish(
            "t",
            Payload.ofUtf8("soon"),
            QoS.AT_LEAST_ONCE,
            false,
            false,
            1,
            0,
            new MessageProperties(null, 5L, null, null, null, List.of()),
            List.of()));
    publish(given, WINDOW_MESSAGES, WINDOW_MESSAGES + 1);
    given.fixture.pass(6);
    assertEquals(texts(0, WINDOW_MESSAGES + 1), given.durable("s").payloads());
    assertEquals(1L, given.drops("expired"));
    assertNothingWaits();
  }

  @Test
  void whatTheClientMayNotGetAnyMoreWaitsUntilItMay() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("u", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, 1_200);
    given.publisher.publish("u", "yes", QoS.AT_LEAST_ONCE, 1);
    given.fixture.denied = "t";
    TestClient s = given.durable("s");
    assertEquals(List.of("yes"), s.payloads());
    assertEquals(1_200, given.outbox("s").queued());
    given.fixture.denied = null;
    given.fixture.putAuthorizer();
    given.fixture.settle();
    assertEquals("yes", s.payloads().get(0));
    assertEquals(texts(0, 1_200), s.payloads().subList(1, s.payloads().size()));
    assertNull(given.drops("not_authorized"));
    assertNothingWaits();
  }

  @Test
  void anotherSubscriptionThatIsAllowedIsEnough() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).subscribe("+", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, 1_200);
    given.fixture.denied = "t";
    assertEquals(texts(0, 1_200), given.durable("s").payloads());
    assertNull(given.drops("not_authorized"));
  }

  @Test
  void lateAnswerAfterTheSessionsEndIsIgnored() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    given.fixture.stores.holdReads();
    given.durable("s");
    Outbox old = given.outbox("s");
    given.fixture.client().connect(TestClient.connect5("s", true, 1_000)); // starts clean
    given.fixture.stores.answerReads();
    given.fixture.settle();
    assertEquals(0, old.queued());
    assertEquals(0, given.fixture.broker.queuedBytes().sum());
    assertEquals(0, given.fixture.broker.counters().queued.sum());
    assertNothingWaits();
  }

  @Test
  void takeOverWhileTheStoreReadsLosesNothing() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    given.fixture.stores.holdReads();
    TestClient first = given.durable("s");
    TestClient second = given.fixture.client().connect(TestClient.connect5("s", false, 1_000));
    assertTrue(first.closed);
    given.fixture.stores.answerReads();
    given.fixture.settle();
    assertEquals(texts(0, MANY), second.payloads());
    assertNothingWaits();
  }

  @Test
  void clientThatLeavesWhileTheStoreReadsFindsAllLater() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    given.fixture.stores.holdReads();
    given.durable("s").cut();
    given.fixture.stores.answerReads();
    given.fixture.settle();
    assertEquals(texts(0, MANY), given.durable("s").payloads());
    assertNothingWaits();
  }

  @Test
  void sessionThatIsToEndWithItsConnectionStillGetsAll() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    TestClient s = given.fixture.client().connect(TestClient.connect5("s", false, 0));
    assertEquals(texts(0, MANY), s.payloads());
    assertEquals(List.of(), given.fixture.stores.changes(SessionChange.RemoveSession.class));
    s.cut();
    assertEquals(1, given.fixture.stores.changes(SessionChange.RemoveSession.class).size());
    assertNull(given.fixture.broker.sessions().find("s"));
  }

  @Test
  void whatCameThroughASharedSubscriptionPassesToAnotherMember() {
    given.durable("s").subscribe("$share/g/t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    assertFalse(given.outbox("s").needsStore());
    TestClient other = given.durable("other").subscribe("$share/g/t", QoS.AT_LEAST_ONCE);
    given.fixture.client().connect(TestClient.connect5("s", true, 0)); // the old session ends
    assertEquals(texts(0, MANY), other.payloads());
  }

  @Test
  void whatMustStayInMemoryKeepsItsPlace() {
    given
        .durable("s")
        .subscribe("t", QoS.AT_LEAST_ONCE)
        .subscribe("$share/g/u", QoS.AT_LEAST_ONCE)
        .cut();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      String topic = i % 3 == 0 ? "u" : "t";
      expected.add(text(i));
      given.publisher.publish(topic, text(i), QoS.AT_LEAST_ONCE, 1);
    }
    assertEquals(expected, given.durable("s").payloads());
    assertNothingWaits();
  }

  @Test
  void muchThatMustStayInMemoryDoesNotHoldUpTheRest() {
    given
        .durable("s")
        .subscribe("t", QoS.AT_LEAST_ONCE)
        .subscribe("$share/g/u", QoS.AT_LEAST_ONCE)
        .cut();
    publish(given, 0, WINDOW_MESSAGES + 1);
    String large = "x".repeat(WaitingQueue.WINDOW_BYTES);
    for (int i = 0; i < 3; i++) {
      given.publisher.publish("u", large, QoS.AT_LEAST_ONCE, 1);
    }
    publish(given, WINDOW_MESSAGES + 1, WINDOW_MESSAGES + 2);
    assertEquals(WINDOW_MESSAGES + 5, given.durable("s").payloads().size());
    assertNothingWaits();
  }

  @Test
  void whatTheStoreDoesNotHaveYetIsAskedForAgain() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, 1_500);
    long id = given.fixture.stores.newMessageId() - 200; // behind the window
    given.fixture.stores.lose(id);
    given.fixture.stores.holdReads();
    TestClient s = given.durable("s");
    given.fixture.stores.answerReads();
    given.fixture.stores.find(id);
    given.fixture.settle();
    assertEquals(texts(0, 1_500), s.payloads());
    assertNull(given.drops("unreadable"));
  }

  @Test
  void whatTheStoreNeverHadIsGivenUpAlone() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, 1_500);
    long id = given.fixture.stores.newMessageId() - 200;
    given.fixture.stores.lose(id);
    given.fixture.stores.lose(id + 5);
    assertEquals(1_498, given.durable("s").payloads().size());
    assertEquals(2L, given.drops("unreadable"));
    assertEquals(2, given.outbox("s").dropped());
    assertEquals(
        List.of(id, id + 5),
        given.fixture.stores.changes(SessionChange.RemoveDelivery.class).stream()
            .map(SessionChange.RemoveDelivery::messageId)
            .toList());
    assertNothingWaits();
  }

  @Test
  void storeThatCannotReadIsTriedAgain() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, MANY);
    given.fixture.stores.failReadsWith(new IOException("no disk"));
    TestClient s = given.durable("s");
    given.fixture.pass(1);
    assertEquals(WINDOW_MESSAGES, s.payloads().size());
    given.fixture.stores.failReadsWith(null);
    given.fixture.pass(1);
    assertEquals(texts(0, MANY), s.payloads());
    assertNull(given.drops("unreadable"));
  }

  @Test
  void storeThatNeverCanReadDoesNotStopTheQueue() {
    given.durable("s").subscribe("t", QoS.AT_LEAST_ONCE).cut();
    publish(given, 0, WINDOW_MESSAGES + 2);
    given.fixture.stores.failReadsWith(new IOException("no disk"));
    TestClient s = given.durable("s");
    given.fixture.pass(10);
    assertEquals(WINDOW_MESSAGES, s.payloads().size());
    assertEquals(2L, given.drops("unreadable"));
    assertEquals(0, given.removedFromStore(), "it may be well after a restart");
    assertNothingWaits();
    publish(given, 0, 1);
    assertEquals(WINDOW_MESSAGES + 1, s.payloads().size());
  }

  @Test
  void whatAStoreKeptIsReadWhenTheClientComes() {
    Fixture restarted =
        new Fixture(
            Fixture.SETTINGS,
            visitor -> {
              visitor.session(new StoredSession(1, "s", Principal.ANONYMOUS, 1_000, 0L, null, 0));
              for (int id = 1; id <= 1_100; id++) {
                Message message =
                    Message.of("t", Payload.ofUtf8(text(id)), QoS.AT_LEAST_ONCE, false);
                visitor.delivery(
                    1,
                    new StoredDelivery(id, QoS.AT_LEAST_ONCE, false, List.of(), 0),
                    new StoredMessage(id, message, null, null));
              }
            });
    Outbox outbox = restarted.broker.sessions().find("s").outbox();
    assertEquals(1_100, outbox.queued());
    assertEquals(1_100 * SIZE, outbox.queuedBytes());
    assertEquals(1_100 * SIZE, restarted.broker.queuedBytes().sum());
    assertTrue(outbox.needsStore());
  }

  @Test
  void whateverHappensOrderIsKept() {
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      Given random10 = given(Records.settings("queueMaxMessages", 100_000));
      TestClient s = random10.durable("s");
      s.subscribe("t", QoS.AT_LEAST_ONCE).subscribe("$share/g/u", QoS.AT_LEAST_ONCE);
      List<String> received = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (int round = 0; round < 30; round++) {
        for (int i = random.nextInt(1_000); i > 0; i--) {
          expected.add(text(expected.size()));
          random10.publisher.publish(
              random.nextInt(20) == 0 ? "u" : "t",
              expected.get(expected.size() - 1),
              QoS.AT_LEAST_ONCE,
              1);
        }
        switch (random.nextInt(5)) {
          case 0 -> s.writable = false;
          case 1 -> random10.fixture.stores.holdReads();
          case 2, 3 -> {
            random10.fixture.stores.answerReads();
            random10.fixture.settle();
            s.becomeWritable();
          }
          default -> {
            received.addAll(fresh(s));
            acknowledge(s);
            s.cut();
            s = random10.durable("s");
          }
        }
      }
      random10.fixture.stores.answerReads();
      random10.fixture.settle();
      s.becomeWritable();
      received.addAll(fresh(s));
      assertEquals(expected, received);
      acknowledge(s);
      assertEquals(0, random10.fixture.broker.queuedBytes().sum());
      assertEquals(0, random10.fixture.broker.counters().queued.sum());
    }
  }

  private static List<String> fresh(TestClient client) {
    return client.sent(Packet.Publish.class).stream()
        .filter(publish -> !publish.dup())
        .map(publish -> publish.payload().toUtf8())
        .toList();
  }

  private static void acknowledge(TestClient client) {
    for (Packet.Publish publish : client.sent(Packet.Publish.class)) {
      client.readFirst(new Packet.PubAck(publish.packetId(), ReasonCode.SUCCESS, null));
    }
    client.give();
  }

  private static void publish(Given given, int from, int to) {
    texts(from, to).forEach(given::publish);
  }

  private static List<String> texts(int from, int to) {
    return IntStream.range(from, to).mapToObj(WaitingQueueTest::text).toList();
  }

  private static String text(int number) {
    return "%04d".formatted(number);
  }
}
