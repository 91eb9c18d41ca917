package io.fluxmqtt.auth.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogBudgetTest {
  @Test
  void soManyLinesAMinuteAreSaidAndTheOthersCounted() {
    AtomicLong clock = new AtomicLong(7);
    LogBudget budget = new LogBudget(clock::get);
    List<Long> said = new ArrayList<>();
    for (int i = 0; i < LogBudget.LINES + 3; i++) {
      budget.spend(said::add);
    }
    assertEquals(LogBudget.LINES, said.size());
    clock.addAndGet(LogBudget.PERIOD_NANOS - 1);
    budget.spend(said::add);
    assertEquals(LogBudget.LINES, said.size());
    clock.incrementAndGet();
    for (int i = 0; i < LogBudget.LINES + 1; i++) {
      budget.spend(said::add);
    }
    assertEquals(2 * LogBudget.LINES, said.size());
    assertEquals(4L, said.get(LogBudget.LINES));
    assertEquals(0L, said.get(LogBudget.LINES + 1));
  }
}
