package io.fluxmqtt.session.access;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
  private static int takeAll(Budget budget, long nowNanos) {
    int taken = 0;
    while (budget.take(nowNanos)) {
      taken++;
    }
    return taken;
  }

  @ParameterizedTest
  @ValueSource(longs = {-7, 0, 5_000_000})
  void eachSecondHasItsOwn(long startSeconds) {
    Budget budget = new Budget(3);
    long second = TimeUnit.SECONDS.toNanos(1);
    long start = startSeconds * second;
    assertEquals(3, takeAll(budget, start));
    assertEquals(0, takeAll(budget, start + second - 1));
    assertEquals(3, takeAll(budget, start + second));
    assertEquals(3, takeAll(budget, start + 100 * second));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 65_535})
  void itIsAsLargeAsSaid(int perSecond) {
    assertEquals(perSecond, takeAll(new Budget(perSecond), 1));
  }
}
