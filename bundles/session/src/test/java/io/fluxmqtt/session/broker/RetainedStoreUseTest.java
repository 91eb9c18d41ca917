package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.message.MessageProperties;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.session.Packet;
import io.fluxmqtt.session.ProtocolVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Retained Messages are in the store alone, which may take its time, fail, or change meanwhile. */
class RetainedStoreUseTest {
  private final Given given = new Given(Fixture.SETTINGS);
  private final MemoryStores stores = given.fixture.stores;

  /** A client that takes one message at a time. */
  private TestClient narrow(boolean cleanStart) {
    long expiry = cleanStart ? 0 : 1_000;
    return given
        .fixture
        .client()
        .connect(TestClient.connect(ProtocolVersion.V5_0, "s", cleanStart, expiry, null, 1));
  }

  /** Acknowledges one after the other; returns all that came. */
  private static List<String> takeAll(TestClient client) {
    List<String> all = new ArrayList<>(client.payloads());
    for (int taken = 0; taken < client.sent(Packet.Publish.class).size(); taken++) {
      int packetId = client.sent(Packet.Publish.class).get(taken).packetId();
      client.give(new Packet.PubAck(packetId, ReasonCode.SUCCESS, null));
      all = client.payloads();
    }
    return all;
  }

  private void replace(String topic, String text) {
    given.publisher.give(TestClient.publication(topic, text, QoS.AT_LEAST_ONCE, 1, true));
  }

  @Test
  void whatHasChangedSinceItWasReadIsReadAgain() {
    given.retain("r/1", "r/2", "r/3");
    TestClient s = narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("r/1"), s.payloads());

    replace("r/2", "new");
    replace("r/3", "");

