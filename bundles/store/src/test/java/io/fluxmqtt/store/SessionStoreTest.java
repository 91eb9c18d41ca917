package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
final class SessionStoreTest {
  private final HeapEngine engine = new HeapEngine();
  private final Samples samples = new Samples(99);
  private Store store = open();

  @AfterEach
  void close() {
    store.close();
  }

  @ParameterizedTest
  @MethodSource("io.fluxmqtt.store.Samples#seeds")
  void randomChangesGiveTheModelsStateAfterAReload(long seed) throws Exception {
    Samples random = new Samples(seed);
    SessionModel model = new SessionModel();
    for (int round = 0; round < 20; round++) {
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = random.below(60); i >= 0; i--) {
        List<SessionChange> changes = new ArrayList<>();
        for (int n = random.below(4); n >= 0; n--) {
          changes.add(change(random));
        }
        changes.forEach(model::apply);
        Outcome outcome = new Outcome();
        store.sessions().commit(changes, outcome);
        outcomes.add(outcome);
      }
      for (Outcome outcome : outcomes) {
        outcome.assertSuccess();
      }
      if (random.below(2) == 0) {
        store.close();
        store = open();
      }
      assertEquals(model.sessions(), load(store).sessions());
      model.forgetEarly();
      assertEquals(0, store.damagedRecords());
      assertBodiesAreThoseOf(model);
    }
    for (long number = 1; number <= SESSIONS; number++) {
      commit(new SessionChange.RemoveSession(number));
    }
    assertEquals(Map.of(), engine.data());
  }

  private static final int SESSIONS = 6;

  private static SessionChange change(Samples random) {
    long number = 1 + random.below(SESSIONS);
    int packetId = 1 + random.below(4);
    long messageId = 1 + random.below(15);
    return switch (random.below(14)) {
      case 0, 1 -> new SessionChange.PutSession(random.session(number));
      case 2 -> new SessionChange.RemoveSession(number);
      case 3 -> new SessionChange.PutSubscription(number, random.subscription(random.filter()));
      case 4 -> new SessionChange.RemoveSubscription(number, random.filter());
      case 5, 6, 7 -> append(random, messageId);
      case 8 -> new SessionChange.PutDelivery(number, random.delivery(messageId));
      case 9 -> new SessionChange.RemoveDelivery(number, messageId);
      case 10 -> new SessionChange.PutRelease(number, packetId);
      case 11 -> new SessionChange.RemoveRelease(number, packetId);
      case 12 -> new SessionChange.PutIncoming(number, packetId);
      default -> new SessionChange.RemoveIncoming(number, packetId);
    };
  }

  private static SessionChange append(Samples random, long messageId) {
    StoredMessage message = new Samples(messageId).stored(messageId); // one id, one message
    Receivers receivers = new Receivers(random.below(5));
    for (int i = random.below(5); i > 0; i--) {
      random.addTo(receivers, 1 + random.below(SESSIONS));
    }
    return new SessionChange.Append(message, receivers);
  }

  private void assertBodiesAreThoseOf(SessionModel model) {
    long queued =
        model.sessions().values().stream()
            .flatMap(state -> state.queue().keySet().stream())
            .distinct()
            .count();
    assertEquals(queued, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void bodyIsWrittenOnceAndGoesWithItsLastReference() throws Exception {
    commit(putSession(1), putSession(2), putSession(3));
    commit(append(10, 1, 2, 3));
    assertEquals(1, engine.entries(Table.BODY.all()).size());
    commit(new SessionChange.RemoveDelivery(1, 10));
    commit(new SessionChange.RemoveDelivery(1, 10)); // again: crossed an acknowledgement
    commit(new SessionChange.RemoveSession(2));
    assertEquals(1, engine.entries(Table.BODY.all()).size());
    reopen();
    commit(new SessionChange.RemoveDelivery(3, 10));
    assertEquals(0, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void secondAppendOfAMessageAddsReferences() throws Exception {
    commit(putSession(1), putSession(2));
    commit(append(10, 1));
    commit(append(10, 2));
    commit(append(10, 2));
    commit(new SessionChange.RemoveDelivery(1, 10));
    assertEquals(1, engine.entries(Table.BODY.all()).size());
    commit(new SessionChange.RemoveDelivery(2, 10));
    assertEquals(0, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void receiverThatIsNamedTwiceCountsOnce() throws Exception {
    commit(putSession(1));
    commit(append(10, 1, 1));
    commit(new SessionChange.RemoveDelivery(1, 10));
    assertEquals(0, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void changesOfUnknownSessionsAreIgnored() throws Exception {
    commit(
        append(10, 5),
        new SessionChange.PutDelivery(5, samples.delivery(10)),
        new SessionChange.RemoveDelivery(5, 10),
        new SessionChange.PutSubscription(5, samples.subscription(new TopicFilter(null, "a"))),
        new SessionChange.RemoveSubscription(5, new TopicFilter(null, "a")),
        new SessionChange.PutRelease(5, 1),
        new SessionChange.PutIncoming(5, 1),
        new SessionChange.RemoveRelease(5, 1),
        new SessionChange.RemoveIncoming(5, 1),
        new SessionChange.RemoveSession(5));
    assertEquals(Map.of(), engine.data());
  }

  @Test
  void newSessionTakesOverAClientIdentifierInOneBatch() throws Exception {
    StoredSession old = samples.session(1);
    StoredSession fresh = new StoredSession(2, old.clientId(), old.principal(), 60, null, null, 0);
    commit(new SessionChange.PutSession(old));
    commit(new SessionChange.PutSession(fresh), new SessionChange.RemoveSession(1));
    reopen();
    assertEquals(List.of(2L), List.copyOf(load(store).sessions().keySet()));
  }

  @Test
  void receiversOfOneMessageGetTheSameInstance() throws Exception {
    commit(putSession(1), putSession(2), append(10, 1, 2));
    reopen();
    SessionModel loaded = load(store);
    assertSame(queued(loaded, 1).message(), queued(loaded, 2).message());
  }

  @Test
  void commitWithABadChangeChangesNothing() throws Exception {
    commit(putSession(1));
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(append(10, 1), new SessionChange.PutRelease(1, 0)), outcome);
    assertInstanceOf(IllegalArgumentException.class, outcome.await());
    assertEquals(0, engine.entries(Table.BODY.all()).size());
    assertEquals(0, engine.entries(Table.QUEUE.all()).size());
    commit(append(10, 1));
    commit(new SessionChange.RemoveDelivery(1, 10));
    assertEquals(0, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void failedWriteLeavesCountsAndSessionsAsTheyWere() throws Exception {
    commit(putSession(1), putSession(2));
    commit(append(10, 1));
    engine.failWith(new IOException("disk full"));
    for (SessionChange change :
        List.of(
            append(10, 2),
            new SessionChange.RemoveDelivery(1, 10),
            new SessionChange.RemoveSession(1),
            putSession(3))) {
      assertNotNull(tryCommit(change));
    }
    engine.failWith(null);
    commit(new SessionChange.PutIncoming(3, 1)); // session 3 was never made
    assertEquals(0, engine.entries(Table.INCOMING.all()).size());
    commit(append(10, 2));
    commit(new SessionChange.RemoveSession(1));
    assertEquals(1, engine.entries(Table.BODY.all()).size());
    commit(new SessionChange.RemoveSession(2));
    assertEquals(Map.of(), engine.data());
  }

  @Test
  void commitBeforeAnyLoadKnowsTheReferences() throws Exception {
    commit(putSession(1), putSession(2), append(10, 1, 2));
    reopen();
    commit(new SessionChange.RemoveDelivery(1, 10));
    assertEquals(1, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void visitorThatFailsDoesNotSpoilTheStore() throws Exception {
    commit(putSession(1), append(10, 1));
    SessionModel seenBefore = load(store);
    // it takes no session twice
    assertThrows(AssertionError.class, () -> store.sessions().load(seenBefore));
    commit(new SessionChange.RemoveDelivery(1, 10));
    assertEquals(0, engine.entries(Table.BODY.all()).size());
  }

  @Test
  void messageThatIsAcknowledgedWithinItsBatchIsNeverWritten() throws Exception {
    commit(putSession(1));
    int before = engine.batches().size();
    commit(append(10, 1), new SessionChange.RemoveDelivery(1, 10));
    assertEquals(before, engine.batches().size());
  }

  @Test
  void closedStoreFailsCommits() throws Exception {
    store.close();
    Throwable failure = tryCommit(putSession(1));
    assertTrue(failure instanceof IOException);
  }

  private static SessionModel.Queued queued(SessionModel model, long number) {
    SessionModel.State state = model.sessions().get(number);
    SessionModel.Queued queued = state == null ? null : state.queue().get(10L);
    if (queued == null) {
      throw new AssertionError("nothing is queued for " + number);
    }
    return queued;
  }

  private SessionChange putSession(long number) {
    return new SessionChange.PutSession(samples.session(number));
  }

  private SessionChange append(long messageId, long... numbers) {
    Receivers receivers = new Receivers(numbers.length);
    for (long number : numbers) {
      samples.addTo(receivers, number);
    }
    return new SessionChange.Append(samples.stored(messageId), receivers);
  }

  private void commit(SessionChange... changes) throws Exception {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(changes), outcome);
    outcome.assertSuccess();
  }

  private @org.jspecify.annotations.Nullable Throwable tryCommit(SessionChange change)
      throws InterruptedException {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(change), outcome);
    return outcome.await();
  }

  @Test
  void roomIsThatOfTheEngine() {
    assertEquals(Long.MAX_VALUE, store.sessions().usableBytes());
    engine.usable(17);
    reopen();
    assertEquals(17, store.sessions().usableBytes());
  }

  @Test
  void whatIsUnderWayIsToldInBytes() throws Exception {
    engine.shutGate();
    Outcome outcome = new Outcome();
    store
        .sessions()
        .commit(
            List.of(
                new SessionChange.PutSession(
                    new StoredSession(1, "c", Principal.ANONYMOUS, 10, null, null, 0))),
            outcome);
    assertTrue(store.sessions().pendingBytes() > 0);
    engine.openGate();
    outcome.assertSuccess();
    assertEquals(0, store.sessions().pendingBytes());
  }

  private void reopen() {
    store.close();
    store = open();
  }

  private Store open() {
    try {
      return Store.open(engine);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SessionModel load(Store store) throws IOException {
    SessionModel model = new SessionModel();
    store.sessions().load(model);
    return model;
  }
}
