package io.fluxmqtt.auth.http;

import static io.fluxmqtt.auth.http.Breaker.Pass.NONE;
import static io.fluxmqtt.auth.http.Breaker.Pass.NORMAL;
import static io.fluxmqtt.auth.http.Breaker.Pass.TRIAL;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BreakerTest {
  private long now;
  private final Breaker breaker = new Breaker("it", 3, 100, () -> now);

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breaker.failed(breaker.enter(), "on purpose");
    }
  }

  @Test
  void opensAfterSoManyFailuresInARowOnly() {
    fail(2);
    assertEquals(NORMAL, breaker.enter());
    breaker.succeeded();
    fail(2);
    assertEquals(NORMAL, breaker.enter());
    breaker.failed(NORMAL, "on purpose");
    assertEquals(NONE, breaker.enter());
  }

  @Test
  void oneTriesAfterThePauseAndTheOthersOnceItWasAnswered() {
    fail(3);
    now += 99;
    assertEquals(NONE, breaker.enter());
    now++;
    assertEquals(TRIAL, breaker.enter());
    assertEquals(NONE, breaker.enter());
    breaker.succeeded();
    assertEquals(NORMAL, breaker.enter());
    fail(2);
    assertEquals(NORMAL, breaker.enter());
  }

  @Test
  void trialThatFailsBeginsAnotherPause() {
    fail(3);
    now += 100;
    breaker.failed(breaker.enter(), "again");
    assertEquals(NONE, breaker.enter());
    now += 100;
    assertEquals(TRIAL, breaker.enter());
  }

  @Test
  void trialThatNobodyWaitsForLetsAnotherTry() {
    fail(3);
    now += 100;
    breaker.abandoned(breaker.enter());
    assertEquals(TRIAL, breaker.enter());
    breaker.abandoned(NORMAL); // an older one does not
    assertEquals(NONE, breaker.enter());
  }

  @Test
  void lateFailureOfAnOlderQuestionDoesNotDelayTheTrial() {
    fail(3);
    now += 60;
    breaker.failed(NORMAL, "late");
    now += 40;
    assertEquals(TRIAL, breaker.enter());
  }
}
