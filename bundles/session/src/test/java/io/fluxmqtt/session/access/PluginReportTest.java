package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANNS_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.PUBLISH;
import static io.fluxmqtt.session.access.Given.accepting;
import static io.fluxmqtt.session.access.Given.authenticator;
import static io.fluxmqtt.session.access.Given.authorizer;
import static io.fluxmqtt.session.access.Given.await;
import static io.fluxmqtt.session.access.Given.deciding;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.admin.PluginInfo;
import io.fluxmqtt.api.admin.PluginInfo.State;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Decision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How those whom the policy names serve, and what is said of it. */
class PluginReportTest {
  private static final long SLOW = PluginPulse.SLOW_DECISION_NANOS + 1;

  private final AtomicInteger entered = new AtomicInteger();
  private final HandTime time = new HandTime();
  private final AccessControl control =
      new AccessControl(settings(List.of("file"), List.of("acl")), time);

  @BeforeEach
  void allAreThere() {
    control.putAuthenticator(authenticator("file", 1, accepting()));
    control.putAuthorizer(authorizer("acl", 1, deciding(Decision.ALLOW)));
  }

  @AfterEach
  void close() {
    control.close();
  }

  @Test
  void thoseThatAnswerServe() {
    decide(1);
    assertEquals(
        List.of(
            new PluginInfo("authenticator", "file", "inline", State.SERVING, null),
            new PluginInfo("authorizer", "acl", "inline", State.SERVING, null)),
        control.plugins());
  }

  @Test
  void missingOneIsAwaitedForTheGraceAndNamedWithTheBundleThatHadIt() {
    control.removeAuthenticator(new Given.Ref(1));
    assertEquals(State.AWAITED, control.plugins().get(0).state());
    assertEquals(List.of(), control.outages());
    time.advance(Duration.ofSeconds(2));
    PluginInfo missing = control.plugins().get(0);
    assertEquals(State.MISSING, missing.state());
    assertEquals("inline", missing.bundle());
    assertEquals(
        "authenticator file is missing, what needs it is refused: start bundle inline or change"
            + " authenticators in io.fluxmqtt.access",
        missing.problem());
    assertEquals(List.of(missing.problem()), control.outages());
    control.putAuthenticator(authenticator("file", 2, accepting()));
    assertEquals(State.SERVING, control.plugins().get(0).state());
  }

  @Test
  void oneThatThrowsAgainAndAgainFailsUntilItAnswers() {
    boolean[] broken = {true};
    serve(
        (client, access) -> {
          if (broken[0]) {
            throw new IllegalStateException("no rules");
          }
          return Decision.ALLOW;
        });
    decide(PluginPulse.FAILURES_MIN - 1);
    assertEquals(State.SERVING, acl().state());
    decide(1);
    assertEquals(State.FAILING, acl().state());
    assertEquals(
        "authorizer acl (bundle inline): its last 3 calls failed; what needs it is refused: see its"
            + " log, update or stop it",
        acl().problem());
    assertEquals(List.of(acl().problem()), control.outages());
    assertEquals(List.of(acl().problem()), control.problems());
    broken[0] = false;
    decide(1);
    assertEquals(State.SERVING, acl().state());
    assertEquals(List.of(), control.outages());
  }

  @Test
  void failuresOfOldDoNotCount() {
    serve(deciding(null));
    decide(PluginPulse.FAILURES_MIN - 1);
    time.advance(Duration.ofNanos(PluginPulse.LATELY_NANOS));
    decide(1);
    assertEquals(State.SERVING, acl().state());
    decide(PluginPulse.FAILURES_MIN - 1);
    assertEquals(State.FAILING, acl().state());
    time.advance(Duration.ofNanos(PluginPulse.LATELY_NANOS));
    assertEquals(State.SERVING, acl().state(), "nobody has asked it since");
  }

  @Test
  void anotherServiceOfTheBundleIsJudgedAnew() {
    serve(deciding(null));
    decide(PluginPulse.FAILURES_MIN);
    assertEquals(State.FAILING, acl().state());
    serve(deciding(Decision.ALLOW));
    assertEquals(State.SERVING, acl().state());
  }

  @Test
  void oneThatTakesLongAgainAndAgainIsSlowForAWhile() {
    serve(
        (client, access) -> {
          time.advance(Duration.ofNanos(SLOW));
          return Decision.ALLOW;
        });
    decide(PluginPulse.SLOW_MIN - 1);
    assertEquals(State.SERVING, acl().state());
    decide(1);
    assertEquals(State.SLOW, acl().state());
    assertEquals(
        "authorizer acl (bundle inline): 3 of its last calls took up to 100 ms: see its log, update"
            + " or stop it",
        acl().problem());
    assertEquals(List.of(), control.outages(), "it answers");
    time.advance(Duration.ofNanos(PluginPulse.LATELY_NANOS));
    assertEquals(State.SERVING, acl().state());
  }

  @Test
  void oneWhoseCallsDoNotReturnIsNamedAndFailsWhenThereAreTooMany() {
    CountDownLatch over = new CountDownLatch(1);
    control.removeAuthorizer(new Given.Ref(1));
    control.putAuthorizer(
        new Plugin<>(
            "acl",
            "theirs",
            false,
            new Given.Ref(2),
            (Authorizer)
                (client, access) -> {
                  entered.incrementAndGet();
                  boolean waits = true;
                  while (waits) {
                    try {
                      over.await();
                      waits = false;
                    } catch (InterruptedException e) {
                      // as a deadlock, which no interrupt ends
                    }
                  }
                  return Decision.ALLOW;
                }));
    hang();
    assertEquals(State.SLOW, acl().state());
    assertTrue(String.valueOf(acl().problem()).startsWith("bundle theirs: 1 of its calls"));
    hang();
    hang();
    assertEquals(State.FAILING, acl().state());
    assertEquals(List.of(String.valueOf(acl().problem())), control.outages());
    over.countDown();
  }

  /** One more call that does not return, until its deadline. */
  private void hang() {
    int before = entered.get();
    assertNull(control.decide(CLIENT, PUBLISH, verdict -> {}));
    await(() -> entered.get() > before);
    time.advance(Duration.ofSeconds(1));
  }

  private void serve(Authorizer service) {
    control.putAuthorizer(authorizer("acl", 1, service));
  }

  private void decide(int times) {
    for (int i = 0; i < times; i++) {
      control.decide(CLIENT, PUBLISH, verdict -> {});
      control.authenticate(ANNS_CREDENTIALS, LOCAL, admission -> {});
    }
  }

  private PluginInfo acl() {
    return control.plugins().get(1);
  }
}
