package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.SessionStore.QueueSlice;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import io.fluxmqtt.api.spi.store.StoredMessage;
import io.fluxmqtt.api.spi.store.StoredSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Queues that are read back piece by piece. */
@Timeout(60)
final class QueueReaderTest {
  private record Answered(QueueSlice slice, @Nullable IOException failure, Thread thread) {
    List<Long> ids() {
      return slice.found().stream().map(queued -> queued.message().id()).toList();
    }
  }

  private final HeapEngine engine = new HeapEngine();
  private Store store = open();

  @BeforeEach
  void fill() throws Exception {
    commit(putSession(1), putSession(2), append(10, 1, 2), append(11, 2), append(12, 1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void whatIsAskedForIsFoundWithItsGrant() throws Exception {
    Answered answered = read(1, Long.MAX_VALUE, 10, 12);
    assertEquals(List.of(10L, 12L), answered.ids());
    assertEquals(2, answered.slice().looked());
    assertEquals(
        new StoredDelivery(12, QoS.EXACTLY_ONCE, true, List.of(300), 0),
        answered.slice().found().get(1).delivery());
    assertEquals(message(12), answered.slice().found().get(1).message());
  }

  @Test
  void whatIsNotThereIsLookedAtAndNotFound() throws Exception {
    Answered answered = read(1, Long.MAX_VALUE, 9, 10, 11, 13);
    assertEquals(List.of(10L), answered.ids()); // 11 is of the other session
    assertEquals(4, answered.slice().looked());
  }

  @Test
  void bytesBoundWhatIsReadAtOnceButForOne() throws Exception {
    Answered answered = read(2, 1, 10, 11);
    assertEquals(List.of(10L), answered.ids());
    assertEquals(1, answered.slice().looked());
    assertEquals(List.of(10L, 11L), read(2, 10_000, 10, 11).ids());
  }

  @Test
  void deliveryThatOnlyItsOwnRecordNamesIsFound() throws Exception {
    commit(append(10, 3)); // nobody yet
    commit(putSession(3), append(11, 3)); // the message is there already
    assertEquals(List.of(11L), read(3, Long.MAX_VALUE, 10, 11).ids());
    commit(new SessionChange.RemoveDelivery(3, 11));
    assertEquals(List.of(), read(3, Long.MAX_VALUE, 11).ids());
  }

  @Test
  void readIsOnAThreadOfItsOwnAndWaitsForNoWrite() throws Exception {
    engine.shutGate();
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(append(20, 1)), outcome);
    engine.awaitWriter();
    Answered answered = read(1, Long.MAX_VALUE, 10, 20);
    assertEquals(List.of(10L), answered.ids());
    assertFalse(answered.thread() == Thread.currentThread());
    engine.openGate();
    outcome.assertSuccess();
    assertEquals(List.of(10L, 20L), read(1, Long.MAX_VALUE, 10, 20).ids());
  }

  @Test
  void readWaitsWhereMuchIsToBeWritten() throws Exception {
    engine.shutGate();
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      outcomes.add(new Outcome());
      store.sessions().commit(List.of(new SessionChange.RemoveDelivery(1, 12)), outcomes.get(i));
    }
    engine.awaitWriter();
    CompletableFuture<Answered> answer = ask(1, Long.MAX_VALUE, 10, 12);
    engine.openGate();
    assertEquals(List.of(10L), answer.get(30, TimeUnit.SECONDS).ids());
    for (Outcome outcome : outcomes) {
      outcome.assertSuccess();
    }
  }

  @Test
  void damagedMessageIsSetAsideAndNotFound() throws Exception {
    byte[] damaged = {1, 2, 3};
    engine.put(Keys.body(10), damaged);
    assertEquals(List.of(12L), read(1, Long.MAX_VALUE, 10, 12).ids());
    commit(putSession(9)); // behind what sets it aside
    assertArrayEquals(damaged, engine.get(Keys.quarantined(Keys.body(10))));
    assertEquals(1, store.damagedRecords());
    assertFalse(engine.data().containsKey(Keys.body(10)));
    commit(new SessionChange.RemoveDelivery(1, 10), new SessionChange.RemoveDelivery(2, 10));
    store.close();
    store = open();
    SessionModel model = new SessionModel();
    store.sessions().load(model);
    assertEquals(0, store.damagedRecords());
  }

  @Test
  void damagedRecordOfADeliveryIsSetAsideToo() throws Exception {
    commit(putSession(3), append(11, 3));
    byte[] damaged = {1, 2, 3};
    engine.put(Keys.delivery(3, 11), damaged);
    assertEquals(List.of(), read(3, Long.MAX_VALUE, 11).ids());
    commit(putSession(9));
    assertArrayEquals(damaged, engine.get(Keys.quarantined(Keys.delivery(3, 11))));
    assertEquals(1, store.damagedRecords());
    assertEquals(List.of(11L), read(2, Long.MAX_VALUE, 11).ids());
  }

  @Test
  void engineThatCannotBeReadIsSaid() throws Exception {
    engine.failGetsWith(new IOException("unreadable"));
    engine.failReadsWith(new IOException("unreadable"));
    for (long other : new long[] {11, 1_000}) {
      Answered answered = read(1, Long.MAX_VALUE, 10, other);
      assertNotNull(answered.failure());
      assertEquals(0, answered.slice().looked());
    }
    engine.failGetsWith(null);
    engine.failReadsWith(null);
    assertEquals(List.of(10L), read(1, Long.MAX_VALUE, 10).ids());
  }

  @Test
  void whetherIdsAreCloseOrNotTheSameIsFound() throws Exception {
    for (long id = 100; id < 160; id++) {
      commit(append(id, 1 + id % 3));
    }
    commit(append(1_000, 1), new SessionChange.RemoveDelivery(1, 102));
    assertEquals(List.of(105L, 108L, 111L), read(1, Long.MAX_VALUE, 102, 104, 105, 108, 111).ids());
    Answered far = read(1, Long.MAX_VALUE, 108, 105, 999, 1_000, 1_001);
    assertEquals(List.of(108L, 105L, 1_000L), far.ids());
    assertEquals(5, far.slice().looked());
    Answered bounded =
        read(1, 2L * Records.body(message(105), new Receivers(0)).length, 105, 108, 111, 112);
    assertEquals(List.of(105L, 108L), bounded.ids());
    assertEquals(2, bounded.slice().looked());
    assertEquals(5, read(1, Long.MAX_VALUE, 104, 106, 107, 109, 110).slice().looked());
    engine.put(
        new byte[] {(byte) Table.BODY.tag(), 0, 0, 0, 0, 0, 0, 104, 7},
        new byte[3]); // a key of no message
    assertEquals(List.of(105L), read(1, Long.MAX_VALUE, 104, 105).ids());
  }

  @Test
  void storeThatIsClosedAnswersToo() throws Exception {
    store.close();
    Answered answered = read(1, Long.MAX_VALUE, 10);
    assertNotNull(answered.failure());
    assertEquals(List.of(), answered.slice().found());
  }

  @Test
  void loadVisitsMessagesOneByOneBehindAllElse() throws Exception {
    StringBuilder order = new StringBuilder();
    commit(
        new SessionChange.PutDelivery(
            2, new StoredDelivery(11, QoS.EXACTLY_ONCE, true, List.of(), 7)));
    commit(new SessionChange.PutRelease(2, 8), new SessionChange.PutIncoming(1, 9));
    store
        .sessions()
        .load(
            new SessionModel() {
              @Override
              public void session(StoredSession session) {
                order.append("s").append(session.number()).append(' ');
              }

              @Override
              public void release(int packetId) {
                order.append("r").append(packetId).append(' ');
              }

              @Override
              public void incoming(int packetId) {
                order.append("i").append(packetId).append(' ');
              }

              @Override
              public void delivery(long number, StoredDelivery delivery, StoredMessage message) {
                order.append(message.id()).append("to").append(number).append(' ');
                order.append(delivery.packetId() > 0 ? "sent " : "");
              }
            });
    assertEquals("s1 i9 s2 r8 10to2 10to1 11to2 sent 12to1", order.toString().trim());
  }

  @Test
  void messagesThatNobodyIsToGetAreRemovedHoweverMany() throws Exception {
    for (long id = 100; id < 2_700; id++) {
      engine.put(Keys.body(id), Records.body(message(id), new Receivers(0)));
    }
    store.sessions().load(new SessionModel());
    assertEquals(3, engine.entries(Table.BODY.all()).size());
  }

  private Answered read(long session, long maxBytes, long... ids) throws Exception {
    return ask(session, maxBytes, ids).get(30, TimeUnit.SECONDS);
  }

  private CompletableFuture<Answered> ask(long session, long maxBytes, long... ids) {
    CompletableFuture<Answered> answer = new CompletableFuture<>();
    store
        .sessions()
        .read(
            session,
            ids,
            maxBytes,
            (slice, failure) ->
                assertTrue(answer.complete(new Answered(slice, failure, Thread.currentThread()))));
    return answer;
  }

  private static SessionChange putSession(long number) {
    return new SessionChange.PutSession(
        new StoredSession(number, "c" + number, Principal.ANONYMOUS, 60, 1L, null, 0));
  }

  private static SessionChange append(long id, long... sessions) {
    Receivers receivers = new Receivers(sessions.length);
    for (long session : sessions) {
      receivers.add(session, QoS.EXACTLY_ONCE, true, List.of(300));
    }
    return new SessionChange.Append(message(id), receivers);
  }

  private static StoredMessage message(long id) {
    Message message = Message.of("a/b", Payload.ofUtf8("text " + id), QoS.EXACTLY_ONCE, true);
    return new StoredMessage(id, message, "p", 9L);
  }

  private void commit(SessionChange... changes) throws Exception {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(changes), outcome);
    outcome.assertSuccess();
  }

  private Store open() {
    try {
      return Store.open(engine);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
