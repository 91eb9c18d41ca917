package io.fluxmqtt.session.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private static final long TICK = Deadlines.TICK_NANOS;
  private static final long TURN = TICK * Deadlines.SLOTS;

  private final Fixture fixture = new Fixture();
  private long now = 12_345;
  private final HandLoop loop = new HandLoop(() -> now);
  private final Deadlines deadlines = new Deadlines(new Worker(loop, fixture.broker), () -> now);
  private final List<Mark> met = new ArrayList<>();

  private class Mark extends Deadlines.Deadline {
    long at;

    @Override
    void due() {
      at = now;
      met.add(this);
    }
  }

  private Mark in(long nanos) {
    Mark mark = new Mark();
    deadlines.set(mark, nanos);
    return mark;
  }

  private void pass(long nanos) {
    now += nanos;
    loop.run();
  }

  @Test
  void deadlineIsMetNeitherEarlyNorMoreThanOneTickLate() {
    Mark mark = in(5 * TICK - 1);
    pass(5 * TICK - 2);
    assertEquals(List.of(), met);
    pass(2);
    assertEquals(List.of(mark), met);
  }

  @Test
  void deadlineOfWholeTicksIsMetInTime() {
    Mark mark = in(15 * TICK);
    pass(15 * TICK - 1);
    assertEquals(List.of(), met);
    pass(1);
    assertEquals(List.of(mark), met);
  }

  @Test
  void deadlineThatIsTakenBackIsNotMet() {
    List<Mark> marks = List.of(in(TICK), in(TICK), in(TICK));
    deadlines.clear(marks.get(1));
    deadlines.clear(marks.get(1));
    pass(TICK);
    pass(3 * TURN);
    assertEquals(Set.of(marks.get(0), marks.get(2)), Set.copyOf(met));
    assertEquals(2, met.size());
  }

  @Test
  void deadlineThatIsSetAnewIsMetOnce() {
    Mark mark = in(TICK);
    deadlines.set(mark, 3 * TICK);
    pass(2 * TICK);
    assertEquals(List.of(), met);
    pass(TICK);
    assertEquals(List.of(mark), met);
  }

  @Test
  void deadlineBeyondATurnOfTheWheelWaitsForItsTurn() {
    Mark late = in(2 * TURN + TICK);
    Mark soon = in(TICK);
    pass(TICK);
    assertEquals(List.of(soon), met);
    pass(TURN);
    pass(TURN - 1);
    assertEquals(List.of(soon), met);
    pass(1);
    assertEquals(List.of(soon, late), met);
  }

  @Test
  void earlierDeadlineIsNotKeptWaitingByALaterOne() {
    in(100 * TICK);
    Mark soon = in(2 * TICK);
    pass(2 * TICK);
    assertEquals(List.of(soon), met);
  }

  @Test
  void loopThatSleptForLongMeetsAll() {
    for (int i = 1; i <= 3 * Deadlines.SLOTS; i++) {
      in(i * TICK);
    }
    pass(10 * TURN);
    assertEquals(3 * Deadlines.SLOTS, met.size());
  }

  @Test
  void deadlineMaySetAndClearOthers() {
    Mark other = new Mark();
    Mark third = new Mark();
    deadlines.set(
        new Deadlines.Deadline() {
          @Override
          void due() {
            deadlines.clear(other);
            deadlines.set(this, TURN);
            deadlines.set(third, TICK);
          }
        },
        2 * TICK);
    deadlines.set(other, 2 * TICK);
    pass(2 * TICK);
    assertEquals(List.of(), met);
    pass(TICK);
    assertEquals(List.of(third), met);
  }

  @Test
  void failureOfOneDoesNotKeepOthersWaiting() {
    Mark one = in(TICK);
    deadlines.set(
        new Deadlines.Deadline() {
          @Override
          void due() {
            throw new IllegalStateException("a test");
          }
        },
        TICK);
    Mark other = in(TICK);
    Mark later = in(5 * TICK);
    pass(TICK);
    assertEquals(2, met.size());
    assertTrue(met.containsAll(List.of(one, other)));
    pass(4 * TICK);
    assertTrue(met.contains(later));
  }

  @Test
  void nothingWakesALoopThatWaitsForNothing() {
    in(TICK);
    pass(TICK);
    now += TURN;
    assertFalse(loop.run());
  }

  @Test
  void timerRestsOnlyIfNothingIsSet() {
    deadlines.rest();
    deadlines.clear(in(TICK));
    deadlines.rest();
    now += TURN;
    assertFalse(loop.run(), "a timer is left");
    Mark mark = in(TICK);
    deadlines.rest();
    pass(TICK);
    assertEquals(List.of(mark), met);
  }

  @Test
  void whatIsSetAndClearedAtRandomIsMetInItsTick() {
    Random random = new Random(7);
    List<Mark> marks = new ArrayList<>();
    List<Long> due = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      long delay = random.nextLong(3 * TURN);
      Mark mark = in(delay);
      if (random.nextInt(3) == 0) {
        deadlines.clear(mark);
      } else {
        marks.add(mark);
        due.add(now + delay);
      }
      pass(random.nextLong(TICK));
    }
    for (int i = 0; i < 4 * Deadlines.SLOTS; i++) {
      pass(TICK);
    }
    assertEquals(marks.size(), met.size());
    for (int i = 0; i < marks.size(); i++) {
      long after = marks.get(i).at - due.get(i);
      assertTrue(after >= 0 && after < 2 * TICK, "met " + after + " ns after");
    }
  }
}
