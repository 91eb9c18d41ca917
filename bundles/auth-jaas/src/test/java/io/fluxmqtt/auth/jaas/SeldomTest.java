package io.fluxmqtt.auth.jaas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SeldomTest {
  @Test
  void onceAMinuteIsSaidAndTheRestIsCounted() {
    AtomicLong clock = new AtomicLong(-5);
    Seldom seldom = new Seldom(clock::get);
    List<Long> said = new ArrayList<>();
    seldom.now(said::add);
    seldom.now(said::add);
    clock.addAndGet(Seldom.PAUSE_NANOS - 1);
    seldom.now(said::add);
    assertEquals(List.of(0L), said);
    clock.incrementAndGet();
    seldom.now(said::add);
    assertEquals(List.of(0L, 2L), said);
    clock.addAndGet(Seldom.PAUSE_NANOS);
    seldom.now(said::add);
    assertEquals(List.of(0L, 2L, 0L), said);
  }
}