    assertEquals(List.of("r/1", "new", "", "new"), takeAll(s));
    List<Packet.Publish> sent = s.sent(Packet.Publish.class);
    assertFalse(sent.get(1).retain());
    assertTrue(sent.get(3).retain());
  }

  @Test
  void whatChangesAgainMeanwhileComesOnlyByTheSubscription() {
    given.fixture.broker.configure(Records.settings("retainedMaxMessages", 10));
    given.retain("r/1", "r/2", "r/3");
    TestClient s = narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE);
    replace("r/2", "new");
    stores.holdSearches();
    assertEquals(List.of("r/1", "new"), takeAll(s)); // and r/2 is looked for again

    replace("r/2", "newer");
    assertEquals(List.of("r/1", "new", "newer"), takeAll(s));
    assertEquals(1, stores.search());
    given.fixture.settle();

    assertEquals(List.of("r/1", "new", "newer", "r/3"), takeAll(s));
  }

  @Test
  void answerThatComesLaterIsSentThen() {
    given.retain("r/1", "r/2", "r/3");
    stores.sliceMax(2);
    stores.holdSearches();
    TestClient s = given.durable("s").subscribe("r/#", QoS.AT_MOST_ONCE);
    assertEquals(List.of(), s.sent(Packet.SubAck.class));

    assertEquals(1, stores.search());
    given.fixture.settle();
    assertEquals(1, s.sent(Packet.SubAck.class).size());
    assertEquals(List.of("r/1", "r/2"), s.payloads());
    assertEquals(1, stores.search());
    given.fixture.settle();
    assertEquals(List.of("r/1", "r/2", "r/3"), s.payloads());
    assertEquals(0, stores.search());
  }

  @Test
  void whoPublishesAfterSubAckIsBehindWhatWasRetained() {
    given.retain("r/1", "r/2");
    stores.holdSearches();
    TestClient s = given.durable("s");
    s.give(
        new Packet.Subscribe(
            1,
            0,
            List.of(
                new Packet.SubscribeRequest("r/1", QoS.AT_LEAST_ONCE, false, false, 0),
                new Packet.SubscribeRequest("r/2", QoS.AT_LEAST_ONCE, false, false, 0))));
    for (int i = 0; i < 2; i++) {
      assertEquals(List.of(), s.sent(Packet.SubAck.class));
      assertEquals(1, stores.search());
      given.fixture.settle();
    }
    assertEquals(1, s.sent(Packet.SubAck.class).size());
    replace("r/1", "new");
    assertEquals(List.of("r/1", "r/2", "new"), s.payloads());
  }

  @Test
  void answerForAConnectionThatIsGoneWaitsForTheNext() {
    given.retain("r/1", "r/2");
    stores.holdSearches();
    TestClient first = narrow(false).subscribe("r/#", QoS.AT_LEAST_ONCE);
    first.cut();
    assertEquals(1, stores.search());
    given.fixture.settle();

    TestClient second = narrow(false);
    assertEquals(1, stores.search());
    given.fixture.settle();

    assertEquals(List.of("r/1", "r/2"), takeAllSearching(second));
    assertEquals(List.of(), first.payloads());
  }

  private List<String> takeAllSearching(TestClient client) {
    List<String> before = takeAll(client);
    stores.search();
    given.fixture.settle();
    return before.equals(client.payloads()) ? before : takeAllSearching(client);
  }

  @Test
  void nextConnectionGetsWhatTheLastOneDidNot() {
    given.retain("r/1", "r/2", "r/3");
    TestClient first = narrow(false).subscribe("r/#", QoS.AT_LEAST_ONCE);
    first.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
    assertEquals(List.of("r/1", "r/2"), first.payloads());
    first.cut();

    assertEquals(List.of("r/2", "r/3"), takeAll(narrow(false))); // r/2 once more: not acknowledged
  }

  @Test
  void endOfTheSubscriptionEndsTheSearch() {
    given.retain("r/1", "r/2");
    stores.sliceMax(1);
    stores.holdSearches();
    TestClient s = narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE);
    stores.search();
    given.fixture.settle();
    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null));
    s.give(new Packet.Unsubscribe(2, List.of("r/#")));
    stores.search();
    given.fixture.settle();

    assertEquals(List.of("r/1"), s.payloads());
    s.subscribe("r/2", QoS.AT_LEAST_ONCE);
    stores.search();
    given.fixture.settle();
    assertEquals(List.of("r/1", "r/2"), s.payloads());
  }

  @Test
  void endOfTheSessionEndsTheSearch() {
    given.retain("r/1");
    stores.holdSearches();
    narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE).cut();
    assertEquals(1, stores.search());
    given.fixture.settle();
    assertEquals(0, stores.search());
  }

  @Test
  void whatIsReadIsReadOnceWhileThereIsRoom() {
    given.retain("r/1", "r/2", "r/3");
    int before = stores.searches();
    takeAll(narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE));
    assertEquals(before + 1, stores.searches());
  }

  @Test
  void whatCannotBeSentIsNotHeldWhereAllTogetherHoldTooMuch() {
    given.retain("r/1", "r/2", "r/3");
    given.fixture.broker.retained().hold(1L << 50);
    int before = stores.searches();
    TestClient s = narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("r/1", "r/2", "r/3"), takeAll(s));
    assertTrue(stores.searches() >= before + 3);
    given.fixture.broker.retained().hold(-(1L << 50));
    assertFalse(given.fixture.broker.retained().holdsTooMuch());
  }

  @Test
  void allThatIsHeldIsLetGoInTheEnd() {
    given.fixture.broker.configure(Records.settings("retainedMaxMessages", 10));
    given.retain("r/1", "r/2", "r/3", "kept");
    TestClient s = narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE);
    assertTrue(isAnythingHeld(), "what was read is counted");
    s.give(new Packet.Unsubscribe(2, List.of("r/#")));
    assertFalse(isAnythingHeld());
    s.give(new Packet.PubAck(1, ReasonCode.SUCCESS, null)).subscribe("#", QoS.AT_LEAST_ONCE);
    assertTrue(isAnythingHeld());
    s.cut();
    assertFalse(isAnythingHeld());
    takeAll(narrow(true).subscribe("#", QoS.AT_LEAST_ONCE));
    assertFalse(isAnythingHeld());
  }

  private boolean isAnythingHeld() {
    given.fixture.broker.retained().hold(heldMax());
    try {
      return given.fixture.broker.retained().holdsTooMuch();
    } finally {
      given.fixture.broker.retained().hold(-heldMax());
    }
  }

  private static long heldMax() {
    return Math.max(1 << 20, Runtime.getRuntime().maxMemory() / 64);
  }

  @Test
  void failedReadEndsTheReplayAndNothingElse() {
    given.retain("r/1");
    stores.failSearchesWith(new IOException("bad sector"));
    TestClient s = narrow(true).subscribe("r/#", QoS.AT_LEAST_ONCE);

    assertEquals(List.of(), s.payloads());
    assertFalse(s.closed);
    assertEquals(1L, given.drops("retained_unreadable"));
    assertEquals(
        "retained messages cannot be read: bad sector", given.fixture.broker.retained().problem());
    replace("r/1", "new");
    assertEquals(List.of("new"), takeAll(s));

    stores.failSearchesWith(null);
    s.subscribe("r/#", QoS.AT_LEAST_ONCE);
    assertEquals(List.of("new", "new"), takeAll(s));
    assertEquals(null, given.fixture.broker.retained().problem());
  }

  @Test
  void messageThatIsUnderWayIsFound() {
    stores.hold();
    given.retain("r/1");
    TestClient s = given.durable("s");
    stores.release();
    given.fixture.settle();
    stores.hold();
    replace("r/2", "x");
    s.subscribe("r/#", QoS.AT_MOST_ONCE);
    assertEquals(List.of(), s.payloads());
    stores.release();
    given.fixture.settle();
    assertEquals(List.of("r/1", "x"), s.payloads());
  }

  @Test
  void expiredMessageIsNotSentAndLeavesTheStore() {
    given.retain("r/1");
    given.publisher.give(expiring("r/2", 5));
    given.fixture.pass(3);
    TestClient early = given.durable("early").subscribe("r/#", QoS.AT_MOST_ONCE);
    assertEquals(List.of("r/1", "x"), early.payloads());
    assertEquals(2L, early.last(Packet.Publish.class).properties().expirySeconds());
    given.fixture.pass(2);
    assertEquals(2, given.fixture.broker.retained().count());
    TestClient late = given.durable("late").subscribe("r/#", QoS.AT_MOST_ONCE);
    assertEquals(List.of("r/1"), late.payloads());
    assertEquals(1, given.fixture.broker.retained().count());
  }

  @Test
  void expiredMessageLeavesTheStoreUnasked() {
    given.publisher.give(expiring("r/2", 5));
    given.fixture.pass(31);
    assertEquals(0, given.fixture.broker.retained().count());
  }

  private static Packet.Publish expiring(String topic, long seconds) {
    return new Packet.Publish(
        topic,
        Payload.ofUtf8("x"),
        QoS.AT_LEAST_ONCE,
        false,
        true,
        9,
        0,
        new MessageProperties(null, seconds, null, null, null, List.of()),
        List.of());
  }

  @Test
  void ownMessagesAreLeftOutWithNoLocal() {
    given.retain("r/1");
    given.publisher.give(
        new Packet.Subscribe(
            1, 0, List.of(new Packet.SubscribeRequest("r/#", QoS.AT_MOST_ONCE, true, false, 0))));
    assertEquals(List.of(), given.publisher.payloads());
  }

  @Test
  void othersMessagesComeWithNoLocalAndAsTheSubscriptionSays() {
    given.retain("r/1");
    given
        .fixture
        .client()
        .connect("other")
        .give(TestClient.publication("r/2", "other's", QoS.EXACTLY_ONCE, 1, true));
    given.publisher.give(
        new Packet.Subscribe(
            1, 7, List.of(new Packet.SubscribeRequest("r/#", QoS.AT_LEAST_ONCE, true, false, 0))));
    assertEquals(List.of("other's"), given.publisher.payloads());
    Packet.Publish sent = given.publisher.last(Packet.Publish.class);
    assertEquals(QoS.AT_LEAST_ONCE, sent.qos());
    assertEquals(List.of(7), sent.subscriptionIdentifiers());
  }

  @Test
  void sliceThatWasNotBegunIsReadAgainByTheNextConnection() {
    given.fixture.broker.configure(Records.settings("retainedMaxMessages", 10));
    given.retain("r/1", "r/2", "r/3", "r/4");
    stores.sliceMax(2);
    stores.holdSearches();
    TestClient first = given.durable("s").subscribe("r/#", QoS.AT_MOST_ONCE);
    stores.search();
    given.fixture.settle();
    assertEquals(List.of("r/1", "r/2"), first.payloads());
    first.writable = false;
    stores.search();
    given.fixture.settle();
    first.cut();

    TestClient second = given.durable("s");
    assertEquals(1, stores.search());
    given.fixture.settle();
    assertEquals(List.of("r/3", "r/4"), second.payloads());
  }

  @Test
  void messageThatIsReadAgainWhenTheConnectionGoesComesOnTheNext() {
    given.fixture.broker.configure(Records.settings("retainedMaxMessages", 10));
    given.retain("r/1", "r/2", "r/3");
    TestClient first = narrow(false).subscribe("r/#", QoS.AT_LEAST_ONCE);
    replace("r/2", "new");
    stores.holdSearches();
    assertEquals(List.of("r/1", "new"), takeAll(first));
    first.cut();
    stores.search();
    given.fixture.settle();

    assertEquals(List.of("new", "r/3"), takeAllSearching(narrow(false)));
  }

  @Test
  void nothingIsLookedForWhereNothingIs() {
    given.durable("s").subscribe("r/#", QoS.AT_MOST_ONCE);
    replace("r/1", "");
    assertEquals(0, stores.searches());
    assertTrue(given.fixture.broker.retained().isEmpty());
  }

  @Test
  void acknowledgementWaitsForPutAndRemovalAndTellsTheirFailure() {
    stores.hold();
    given.retain("r/1");
    assertEquals(0, given.publisher.sent(Packet.PubAck.class).size());
    stores.release();
    given.fixture.settle();
    stores.hold();
    replace("r/1", "");
    assertEquals(1, given.publisher.sent(Packet.PubAck.class).size());
    stores.failWith(new IOException("full"));
    stores.release();
    given.fixture.settle();
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
    replace("r/2", "x");
    assertEquals(ReasonCode.QUOTA_EXCEEDED, ack());
    assertEquals(2L, given.drops("store_failed"));
    assertEquals(1, given.fixture.broker.retained().count());
  }

  @Test
  void listTellsWhenAMessageExpiresAndLeavesOutWhatHas() throws Exception {
    Administration admin = new Administration(given.fixture.broker, List::of, Optional::empty);
    given.publisher.give(expiring("r/1", 5));
    given.publisher.give(expiring("r/2", 9));
    given.fixture.pass(5);
    assertEquals(
        List.of(new RetainedInfo("r/2", QoS.AT_LEAST_ONCE, 1, "publisher", 4L)),
        admin.retained("#", 10).toCompletableFuture().get());
  }

  @Test
  void listEndsAtItsLimitHoweverItIsRead() throws Exception {
    given.retain("r/2", "r/1", "r/3");
    stores.sliceMax(1);
    Administration admin = new Administration(given.fixture.broker, List::of, Optional::empty);
    assertEquals(List.of("r/1", "r/2", "r/3"), topics(admin, "#", 10));
    assertEquals(List.of("r/1", "r/2"), topics(admin, "r/+", 2));
    assertEquals(List.of(), topics(admin, "x", 2));
    Assertions.assertThrows(IllegalArgumentException.class, () -> admin.retained("a#", 1));

    stores.holdSearches();
    var later = admin.retained("#", 10).toCompletableFuture();
    assertFalse(later.isDone());
    while (stores.search() > 0) {
      given.fixture.settle();
    }
    assertEquals(3, later.get().size());

    stores.failSearchesWith(new IOException("bad sector"));
    var failed = admin.retained("#", 10).toCompletableFuture();
    stores.search();
    Assertions.assertThrows(ExecutionException.class, failed::get);
    assertTrue(admin.problems().contains("retained messages cannot be read: bad sector"));
    assertEquals(admin.problems(), admin.outages());
  }

  private static List<String> topics(Administration admin, String filter, int limit)
      throws Exception {
    return admin.retained(filter, limit).toCompletableFuture().get().stream()
        .map(RetainedInfo::topic)
        .toList();
  }

  private ReasonCode ack() {
    return given.publisher.last(Packet.PubAck.class).reason();
  }
}
