package io.fluxmqtt.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.store.Durability;
import org.junit.jupiter.api.Test;

final class UnsyncedTest {
  private static final long MILLI = 1_000_000;
  private static final long START =
      Long.valueOf(Long.MAX_VALUE - 10 * MILLI); // the clock may pass its end

  private final Unsynced unsynced = new Unsynced();

  @Test
  void nothingIsDueWhileNothingWasWritten() {
    assertFalse(unsynced.isAny());
    assertFalse(unsynced.isDue(START));
    assertEquals(Long.MAX_VALUE, unsynced.remainingNanos(START));
  }

  @Test
  void firstThatIsDueCountsWhateverCameFirst() {
    unsynced.add(Durability.interval(50), START);
    unsynced.add(Durability.interval(20), START + 10 * MILLI);
    unsynced.add(Durability.interval(50), START + 20 * MILLI);
    assertEquals(30 * MILLI, unsynced.remainingNanos(START));
    assertFalse(unsynced.isDue(START + 30 * MILLI - 1));
    assertTrue(unsynced.isDue(START + 30 * MILLI));
  }

  @Test
  void whatNeedsNoSyncIsNeverDueButSyncedWithTheRest() {
    unsynced.add(Durability.memory(5), START);
    unsynced.add(Durability.WRITTEN, START);
    assertTrue(unsynced.isAny());
    assertEquals(Long.MAX_VALUE, unsynced.remainingNanos(START + 60_000 * MILLI));
  }

  @Test
  void syncEndsItAll() {
    unsynced.add(Durability.interval(5), START);
    unsynced.clear();
    assertFalse(unsynced.isAny());
    assertFalse(unsynced.isDue(START + 10 * MILLI));
  }

  @Test
  void afterAFailureItIsTriedAgainASecondLater() {
    unsynced.postpone(START);
    assertEquals(Long.MAX_VALUE, unsynced.remainingNanos(START));
    unsynced.add(Durability.WRITTEN, START);
    unsynced.postpone(START);
    assertEquals(Unsynced.RETRY_NANOS, unsynced.remainingNanos(START));
  }

  @Test
  void timeThatSomethingMayWaitRunsFromWhenItWasGiven() {
    assertEquals(
        3 * MILLI, Unsynced.remainingNanos(Durability.memory(5), START, START + 2 * MILLI));
    assertEquals(Long.MAX_VALUE, Unsynced.remainingNanos(Durability.WRITTEN, START, START));
  }
}
