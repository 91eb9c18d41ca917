package io.fluxmqtt.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StartsTest {
  /** Each start used a tenth of its time as CPU. */
  private static Starts of(long empty, long... filled) {
    Starts starts = new Starts();
    starts.add(true, empty, empty / 10);
    for (long each : filled) {
      starts.add(false, each, each / 10);
    }
    return Starts.all(List.of(starts));
  }

  @Test
  void quantilesAreOfThoseWithSomethingStored() {
    assertEquals(
        "ready with 7 stored after p50 30, p90 50, max 50 ms and p50 3 ms of CPU"
            + " (empty: 10, 1), 2 of 5 after more than 30 ms",
        of(10, 50, 20, 10, 40, 30).text(7, 30));
    assertFalse(of(10, 20).text(7, 0).contains("more than"));
  }

  @Test
  void halfMustBeInTimeUnlessTheMachineIsBusy() {
    Starts starts = new Starts();
    starts.add(false, 2_000, 4_000);
    starts.add(false, 3_000, 4_000);
    starts.add(false, 9_000, 4_000);
    assertTrue(Starts.all(List.of(starts)).isInTime(3_000));
    assertFalse(Starts.all(List.of(starts)).isInTime(2_999));
    assertTrue(of(1_000, 30_000).isInTime(3_000));
    assertTrue(of(1_000).isInTime(3_000));
  }
}
