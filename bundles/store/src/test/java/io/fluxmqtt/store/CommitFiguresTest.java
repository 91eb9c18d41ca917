package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.admin.Histogram;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CommitFiguresTest {
  private static final long SECOND = 1_000_000_000;

  private final CommitFigures figures = new CommitFigures(0);

  @Test
  void ageIsFromTheWakeOfAnIdleCommitter() {
    figures.woke(100 * SECOND);
    figures.began(101 * SECOND, 10);
    assertEquals(5.5, figures.waitedSeconds(105 * SECOND + SECOND / 2));
  }

  @Test
  void whatCameDuringABatchIsAsOldAsThatAtMost() {
    figures.woke(100 * SECOND);
    figures.began(101 * SECOND, 10);
    figures.done(10);
    figures.began(104 * SECOND, 7); // given since 101
    assertEquals(3, figures.waitedSeconds(104 * SECOND));
    figures.done(7);
    figures.began(109 * SECOND, 1); // given since 104
    assertEquals(6, figures.waitedSeconds(110 * SECOND));
  }

  @Test
  void whatDidNotFitIntoABatchKeepsItsAge() {
    figures.woke(100 * SECOND);
    figures.began(101 * SECOND, 30); // of which 10 are in the batch
    figures.done(10);
    figures.began(104 * SECOND, 25); // and so on
    assertEquals(10, figures.waitedSeconds(110 * SECOND));
    figures.done(10);
    figures.began(106 * SECOND, 25);
    assertEquals(10, figures.waitedSeconds(110 * SECOND));
    figures.done(10);
    figures.began(108 * SECOND, 25); // all of the first 30 are done: given since 101
    assertEquals(9, figures.waitedSeconds(110 * SECOND));
    figures.done(25);
    figures.began(109 * SECOND, 5);
    assertEquals(2, figures.waitedSeconds(110 * SECOND)); // given since 108
  }

  @Test
  void clockThatIsReadLateTellsNoNegativeAge() {
    figures.woke(100);
    assertEquals(0, figures.waitedSeconds(99));
  }

  @Test
  void batchesAreCountedByTheirTimeAndTheirRecords() {
    figures.synced(200_000);
    figures.written(1);
    figures.synced(200_001);
    figures.written(10);
    figures.synced(6 * SECOND);
    figures.written(10_001);
    Histogram seconds = figures.syncSeconds();
    assertEquals(
        List.of(
            0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0),
        seconds.bounds());
    assertEquals(
        List.of(1L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L), seconds.counts());
    assertEquals(6.000400001, seconds.sum(), 1e-12);
    Histogram records = figures.batchSize();
    assertEquals(
        List.of(
            1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0,
            10_000.0),
        records.bounds());
    assertEquals(List.of(1L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L), records.counts());
    assertEquals(10_012, records.sum());
    assertEquals(3, records.count());
  }

  @Test
  void failuresAreCounted() {
    assertEquals(0, figures.failedWrites());
    figures.failed();
    figures.failed();
    assertEquals(2, figures.failedWrites());
    assertEquals(0, figures.syncSeconds().count());
  }
}
