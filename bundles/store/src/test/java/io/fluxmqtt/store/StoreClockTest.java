package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.KvEngine;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway whose real time, monotonic clock and system clock the test moves by hand. */
final class StoreClockTest {
  private static final long SECOND = 1_000;
  private static final long HOUR = 3_600 * SECOND;
  private static final long DAY = 24 * HOUR;
  private static final long YEAR = 365 * DAY;
  private static final long NOW = Instant.parse("2027-03-01T12:00:00Z").toEpochMilli();
  private static final byte[] KEY = Keys.meta("clock");
  private static final byte[] OTHER = Keys.meta("other");

  private final HeapEngine engine = new HeapEngine();
  private long real = NOW; // ms
  private long wrong; // what the system clock is ahead of it
  private StoreClock clock;

  @BeforeEach
  void firstStart() throws IOException {
    start();
  }

  @Test
  void firstTimeIsThatOfTheSystemClock() {
    assertEquals(NOW, clock.nowMillis());
    pass(10 * SECOND);
    assertEquals(NOW + 10 * SECOND, clock.nowMillis());
  }

  @ParameterizedTest
  @ValueSource(longs = {-50 * YEAR, -HOUR, HOUR, 50 * YEAR})
  void settingTheSystemClockChangesNothingWhileItRuns(long jump) throws IOException {
    pass(MINUTE);
    wrong += jump;
    assertEquals(NOW + MINUTE, clock.nowMillis());
    batch();
    pass(MINUTE);
    batch();
    assertEquals(NOW + 2 * MINUTE, clock.nowMillis());
  }

  @Test
  void timeAwayCountsFromTheMomentTheMarkWasWritten() throws IOException {
    pass(HOUR); // without a batch: killed
    real += 3 * DAY;
    start();
    assertEquals(real, clock.nowMillis());
    end();
    real += DAY;
    start();
    assertEquals(real, clock.nowMillis());
  }

  @Test
  void timeAwayIsUnknownWhileTheClockIsBehindTheMark() throws IOException {
    pass(DAY);
    end();
    real += DAY;
    wrong = 10 * SECOND - real; // 1970
    start();
    assertEquals(NOW + DAY, clock.nowMillis());
    pass(HOUR);
    assertEquals(NOW + DAY + HOUR, clock.nowMillis());
  }

  @Test
  void whatWasWrittenUnderAClockThatWasNotSetSurvivesTheRightOne() throws IOException {
    wrong = 10 * SECOND - real; // 1970
    start(new HeapEngine());
    pass(HOUR);
    end();
    wrong = 0;
    real += MINUTE;
    start();
    assertEquals(StoreClock.RELEASED + HOUR, clock.nowMillis());
  }

  @Test
  void nothingOfAnUnsetRunIsOldWhenTheNextOneIsRight() throws IOException {
    end();
    wrong = -real;
    start();
    pass(HOUR);
    end();
    wrong = 0;
    real += MINUTE;
    start();
    assertEquals(NOW + HOUR, clock.nowMillis());
    end();
    real += DAY; // from here on it counts again
    start();
    assertEquals(NOW + HOUR + DAY, clock.nowMillis());
  }

  @Test
  void clockThatWasSetOnTheWayIsBelievedFromThenOn() throws IOException {
    end();
    wrong = -real;
    start();
    pass(HOUR);
    wrong = 0;
    batch(); // which takes the mark along at once
    real += DAY; // killed
    start();
    assertEquals(NOW + HOUR + DAY, clock.nowMillis());
  }

  @Test
  void clockFromTheFutureCountsForNothingAndLeavesNothingBehind() throws IOException {
    end();
    wrong = 72 * YEAR; // 2099
    real += HOUR;
    start();
    assertEquals(NOW, clock.nowMillis());
    pass(HOUR);
    end();
    wrong = 0;
    real += HOUR;
    start();
    assertEquals(NOW + HOUR, clock.nowMillis());
    end();
    real += HOUR;
    start();
    assertEquals(NOW + 2 * HOUR, clock.nowMillis());
  }

  @Test
  void futureThatIsOverBeforeItIsNotedCountsForNothing() throws IOException {
    wrong = 72 * YEAR;
    batch();
    wrong = 0;
    batch();
    end();
    real += HOUR;
    start();
    assertEquals(NOW + HOUR, clock.nowMillis());
  }

