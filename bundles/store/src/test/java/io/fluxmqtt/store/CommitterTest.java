package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CommitterTest {
  private static final Weight SMALL = new Weight(100, 1);

  private final HeapEngine engine = new HeapEngine();
  private final Committer committer = new Committer(engine, "test-store", draft -> {});

  @BeforeEach
  void start() {
    committer.start();
  }

  @AfterEach
  void stop() {
    engine.openGate();
    committer.close();
  }

  @Test
  void writesInOneBatchWhatCameDuringTheLastWrite() throws Exception {
    Outcome first = holdAtGate();
    List<Outcome> others = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      others.add(put(i, SMALL));
    }
    assertFalse(first.isDone());
    engine.openGate();
    for (Outcome other : others) {
      other.assertSuccess();
    }
    assertEquals(List.of(1, 500), engine.batches().stream().map(List::size).toList());
  }

  @Test
  void batchesEndAtTheLimitOfOperations() throws Exception {
    holdAtGate();
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      outcomes.add(put(i, new Weight(1, 4_000)));
    }
    engine.openGate();
    for (Outcome outcome : outcomes) {
      outcome.assertSuccess();
    }
    assertEquals(List.of(1, 2, 2, 1), engine.batches().stream().map(List::size).toList());
  }

  @Test
  void batchesEndAtTheLimitOfBytesAndALargerCommitGoesAlone() throws Exception {
    holdAtGate();
    put(1, new Weight(600_000, 1));
    put(2, new Weight(600_000, 1));
    put(3, new Weight(5_000_000, 1));
    Outcome last = put(4, SMALL);
    engine.openGate();
    last.assertSuccess();
    assertEquals(List.of(1, 1, 1, 1, 1), engine.batches().stream().map(List::size).toList());
  }

  @Test
  void completesInTheOrderOfTheCommits() throws Exception {
    Queue<Integer> order = new ConcurrentLinkedQueue<>();
    CountDownLatch done = new CountDownLatch(10_000);
    for (int i = 0; i < 10_000; i++) {
      int number = i;
      committer.commit(
          draft -> draft.put(key(number), key(1)),
          new Weight(1_000, 1),
          failure -> {
            order.add(number);
            done.countDown();
          });
    }
    assertTrue(done.await(10, TimeUnit.SECONDS));
    List<Integer> seen = List.copyOf(order);
    assertEquals(seen.stream().sorted().toList(), seen);
    assertEquals(0, committer.pendingBytes());
  }

  @Test
  void countsPendingBytes() throws Exception {
    Outcome first = holdAtGate();
    put(1, new Weight(1_000, 1));
    Outcome last = put(2, new Weight(234, 1));
    assertEquals(SMALL.bytes() + 1_234, committer.pendingBytes());
    engine.openGate();
    first.assertSuccess();
    last.assertSuccess();
    assertEquals(0, committer.pendingBytes());
  }

  @Test
  void failedWriteFailsItsBatchAndLaterOnesGoOn() throws Exception {
    IOException failure = new IOException("disk full");
    engine.failWith(failure);
    assertSame(failure, put(1, SMALL).await());
    engine.failWith(null);
    put(2, SMALL).assertSuccess();
    assertNull(engine.get(key(1)));
    assertNotNull(engine.get(key(2)));
  }

  @Test
  void commitThatCannotBeBuiltFailsAlone() throws Exception {
    holdAtGate();
    Outcome before = put(1, SMALL);
    Outcome broken = new Outcome();
    committer.commit(
        draft -> {
          draft.put(key(1), key(99));
          draft.put(key(2), key(2));
          throw new IllegalArgumentException("no record");
        },
        SMALL,
        broken);
    Outcome after = put(3, SMALL);
    engine.openGate();
    before.assertSuccess();
    assertInstanceOf(IllegalArgumentException.class, broken.await());
    after.assertSuccess();
    assertEquals(key(1)[0], assertNotNullValue(1)[0]);
    assertNull(engine.get(key(2)));
  }

  @Test
  void completionThatThrowsHarmsNobody() throws Exception {
    committer.commit(
        draft -> {},
        SMALL,
        failure -> {
          throw new IllegalStateException("caller's fault");
        });
    put(1, SMALL).assertSuccess();
  }

  @Test
  void nothingToWriteIsNotWritten() throws Exception {
    Outcome outcome = new Outcome();
    committer.commit(draft -> {}, SMALL, outcome);
    outcome.assertSuccess();
    assertEquals(List.of(), engine.batches());
  }

  @Test
  void addedAndRemovedInOneBatchIsNotWritten() throws Exception {
    holdAtGate();
    Outcome added = new Outcome();
    committer.commit(draft -> draft.add(key(7), key(7)), SMALL, added);
    Outcome removed = new Outcome();
    committer.commit(draft -> draft.remove(key(7)), SMALL, removed);
    engine.openGate();
    added.assertSuccess();
    removed.assertSuccess();
    assertEquals(1, engine.batches().size());
  }

  @Test
  void exclusiveActionSeesAllCommitsBeforeIt() throws Exception {
    holdAtGate();
    put(5, SMALL);
    Thread opener = new Thread(engine::openGate);
    opener.start();
    assertNotNull(committer.exclusively(() -> engine.get(key(5))));
    opener.join();
  }

  @Test
  void exclusiveActionFailsInItsCaller() {
    IOException io = new IOException("read");
    assertSame(
        io,
        assertThrows(
            IOException.class,
            () ->
                committer.exclusively(
                    () -> {
                      throw io;
                    })));
    assertThrows(
        IllegalStateException.class,
        () ->
            committer.exclusively(
                () -> {
                  throw new IllegalStateException();
                }));
  }

  @Test
  void closeWritesWhatIsQueued() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      outcomes.add(put(i, SMALL));
    }
    committer.close();
    for (int i = 0; i < 1_000; i++) {
      assertEquals(1, outcomes.get(i).times());
      assertEquals(outcomes.get(i).await() == null, engine.get(key(i)) != null);
    }
    assertEquals(0, committer.pendingBytes());
  }

  @Test
  void closeFailsWhatAStuckEngineHoldsExactlyOnceAndInTime() throws Exception {
    Outcome stuck = holdAtGate();
    List<Outcome> outcomes = new ArrayList<>(List.of(stuck));
    for (int i = 0; i < 100; i++) {
      outcomes.add(put(i, new Weight(1 << 19, 1)));
    }
    long begin = System.nanoTime();
    committer.close();
    assertTrue(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) < 1_000);
    for (Outcome outcome : outcomes) {
      assertInstanceOf(IOException.class, outcome.await());
    }
    engine.openGate();
    Outcome late = put(1, SMALL);
    assertInstanceOf(IOException.class, late.await());
    outcomes.forEach(outcome -> assertEquals(1, outcome.times()));
    assertEquals(0, committer.pendingBytes());
    assertThrows(IOException.class, () -> committer.exclusively(() -> 1));
  }

  @Test
  void everyCommitThatRacesCloseCompletesExactlyOnce() throws Exception {
    for (int round = 0; round < 50; round++) {
      Committer racing = new Committer(new HeapEngine(), "racing", draft -> {});
      racing.start();
      Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
      CountDownLatch running = new CountDownLatch(3);
      List<Thread> callers = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        Thread caller =
            new Thread(
                () -> {
                  running.countDown();
                  for (int i = 0; i < 300; i++) {
                    Outcome outcome = new Outcome();
                    outcomes.add(outcome);
                    racing.commit(draft -> draft.put(key(1), key(1)), SMALL, outcome);
                  }
                });
        callers.add(caller);
        caller.start();
      }
      running.await();
      racing.close();
      for (Thread caller : callers) {
        caller.join();
      }
      for (Outcome outcome : outcomes) {
        outcome.await();
        assertEquals(1, outcome.times());
      }
      assertEquals(0, racing.pendingBytes());
    }
  }

  private Outcome holdAtGate() throws InterruptedException {
    engine.shutGate();
    Outcome first = put(1_000_000, SMALL);
    engine.awaitWriter();
    return first;
  }

  private Outcome put(int number, Weight weight) {
    Outcome outcome = new Outcome();
    committer.commit(draft -> draft.put(key(number), key(number)), weight, outcome);
    return outcome;
  }

  private byte[] assertNotNullValue(int number) throws IOException {
    byte[] value = engine.get(key(number));
    if (value == null) {
      throw new AssertionError(number + " is absent");
    }
    return value;
  }

  private static byte[] key(int number) {
    return new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number};
  }
}
