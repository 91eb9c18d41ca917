package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Message;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.api.spi.store.StoredMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class NumberSequenceTest {
  private final HeapEngine engine = new HeapEngine();

  @Test
  void numbersAreNeverUsedAgainAfterAKill() throws Exception {
    Set<Long> numbers = new HashSet<>();
    long last = 0;
    for (int start = 0; start < 20; start++) {
      HeapEngine disk = engine; // what a kill at any time leaves is what was written
      Store store = Store.open(disk);
      for (int i = 0; i < 5_000; i++) {
        assertTrue(numbers.add(store.sessions().newSessionNumber()));
        long id = store.sessions().newMessageId();
        assertTrue(id > last);
        last = id;
        if (i % 400 == 0) {
          awaitBatch(store);
        }
      }
      store.close();
    }
  }

  @Test
  void firstNumbersAreOne() throws Exception {
    try (Store store = Store.open(engine)) {
      assertEquals(1, store.sessions().newSessionNumber());
      assertEquals(1, store.sessions().newMessageId());
    }
  }

  @Test
  void marksAreMovedAheadOfUseWithoutAnyCommit() throws Exception {
    try (Store store = Store.open(engine)) {
      for (int i = 0; i < 501; i++) {
        store.sessions().newSessionNumber();
      }
      awaitBatch(store);
      assertTrue(mark(StoreHeader.SESSION_MARK) >= 1_501);
    }
  }

  @Test
  void batchCarriesTheMarkThatCoversItsNumbers() throws Exception {
    NumberSequence sequence = new NumberSequence("n", 0, 10, () -> {});
    for (int i = 0; i < 50; i++) {
      sequence.next(); // faster than any reservation
    }
    Draft draft = new Draft(engine);
    sequence.reserve(draft);
    engine.write(draft.writes(), true);
    assertEquals(60, mark("n"));
  }

  @Test
  void markThatWasNotWrittenIsTriedAgain() throws Exception {
    List<String> wakes = new ArrayList<>();
    NumberSequence sequence = new NumberSequence("n", 0, 10, () -> wakes.add("wake"));
    for (int i = 0; i < 8; i++) {
      sequence.next();
    }
    assertEquals(1, wakes.size());
    Draft failed = new Draft(engine);
    sequence.reserve(failed);
    failed.rollback(0);
    sequence.next();
    assertEquals(2, wakes.size());
    Draft draft = new Draft(engine);
    sequence.reserve(draft);
    assertEquals(1, draft.writes().size());
  }

  @Test
  void numbersOfSeveralThreadsAreDistinct() throws Exception {
    try (Store store = Store.open(engine)) {
      Set<Long> numbers = Collections.synchronizedSet(new HashSet<>());
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    numbers.add(store.sessions().newSessionNumber());
                  }
                });
        threads.add(thread);
        thread.start();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertEquals(20_000, numbers.size());
    }
  }

  @Test
  void damagedMarksAreMadeUpForFromTheNumbersInUse() throws Exception {
    Samples samples = new Samples(1);
    try (Store store = Store.open(engine)) {
      Outcome outcome = new Outcome();
      store.retained().put(message(9_000_000), new Outcome());
      store
          .sessions()
          .commit(List.of(new SessionChange.PutSession(samples.session(4_321))), outcome);
      outcome.assertSuccess();
    }
    for (String name : List.of(StoreHeader.SESSION_MARK, StoreHeader.MESSAGE_MARK, "format")) {
      engine.put(Keys.meta(name), new byte[] {1, 2, 3});
    }
    try (Store store = Store.open(engine)) {
      assertTrue(store.sessions().newSessionNumber() > 4_321 + 1_000_000);
      assertTrue(store.sessions().newMessageId() > 9_000_000 + 1_000_000);
    }
  }

  @Test
  void markThatMayBeAnOldOneIsNotTrusted() throws Exception {
    long session;
    long message;
    try (Store store = Store.open(engine)) {
      session = store.sessions().newSessionNumber();
      message = store.sessions().newMessageId();
    }
    engine.put(Keys.meta(StoreHeader.SESSION_MARK), Records.number(0));
    engine.put(Keys.meta(StoreHeader.MESSAGE_MARK), Records.number(message));
    engine.put(Keys.session(session), new byte[] {1});
    engine.put(Keys.body(message + 5), new byte[] {1});
    engine.setAside(1);
    try (Store store = Store.open(engine)) {
      assertTrue(store.sessions().newSessionNumber() > session);
      assertTrue(store.sessions().newMessageId() > message + 5);
    }
  }

  @Test
  void dataOfALaterVersionIsLeftAlone() throws Exception {
    engine.put(Keys.meta("format"), Records.number(2));
    IOException failure = assertThrows(IOException.class, () -> Store.open(engine));
    assertTrue(failure.getMessage().contains("format 2"));
    assertEquals(0, engine.batches().size());
  }

  private static StoredMessage message(long id) {
    return new StoredMessage(
        id, Message.of("a", Payload.EMPTY, QoS.AT_LEAST_ONCE, true), null, null);
  }

  private static void awaitBatch(Store store) throws Exception {
    Outcome outcome = new Outcome();
    store.sessions().commit(List.of(), outcome);
    outcome.assertSuccess();
  }

  private long mark(String name) throws IOException, DamagedRecordException {
    byte[] record = engine.get(Keys.meta(name));
    if (record == null) {
      throw new AssertionError("no mark");
    }
    return Records.number(record);
  }
}
