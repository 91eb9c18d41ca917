package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.Durability;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What commits wait for, and when the engine is told to sync. */
@Timeout(30)
final class CommitDurabilityTest {
  private static final Weight SMALL = new Weight(100, 1);
  private static final Durability LATE = Durability.interval(3_600_000);
  private static final Durability LAZY = Durability.memory(3_600_000);

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
  void intervalCommitIsWrittenAtOnceAndSyncedWithTheNextThatAsks() throws Exception {
    put(1, LATE).assertSuccess();
    put(2, LATE).assertSuccess();
    assertEquals(List.of(false, false), engine.syncs());
    put(3, Durability.SYNC).assertSuccess();
    assertEquals(List.of(false, false, true), engine.syncs());
  }

  @Test
  void intervalCommitIsSyncedInTime() throws Exception {
    put(1, Durability.interval(1)).assertSuccess();
    await(() -> engine.syncs().contains(true));
    put(2, Durability.interval(20)).assertSuccess();
    int before = engine.syncs().size();
    await(() -> engine.syncs().lastIndexOf(true) >= before - 1);
  }

  @Test
  void writeThatComesWhenTheSyncIsDueIsSyncedItself() throws Exception {
    engine.shutGate();
    put(1, Durability.interval(0));
    engine.awaitWriter();
    Outcome second = put(2, LATE);
    engine.openGate();
    second.assertSuccess();
    assertEquals(List.of(1, 1), engine.batches().stream().map(List::size).toList());
    assertEquals(List.of(false, true), engine.syncs());
  }

  @Test
  void memoryCommitIsWrittenInTimeAndNotSynced() throws Exception {
    put(1, Durability.memory(20)).assertSuccess();
    put(2, Durability.memory(1)).assertSuccess();
    assertEquals(List.of(false, false), engine.syncs());
  }

  @Test
  void memoryCommitWaitsAndWhatIsTakenBackIsNeverWritten() throws Exception {
    Outcome added = new Outcome();
    committer.commit(draft -> draft.add(key(7), key(7)), SMALL, LAZY, added);
    Outcome removed = new Outcome();
    committer.commit(draft -> draft.remove(key(7)), SMALL, LAZY, removed);
    assertFalse(added.isDone());
    Outcome flushed = new Outcome();
    committer.whenWritten(flushed);
    flushed.assertSuccess();
    assertTrue(added.isDone() && removed.isDone());
    assertEquals(List.of(), engine.batches());
  }

  @Test
  void memoryCommitsAreWrittenOnceTheyFillABatch() throws Exception {
    Outcome first = new Outcome();
    committer.commit(draft -> draft.put(key(1), key(1)), new Weight(1 << 19, 1), LAZY, first);
    assertFalse(first.isDone());
    committer.commit(
        draft -> draft.put(key(2), key(2)), new Weight(1 << 19, 1), LAZY, new Outcome());
    first.assertSuccess();
    assertEquals(List.of(false), engine.syncs());
  }

