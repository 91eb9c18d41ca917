package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.Receivers;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredDelivery;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which records a queue has, and that none is left behind. */
@Timeout(60)
final class BacklogTest {
  private final HeapEngine engine = new HeapEngine();
  private final Samples samples = new Samples(4);
  private Store store = open();

  @BeforeEach
  void sessions() throws Exception {
    commit(putSession(1), putSession(2), putSession(3));
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void messageForManySessionsIsOneRecord() throws Exception {
    int before = engine.batches().size();
    commit(append(10, 1, 2, 3));
    assertEquals(before + 1, engine.batches().size());
    assertEquals(1, engine.batches().get(before).size());
    assertEquals(0, size(Table.QUEUE));
    assertQueued(1, 10);
    assertQueued(3, 10);
  }

  @Test
  void whatEndsInOrderLeavesItsProgressOnly() throws Exception {
    for (long id = 10; id < 20; id++) {
      commit(append(id, 1, 2));
    }
    for (long id = 10; id < 18; id++) {
      commit(remove(1, id));
    }
    assertEquals(0, size(Table.QUEUE));
    assertEquals(1, size(Table.PROGRESS));
    assertQueued(1, 18, 19);
    assertQueued(2, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
  }

  @Test
  void onlyReceiverNeedsNoProgress() throws Exception {
    commit(append(10, 1));
    commit(append(11, 1));
    commit(sent(1, 10));
    commit(remove(1, 10));
    assertEquals(0, size(Table.PROGRESS));
    assertQueued(1, 11);
  }

  @Test
  void whatWasSentHasARecordUntilItEnds() throws Exception {
    commit(append(10, 1, 2), append(11, 1, 2));
    commit(sent(1, 10), sent(1, 11));
    assertEquals(2, size(Table.QUEUE));
    assertQueued(1, 10, 11);
    commit(remove(1, 11)); // out of order: 10 has a record, so progress may pass both
    assertEquals(1, size(Table.QUEUE));
    assertQueued(1, 10);
    commit(remove(1, 10));
    assertEquals(0, size(Table.QUEUE));
    assertQueued(1);
    assertQueued(2, 10, 11);
  }

  @Test
  void marksGoWhenProgressPassesThem() throws Exception {
    commit(append(10, 1, 2), append(11, 1, 2), append(12, 1, 2), append(13, 1, 2));
    commit(remove(1, 11), remove(1, 12));
    assertEquals(2, size(Table.QUEUE));
    assertQueued(1, 10, 13);
    reopen();
    commit(remove(1, 10), remove(1, 13));
    assertEquals(0, size(Table.QUEUE));
    assertQueued(1);
    assertQueued(2, 10, 11, 12, 13);
  }

  @Test
  void marksGoWithTheirMessage() throws Exception {
    commit(append(10, 1), append(11, 1, 2), append(12, 1, 2));
    commit(remove(1, 11), remove(1, 12)); // refused by a full queue, say
    assertEquals(2, size(Table.QUEUE));
    commit(remove(2, 11));
    assertEquals(1, size(Table.QUEUE));
    reopen();
    commit(remove(2, 12));
    assertEquals(0, size(Table.QUEUE));
    assertQueued(1, 10);
  }

  @Test
  void messageThatCameLateIsQueuedAll() throws Exception {
    commit(append(10, 1, 2), append(20, 1, 2));
    commit(sent(1, 10), sent(1, 20), remove(1, 10), remove(1, 20));
    commit(append(15, 1, 2)); // another loop was slower
    assertQueued(1, 15);
    assertQueued(2, 10, 15, 20);
    commit(remove(1, 15));
    assertQueued(1);
    assertQueued(2, 10, 15, 20);
  }

  @Test
  void changeThatOvertookItsMessageCountsOnceThatComes() throws Exception {
    commit(sent(1, 10));
    commit(remove(1, 11));
    commit(sent(1, 12), remove(1, 12));
    commit(append(10, 1, 2), append(11, 1, 2), append(12, 1), append(13, 1));
    assertNotNull(engine.get(Keys.delivery(1, 10)));
    assertNull(engine.get(Keys.body(12)));
    assertQueued(1, 10, 13);
    assertQueued(2, 10, 11);
    reopen();
    assertQueued(1, 10, 13);
    assertQueued(2, 10, 11);
  }

  @Test
  void sessionGetsNothingThatNamedItBeforeItWas() throws Exception {
    commit(append(10, 1, 7));
    commit(putSession(7));
    assertQueued(7);
    commit(new SessionChange.RemoveSession(7), append(11, 1, 7), putSession(7));
    commit(append(12, 7));
    assertQueued(7, 12);
  }

  @Test
  void sessionsMayComeInAnyOrder() throws Exception {
    commit(putSession(9));
    commit(putSession(8));
    reopen();
    assertQueued(8);
    assertEquals(0, store.damagedRecords());
    commit(append(10, 8, 9));
    commit(putSession(7));
    commit(append(11, 7, 8, 9));
    assertQueued(7, 11);
    assertQueued(8, 10, 11);
    assertEquals(0, store.damagedRecords());
  }

  @Test
  void nothingIsLeftOfSessionsThatEnd() throws Exception {
    commit(append(10, 1, 2, 3), append(11, 1, 2, 3), append(12, 1, 2, 3));
    commit(sent(1, 10), remove(2, 11), remove(3, 10), sent(3, 12));
    reopen();
    commit(new SessionChange.RemoveSession(1));
    commit(new SessionChange.RemoveSession(2));
    assertQueued(3, 11, 12);
    commit(new SessionChange.RemoveSession(3));
    assertEquals(Set.of(), engine.data().keySet());
  }

  @Test
  void engineThatCannotBeReadFailsTheBatchAndNoMore() throws Exception {
    commit(append(10, 1, 2));
    engine.failReadsWith(new IOException("unreadable"));
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(remove(1, 10), new SessionChange.RemoveSession(2)), outcome);
    assertInstanceOf(IOException.class, outcome.await());
    engine.failReadsWith(null);
    assertQueued(1, 10);
    assertQueued(2, 10);
    commit(remove(1, 10), new SessionChange.RemoveSession(2));
    assertEquals(0, size(Table.BODY));
  }

  private void assertQueued(long session, int... ids) throws Exception {
    SessionModel model = new SessionModel();
    store.sessions().load(model);
    assertArrayEquals(
        ids, state(model, session).queue().keySet().stream().mapToInt(Math::toIntExact).toArray());
  }

  private static SessionModel.State state(SessionModel model, long session) {
    SessionModel.State state = model.sessions().get(session);
    if (state == null) {
      throw new AssertionError("no session " + session);
    }
    return state;
  }

  private int size(Table table) {
    return engine.entries(table.all()).size();
  }

  private SessionChange putSession(long number) {
    return new SessionChange.PutSession(samples.session(number));
  }

  private SessionChange append(long id, long... sessions) {
    Receivers receivers = new Receivers(sessions.length);
    for (long session : sessions) {
      receivers.add(session, QoS.AT_LEAST_ONCE, false, List.of());
    }
    return new SessionChange.Append(samples.stored(id), receivers);
  }

  private static SessionChange sent(long session, long id) {
    return new SessionChange.PutDelivery(
        session, new StoredDelivery(id, QoS.AT_LEAST_ONCE, false, List.of(), (int) id));
  }

  private static SessionChange remove(long session, long id) {
    return new SessionChange.RemoveDelivery(session, id);
  }

  private void commit(SessionChange... changes) throws Exception {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(changes), outcome);
    outcome.assertSuccess();
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
}
