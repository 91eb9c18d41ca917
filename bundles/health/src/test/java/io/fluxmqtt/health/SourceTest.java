package io.fluxmqtt.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class SourceTest {
  private final Given.Threads threads = new Given.Threads();
  private long nanos;
  private int asked;
  private final Source<Integer> source = new Source<>(() -> ++asked, threads, () -> nanos);

  @Test
  void isNotAskedAgainWhileItHasNotAnswered() {
    threads.stuck = true;
    source.ask();
    nanos += 5;
    source.ask();
    nanos += 2;
    assertEquals(Duration.ofNanos(7), source.answer().silent());
    threads.release();
    assertEquals(1, asked);
    assertEquals(Duration.ZERO, source.answer().silent());
    source.ask();
    assertEquals(2, source.answer().value());
  }

  @Test
  void failureTakesThePlaceOfTheAnswer() {
    Source<Integer> failing =
        new Source<>(
            () -> {
              if (++asked == 2) {
                throw new NoClassDefFoundError("gone");
              }
              return asked;
            },
            threads,
            () -> nanos);
    failing.ask();
    failing.ask();
    assertNull(failing.answer().value());
    assertEquals("java.lang.NoClassDefFoundError: gone", Report.why(failing.answer().failure()));
    failing.ask();
    assertEquals(3, failing.answer().value());
    assertNull(failing.answer().failure());
  }

  @Test
  void isAskedAgainWhenThereWasNoThread() {
    int[] full = {1};
    Source<Integer> busy =
        new Source<>(
            () -> 1,
            work -> {
              if (full[0]-- > 0) {
                throw new RejectedExecutionException("full");
              }
              work.run();
            },
            () -> nanos);
    busy.ask();
    assertInstanceOf(RejectedExecutionException.class, busy.answer().failure());
    busy.ask();
    assertEquals(1, busy.answer().value());
  }

  @Test
  void failureWithoutAMessageIsNamedByItsClass() {
    assertEquals("java.lang.IllegalStateException", Report.why(new IllegalStateException()));
    assertEquals("java.lang.IllegalStateException", Report.why(new IllegalStateException(" ")));
    assertEquals("full", Report.why(new IllegalStateException("full")));
  }
}