  @Test
  void memoryCommitsThatDoNotFitInOneBatchAreAllWritten() throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Outcome outcome = new Outcome();
      int number = i;
      committer.commit(
          draft -> draft.put(key(number), key(1)), new Weight(700_000, 1), LAZY, outcome);
      outcomes.add(outcome);
    }
    for (Outcome outcome : outcomes.subList(0, 3)) {
      outcome.assertSuccess();
    }
  }

  @Test
  void whatMustNotWaitTakesWhatMayAlong() throws Exception {
    Outcome lazy = put(1, LAZY);
    put(2, LATE).assertSuccess();
    assertTrue(lazy.isDone());
    assertEquals(2, engine.batches().get(0).size());
    Outcome again = put(3, LAZY);
    put(4, Durability.SYNC).assertSuccess();
    assertTrue(again.isDone());
    assertEquals(List.of(false, true), engine.syncs());
    assertEquals(2, engine.batches().get(1).size());
  }

  @Test
  void exclusiveActionSeesWhatWasToWait() throws Exception {
    put(1, LAZY);
    assertNotNull(committer.exclusively(() -> engine.get(key(1))));
  }

  @Test
  void syncThatWritesNothingCoversWhatWasWrittenBeforeAndIsSparedElse() throws Exception {
    put(1, LATE).assertSuccess();
    empty(Durability.SYNC).assertSuccess();
    assertEquals(List.of(false, true), engine.syncs());
    empty(Durability.SYNC).assertSuccess();
    empty(Durability.interval(0)).assertSuccess();
    assertEquals(2, engine.syncs().size());
  }

  @Test
  void closeWritesWhatWaitsAndSyncsIt() throws Exception {
    put(1, LATE).assertSuccess();
    Outcome lazy = put(2, LAZY);
    committer.close();
    lazy.assertSuccess();
    assertEquals(List.of(false, false, true), engine.syncs());
    assertNotNull(engine.get(key(2)));
  }

  @Test
  void closeSyncsNothingIfAllIsSynced() throws Exception {
    put(1, LATE).assertSuccess();
    put(2, Durability.SYNC).assertSuccess();
    committer.close();
    assertEquals(List.of(false, true), engine.syncs());
  }

  @Test
  void commitThatCannotBeWrittenFailsWhateverItAskedFor() throws Exception {
    IOException full = new IOException("disk full");
    engine.failWith(full);
    assertSame(full, put(1, LATE).await());
    assertTrue(committer.isStrained());
    engine.failWith(null);
    put(2, LATE).assertSuccess();
    assertFalse(committer.isStrained());
    assertNull(engine.get(key(1)));
  }

  @Test
  void syncThatFailedLateIsKnownAndTriedAgain() throws Exception {
    engine.shutGate();
    Outcome outcome = put(1, Durability.interval(1));
    engine.awaitWriter();
    engine.openGate();
    outcome.assertSuccess();
    engine.failWith(new IOException("sync failed"));
    await(() -> committer.isStrained() || engine.syncs().contains(true));
    engine.failWith(null);
    await(() -> engine.syncs().contains(true) && !committer.isStrained());
  }

  @Test
  void storeIsStrainedWhileSeveralBatchesWait() throws Exception {
    assertFalse(committer.isStrained());
    engine.shutGate();
    Outcome first = put(1, LATE);
    engine.awaitWriter();
    Outcome last = first;
    for (int i = 0; i < 4; i++) {
      assertFalse(committer.isStrained());
      last = new Outcome();
      committer.commit(draft -> {}, new Weight(1 << 20, 1), LATE, last);
    }
    assertTrue(committer.isStrained());
    engine.openGate();
    last.assertSuccess();
    assertFalse(committer.isStrained());
  }

  @Test
  void commitsOfAllKindsCompleteInTheirOrder() throws Exception {
    Random random = new Random(5);
    Durability[] kinds = {LAZY, LATE, Durability.SYNC, Durability.memory(1), Durability.WRITTEN};
    Queue<Integer> order = new ConcurrentLinkedQueue<>();
    for (int i = 0; i < 20_000; i++) {
      int number = i;
      committer.commit(
          draft -> draft.put(key(number % 100), key(number)),
          new Weight(random.nextInt(2_000), 1),
          kinds[random.nextInt(kinds.length)],
          failure -> order.add(number));
    }
    put(1, Durability.SYNC).assertSuccess();
    List<Integer> seen = List.copyOf(order);
    assertEquals(20_000, seen.size());
    assertEquals(seen.stream().sorted().toList(), seen);
    assertTrue(engine.syncs().get(engine.syncs().size() - 1));
  }

  private static void await(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait(); // bounded by the timeout of the class
    }
  }

  private Outcome empty(Durability durability) {
    Outcome outcome = new Outcome();
    committer.commit(draft -> {}, SMALL, durability, outcome);
    return outcome;
  }

  private Outcome put(int number, Durability durability) {
    Outcome outcome = new Outcome();
    committer.commit(draft -> draft.put(key(number), key(number)), SMALL, durability, outcome);
    return outcome;
  }

  private static byte[] key(int number) {
    return new byte[] {(byte) (number >> 16), (byte) (number >> 8), (byte) number};
  }
}
