package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.PUBLISH;
import static io.fluxmqtt.session.access.Given.authorizer;
import static io.fluxmqtt.session.access.Given.await;
import static io.fluxmqtt.session.access.Given.deciding;
import static io.fluxmqtt.session.access.Given.settings;
import static io.fluxmqtt.session.access.Given.with;
import static io.fluxmqtt.session.access.Given.withGrace;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Decision;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuthorizationTest {
  private static final AccessSettings TWO = settings(List.of("auth"), List.of("first", "second"));

  private final HandTime time = new HandTime();
  private final AccessControl control = new AccessControl(TWO, time);
  private final List<Verdict> later = new CopyOnWriteArrayList<>();
  private final AtomicInteger entered = new AtomicInteger();

  @AfterEach
  void nothingIsLeftBehind() {
    control.close();
    await(() -> time.alarms() == 0);
  }

  @Test
  void firstThatDoesNotAbstainDecides() {
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.DENY)));
    assertEquals(Verdict.DENIED, decide());
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    assertEquals(Verdict.ALLOWED, decide());
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ABSTAIN)));
    assertEquals(Verdict.DENIED, decide());
  }

  @Test
  void serviceThatIsNotNamedDoesNotLoosenSecurity() {
    control.configure(settings(List.of(), List.of("first")));
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    control.putAuthorizer(authorizer("anything", 9, deciding(Decision.ALLOW)));
    assertEquals(Verdict.DENIED, decide());
  }

  @Test
  void noNamesDeny() {
    control.configure(settings(List.of(), List.of()));
    assertEquals(Verdict.DENIED, decide());
  }

  @Test
  void missingOneIsWaitedForUntilItComes() {
    assertNull(decide());
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
    assertEquals(List.of(Verdict.ALLOWED), later);
  }

  @Test
  void oneThatComesJustBeforeItIsWaitedForIsNotMissed() {
    control.putAuthorizer(
        authorizer(
            "first",
            1,
            (client, access) -> {
              if (entered.getAndIncrement() == 0) {
                control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
              }
              return Decision.ABSTAIN;
            }));
    assertEquals(Verdict.ALLOWED, decide());
  }

  @Test
  void onesThatChangeThePolicyWheneverAskedAreNotAskedForever() {
    control.putAuthorizer(
        authorizer(
            "first",
            1,
            (client, access) -> {
              time.advanceMillis(100);
              control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
              return Decision.ABSTAIN;
            }));
    assertEquals(Verdict.UNAVAILABLE, decide());
  }

  @Test
  void missingOneIsUnavailableAfterTheGraceAndThenAtOnce() {
    assertNull(decide());
    time.advanceMillis(1999);
    assertEquals(List.of(), later);
    time.advanceMillis(1);
    assertEquals(List.of(Verdict.UNAVAILABLE), later);
    assertEquals(Verdict.UNAVAILABLE, decide());
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
    assertEquals(Verdict.ALLOWED, decide());
  }

  @Test
  void missingOneIsWaitedForOnlyWhenReached() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
    assertEquals(Verdict.ALLOWED, decide());
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    assertNull(decide());
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.DENY)));
    assertEquals(List.of(Verdict.DENIED), later);
  }

  @Test
  void eachDepartureHasAGraceOfItsOwn() {
    for (int round = 0; round < 3; round++) {
      control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
      control.removeAuthorizer(new Given.Ref(1));
      assertNull(decide());
      time.advanceMillis(1999);
    }
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
    assertEquals(List.of(Verdict.ALLOWED, Verdict.ALLOWED, Verdict.ALLOWED), later);
  }

  @Test
  void twoMissingNamesEndTheirGraceEachInItsTime() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    time.advanceMillis(5000);
    control.removeAuthorizer(new Given.Ref(2));
    time.advanceMillis(1000);
    assertNull(decide());
    control.removeAuthorizer(new Given.Ref(1));
    time.advanceMillis(1999);
    assertEquals(List.of(), later); // it waits for the first by now
    time.advanceMillis(1);
    assertEquals(List.of(Verdict.UNAVAILABLE), later);
  }

  @Test
  void withoutGraceNobodyWaits() {
    control.configure(withGrace(TWO, Duration.ZERO));
    assertEquals(Verdict.UNAVAILABLE, decide());
  }

  @Test
  void shorterGraceEndsTheWaiting() {
    assertNull(decide());
    time.advanceMillis(1000);
    control.configure(withGrace(TWO, Duration.ofMillis(500)));
    assertEquals(List.of(Verdict.UNAVAILABLE), later);
  }

  @Test
  void newNameHasItsGraceFromItsConfiguration() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    time.advanceMillis(60_000);
    control.configure(settings(List.of(), List.of("first", "third", "second")));
    assertNull(decide());
    time.advanceMillis(2000);
    assertEquals(List.of(Verdict.UNAVAILABLE), later);
  }

  @Test
  void throwOrNullDeniesThatRequestAndIsCounted() {
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    control.putAuthorizer(authorizer("first", 1, deciding(null)));
    assertEquals(Verdict.DENIED, decide());
    control.putAuthorizer(
        authorizer(
            "first",
            1,
            (client, access) -> {
              throw new NoClassDefFoundError("uninstalled");
            }));
    assertEquals(Verdict.DENIED, decide());
    PluginStatistics statistics = control.statistics().get(0);
    assertEquals("inline", statistics.bundle());
    assertEquals(2, statistics.calls());
    assertEquals(2, statistics.failures());
  }

  @Test
  void failureOfOneThatHasLeftMeanwhileIsLeftToItsSuccessor() {
    control.putAuthorizer(
        authorizer(
            "first",
            1,
            (client, access) -> {
              control.removeAuthorizer(new Given.Ref(1));
              throw new NoClassDefFoundError("uninstalled");
            }));
    assertNull(decide());
    control.putAuthorizer(authorizer("first", 2, deciding(Decision.ALLOW)));
    assertEquals(List.of(Verdict.ALLOWED), later);
  }

  @Test
  void bundleThatIsNotInlineAnswersLater() {
    control.putAuthorizer(foreign("first", 1, deciding(Decision.ABSTAIN)));
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ALLOW)));
    assertNull(decide());
    await(() -> !later.isEmpty());
    assertEquals(List.of(Verdict.ALLOWED), later);
  }

  @Test
  void bundleThatIsNotInlineIsDeniedAfterItsDeadline() {
    CountDownLatch release = new CountDownLatch(1);
    control.putAuthorizer(foreign("first", 1, blocking(release)));
    assertNull(decide());
    await(() -> entered.get() == 1);
    time.advanceMillis(999);
    assertEquals(List.of(), later);
    time.advanceMillis(1);
    assertEquals(List.of(Verdict.DENIED), later);
    assertTrue(control.problems().toString().contains("bundle foreign"), "named in problems()");
    release.countDown();
    await(() -> !control.problems().toString().contains("bundle foreign"));
    assertEquals(List.of(Verdict.DENIED), later);
  }

  @Test
  void changedTimeoutCountsForTheNextRequest() {
    CountDownLatch release = new CountDownLatch(1);
    control.putAuthorizer(foreign("first", 1, blocking(release)));
    control.configure(with(TWO, "authorizationTimeout", Duration.ofMillis(300)));
    assertNull(decide());
    time.advanceMillis(299);
    assertEquals(List.of(), later);
    time.advanceMillis(1);
    assertEquals(List.of(Verdict.DENIED), later);
    release.countDown();
  }

  @Test
  void bundleThatKeepsFailingIsDeniedAtOnceForAWhile() {
    AtomicInteger calls = new AtomicInteger();
    control.putAuthorizer(
        foreign(
            "first",
            1,
            (client, access) -> {
              calls.incrementAndGet();
              throw new IllegalStateException("broken");
            }));
    for (int i = 1; i <= BundleThread.FAILURES_MAX; i++) {
      int answers = i;
      assertNull(decide());
      await(() -> later.size() == answers);
    }
    assertEquals(Verdict.DENIED, decide());
    assertEquals(BundleThread.FAILURES_MAX, calls.get());
    assertTrue(control.problems().toString().contains("bundle foreign"), "named in problems()");
    time.advance(Duration.ofNanos(BundleThread.BREAK_NANOS));
    assertNull(decide()); // one is tried
    await(() -> later.size() == BundleThread.FAILURES_MAX + 1);
    assertEquals(Verdict.DENIED, decide());
  }

  @Test
  void departureOfABundleThatHangsHandsItsRequestsOn() {
    CountDownLatch release = new CountDownLatch(1);
    control.putAuthorizer(foreign("first", 1, blocking(release)));
    assertNull(decide());
    assertNull(decide());
    control.removeAuthorizer(new Given.Ref(1));
    assertEquals(List.of(), later);
    control.putAuthorizer(authorizer("first", 2, deciding(Decision.ALLOW)));
    assertEquals(List.of(Verdict.ALLOWED, Verdict.ALLOWED), later);
    release.countDown();
  }

  @Test
  void questionsAskedAnewDoNotFillTheQueueWithOldOnes() {
    CountDownLatch release = new CountDownLatch(1);
    control.putAuthorizer(foreign("first", 1, blocking(release)));
    for (int i = 0; i < 100; i++) {
      assertNull(decide());
    }
    for (int i = 0; i < 20; i++) {
      control.putAuthorizer(foreign("first", 1, blocking(release)));
    }
    release.countDown();
    await(() -> later.size() == 100);
    assertEquals(Set.of(Verdict.ALLOWED), Set.copyOf(later));
  }

  @Test
  void bundleBecomesInlineByConfiguration() {
    control.putAuthorizer(foreign("first", 1, deciding(Decision.ALLOW)));
    assertNull(decide());
    await(() -> !later.isEmpty());
    control.configure(TWO.withInline(Set.of("foreign")));
    assertEquals(Verdict.ALLOWED, decide());
  }

  @Test
  void closingMakesAllUnavailable() {
    assertNull(decide());
    control.close();
    assertEquals(List.of(Verdict.UNAVAILABLE), later);
    assertEquals(Verdict.UNAVAILABLE, decide());
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
    control.configure(TWO);
    assertEquals(Verdict.UNAVAILABLE, decide());
  }

  private @Nullable Verdict decide() {
    return control.decide(CLIENT, PUBLISH, later::add);
  }

  private static Plugin<Authorizer> foreign(String name, int rank, Authorizer service) {
    return new Plugin<>(name, "foreign", false, new Given.Ref(rank), service);
  }

  private Authorizer blocking(CountDownLatch release) {
    return (client, access) -> {
      entered.incrementAndGet();
      while (release.getCount() > 0) {
        try {
          release.await();
        } catch (InterruptedException e) {
          // As a plug-in that does not care.
        }
      }
      return Decision.ALLOW;
    };
  }
}
