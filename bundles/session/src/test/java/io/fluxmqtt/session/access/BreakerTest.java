package io.fluxmqtt.session.access;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BreakerTest {
  private final Breaker breaker = new Breaker(3, 100);

  @Test
  void opensAfterFailuresInARow() {
    assertFalse(breaker.failed(0));
    assertFalse(breaker.failed(0));
    breaker.succeeded();
    assertFalse(breaker.failed(0));
    assertFalse(breaker.failed(0));
    assertTrue(breaker.admit(0));
    assertTrue(breaker.failed(0));
    assertFalse(breaker.admit(99));
    assertTrue(breaker.isOpen());
  }

  @Test
  void triesOneCallAfterAWhile() {
    open();
    assertTrue(breaker.admit(100));
    assertFalse(breaker.admit(100));
    breaker.succeeded();
    assertTrue(breaker.admit(100));
    assertFalse(breaker.isOpen());
  }

  @Test
  void failedTrialOpensItAgain() {
    open();
    assertTrue(breaker.admit(100));
    assertFalse(breaker.failed(150), "it has been open all the time");
    assertFalse(breaker.admit(249));
    assertTrue(breaker.admit(250));
  }

  @Test
  void lateFailuresOfOthersDoNotProlongIt() {
    open();
    breaker.failed(90);
    assertTrue(breaker.admit(100));
  }

  private void open() {
    for (int i = 0; i < 3; i++) {
      breaker.failed(0);
    }
  }
}