  @Test
  void clockThatIsFarAheadIsBelievedOnceItHasStoodByItForADay() throws IOException {
    end();
    real += 2 * YEAR; // in a cupboard
    start();
    assertEquals(NOW, clock.nowMillis());
    pass(StoreClock.STEADY_MILLIS - 1);
    assertFalse(mark().believed());
    pass(1);
    assertTrue(mark().believed());
    real += DAY;
    start();
    assertEquals(NOW + StoreClock.STEADY_MILLIS + DAY, clock.nowMillis());
  }

  @Test
  void clockThatIsSetAnewBeginsItsDayAnew() throws IOException {
    end();
    real += 2 * YEAR;
    start();
    pass(StoreClock.STEADY_MILLIS / 2);
    wrong = HOUR;
    mark();
    pass(StoreClock.STEADY_MILLIS - 1);
    assertFalse(mark().believed());
    pass(1);
    assertTrue(mark().believed());
  }

  @Test
  void clockThatIsNotSetIsNeverBelievedHoweverLongItStandsByThat() throws IOException {
    wrong = -real;
    start(new HeapEngine());
    pass(3 * DAY);
    assertFalse(mark().believed());
    wrong = 0;
    assertTrue(mark().believed());
    assertEquals(StoreClock.RELEASED + 3 * DAY, clock.nowMillis());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 21 * 366 * DAY})
  void firstClockIsBelievedForTwentyYearsFromTheReleaseOn(long after) throws IOException {
    real = StoreClock.RELEASED + after - 1;
    start(new HeapEngine());
    assertEquals(StoreClock.RELEASED, clock.nowMillis());
    real = StoreClock.RELEASED + 20 * 366 * DAY - 1;
    start(new HeapEngine());
    assertEquals(real, clock.nowMillis());
    real = StoreClock.RELEASED;
    start(new HeapEngine());
    assertEquals(real, clock.nowMillis());
    assertTrue(mark().believed());
  }

  @Test
  void absenceOfAYearIsTheLongestThatCounts() throws IOException {
    end();
    real += StoreClock.ABSENCE_MAX_MILLIS - 1;
    start();
    assertEquals(real, clock.nowMillis());
    real += StoreClock.ABSENCE_MAX_MILLIS;
    long before = clock.nowMillis();
    start();
    assertEquals(before - StoreClock.ABSENCE_MAX_MILLIS, clock.nowMillis());
  }

  @Test
  void clockThatIsStirredALittleIsStillBelieved() throws IOException {
    end();
    wrong = -5 * SECOND;
    start();
    assertTrue(mark().believed());
    assertEquals(NOW, clock.nowMillis());
    wrong = 0;
    start();
    assertEquals(NOW, clock.nowMillis(), "the five seconds are not taken for an absence");
  }

  @Test
  void markRidesAlongNowAndThen() throws IOException {
    batch();
    assertEquals(NOW, held().timeMillis());
    pass(StoreClock.MARK_MILLIS - 1);
    batch();
    assertEquals(NOW, held().timeMillis());
    pass(1);
    batch();
    assertEquals(NOW + StoreClock.MARK_MILLIS, held().timeMillis());
  }

  @Test
  void idleStoreWritesTheMarkEachHourOnly() throws IOException {
    pass(StoreClock.IDLE_MARK_MILLIS - 1);
    assertTrue(idle().isEmpty());
    pass(1);
    assertEquals(1, idle().size());
    assertTrue(idle().isEmpty());
  }

  @Test
  void idleStoreWritesTheMarkWhenTheClockIsSet() throws IOException {
    for (long jump : new long[] {HOUR, -50 * YEAR, 50 * YEAR}) {
      wrong += jump;
      assertEquals(1, idle().size(), "" + jump);
      assertTrue(idle().isEmpty(), "" + jump);
    }
    wrong += 5 * SECOND;
    assertTrue(idle().isEmpty());
  }

  @Test
  void markThatWasNotWrittenIsDueAgain() throws IOException {
    wrong = HOUR;
    Draft failed = new Draft(engine);
    clock.note(failed);
    assertFalse(failed.isEmpty());
    failed.rollback(0);
    assertEquals(1, idle().size());
  }

  @Test
  void damagedMarkIsMadeUpForByTheSystemClock() throws IOException {
    end();
    engine.write(List.of(new KvEngine.Write(KEY, new byte[] {1, 2, 3, 4, 5, 6})), true);
    real += HOUR;
    start();
    assertEquals(real, clock.nowMillis());
  }

  @Test
  void storeWritesTheMarkAtItsStartAndItsEnd() throws IOException {
    Store store = Store.open(engine, this::nanos, this::wall);
    assertEquals(NOW, held().timeMillis());
    pass(HOUR);
    assertEquals(NOW + HOUR, store.sessions().nowMillis());
    store.close();
    assertEquals(NOW + HOUR, held().timeMillis());
    wrong = -real;
    try (Store again = Store.open(engine, this::nanos, this::wall)) {
      assertEquals(NOW + HOUR, again.sessions().nowMillis());
    }
  }

  /**
   * Random lives of gateways: the system clock is right, or not set (it begins at one of two dates
   * at each boot), or in 2099. Nothing that is stored expires before its time; and if the clock was
   * right all the time, it does then.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void nothingExpiresBeforeItsTimeNorLateIfTheClockIsGood(boolean good) throws IOException {
    for (long seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      real = NOW;
      wrong = good ? 0 : anyError(random);
      start(new HeapEngine());
      List<long[]> entries = new ArrayList<>(); // real time when written, deadline, interval
      for (int step = 0; step < 30; step++) {
        step(random, good, entries);
        for (long[] entry : entries) {
          boolean isOver = real - entry[0] >= entry[2];
          boolean expires = clock.nowMillis() >= entry[1];
          assertTrue(!expires || isOver, "expired before its time, seed " + seed);
          assertTrue(!good || expires == isOver, "not in time, seed " + seed);
        }
      }
    }
  }

  private void step(Random random, boolean good, List<long[]> entries) throws IOException {
    switch (random.nextInt(6)) {
      case 0 -> pass(span(random));
      case 1 -> {
        long interval = 1 + span(random);
        entries.add(new long[] {real, clock.nowMillis() + interval, interval});
        batch();
      }
      case 2 -> {
        wrong = good ? 0 : anyError(random);
        if (random.nextBoolean()) {
          idle();
        }
      }
      case 3 -> idle();
      default -> {
        if (random.nextBoolean()) {
          end();
        }
        real += span(random);
        wrong = good ? 0 : anyError(random);
        start();
      }
    }
  }

  private static long span(Random random) {
    return Math.round(Math.pow(10, 9.5 * random.nextDouble())); // up to a month
  }

  private long anyError(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> -real; // 1970
      case 1 -> Instant.parse("2026-02-01T00:00:00Z").toEpochMilli() - 4 * YEAR - real;
      case 2 -> 72 * YEAR;
      default -> 0;
    };
  }

  private static final long MINUTE = 60 * SECOND;

  private long nanos() {
    return TimeUnit.MILLISECONDS.toNanos(real) - 77;
  }

  private long wall() {
    return real + wrong;
  }

  private void pass(long millis) {
    real += millis;
  }

  private @Nullable HeapEngine used;

  private void start() throws IOException {
    start(used == null ? engine : used);
  }

  private void start(HeapEngine on) throws IOException {
    used = on;
    clock = StoreClock.read(on, this::nanos, this::wall);
    on.write(List.of(clock.firstMark()), true);
  }

  private void end() throws IOException {
    Draft draft = new Draft(used);
    clock.noteEnd(draft);
    used.write(draft.writes(), true);
  }

  private void batch() throws IOException {
    Draft draft = new Draft(used);
    draft.put(OTHER, new byte[0]);
    clock.note(draft);
    used.write(draft.writes(), true);
  }

  private List<KvEngine.Write> idle() throws IOException {
    Draft draft = new Draft(used);
    clock.note(draft);
    used.write(draft.writes(), true);
    return draft.writes();
  }

  private StoreClock.Mark mark() throws IOException {
    end();
    return held();
  }

  private StoreClock.Mark held() throws IOException {
    try {
      return Records.clock(used.get(KEY));
    } catch (DamagedRecordException e) {
      throw new IOException(e);
    }
  }
}
