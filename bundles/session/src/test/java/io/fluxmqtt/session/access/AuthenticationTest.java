package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANN;
import static io.fluxmqtt.session.access.Given.ANNS_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.NO_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.REMOTE;
import static io.fluxmqtt.session.access.Given.REMOTE_OPEN;
import static io.fluxmqtt.session.access.Given.abstaining;
import static io.fluxmqtt.session.access.Given.accepting;
import static io.fluxmqtt.session.access.Given.answering;
import static io.fluxmqtt.session.access.Given.assertGranted;
import static io.fluxmqtt.session.access.Given.assertRefused;
import static io.fluxmqtt.session.access.Given.authenticator;
import static io.fluxmqtt.session.access.Given.await;
import static io.fluxmqtt.session.access.Given.listener;
import static io.fluxmqtt.session.access.Given.noting;
import static io.fluxmqtt.session.access.Given.settings;
import static io.fluxmqtt.session.access.Given.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.session.ListenerProfile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AuthenticationTest {
  private static final AccessSettings TWO = settings(List.of("first", "second"), List.of());
  private static final Authentication REJECTED =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);

  private final HandTime time = new HandTime();
  private final AccessControl control = new AccessControl(TWO, time);

  @AfterEach
  void nothingIsLeftBehind() {
    control.close();
    assertEquals(0, time.alarms());
  }

  @Test
  void firstThatDoesNotAbstainDecides() {
    control.putAuthenticator(authenticator("second", 2, answering(REJECTED)));
    control.putAuthenticator(authenticator("first", 1, abstaining()));
    assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, ask());

    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertGranted(ask());
  }

  @Test
  void thoseAfterTheOneThatDecidesAreNotAsked() {
    List<String> asked = new ArrayList<>();
    control.putAuthenticator(authenticator("first", 1, noting(asked, "first", accepting())));
    control.putAuthenticator(authenticator("second", 2, noting(asked, "second", accepting())));
    ask();
    assertEquals(List.of("first"), asked);
  }

  @Test
  void serviceThatIsNotNamedIsNotAsked() {
    control.putAuthenticator(authenticator("first", 1, abstaining()));
    control.putAuthenticator(authenticator("second", 2, abstaining()));
    control.putAuthenticator(authenticator("anyone", 3, accepting()));
    assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, ask());
  }

  @Test
  void allAbstainingRefusesByWhatTheClientShowed() {
    control.putAuthenticator(authenticator("first", 1, abstaining()));
    control.putAuthenticator(authenticator("second", 2, abstaining()));
    assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, ask());
    Admission.Refused refused =
        assertRefused(ReasonCode.NOT_AUTHORIZED, ask(NO_CREDENTIALS, LOCAL));
    assertEquals("anonymous clients are not accepted here", refused.text());
    assertRefused(
        ReasonCode.BAD_USER_NAME_OR_PASSWORD, ask(Given.credentials(null, "secret"), LOCAL));
  }

  @Test
  void refusalNamesAuthenticatorAndBundleButNotWhatTheClientSent() {
    control.putAuthenticator(authenticator("first", 1, answering(REJECTED)));
    String text = assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, ask()).text();
    assertEquals("authenticator first (bundle inline) refused: BAD_USER_NAME_OR_PASSWORD", text);
  }

  @Test
  void refusalTellsWhatTheAuthenticatorSaysOfIt() {
    control.putAuthenticator(
        authenticator(
            "first",
            1,
            answering(new Authentication.Rejected(ReasonCode.NOT_AUTHORIZED, "it has expired"))));
    String text = assertRefused(ReasonCode.NOT_AUTHORIZED, ask()).text();
    assertEquals("authenticator first (bundle inline) refused: it has expired", text);
  }

  @Test
  void codeThatConnackCannotCarryBecomesNotAuthorized() {
    control.putAuthenticator(
        authenticator(
            "first", 1, answering(new Authentication.Rejected(ReasonCode.TOPIC_FILTER_INVALID))));
    assertRefused(ReasonCode.NOT_AUTHORIZED, ask());
  }

  /** Ways in which an authenticator can fail. */
  enum Failure implements Authenticator {
    THROWS {
      @Override
      public CompletableFuture<Authentication> authenticate(Credentials credentials) {
        throw new IllegalStateException("oops\nforged line");
      }
    },
    CANNOT_LINK {
      @Override
      public CompletableFuture<Authentication> authenticate(Credentials credentials) {
        throw new NoClassDefFoundError("gone");
      }
    },
    RETURNS_NULL {
      @Override
      @SuppressWarnings("NullAway")
      public CompletableFuture<Authentication> authenticate(Credentials credentials) {
        return null;
      }
    },
    ANSWERS_NULL {
      @Override
      public CompletableFuture<Authentication> authenticate(Credentials credentials) {
        return CompletableFuture.completedFuture(null);
      }
    },
    FAILS {
      @Override
      public CompletableFuture<Authentication> authenticate(Credentials credentials) {
        return CompletableFuture.failedFuture(new IllegalStateException("backend down"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void failureRefusesAndIsCounted(Failure failure) {
    control.putAuthenticator(authenticator("first", 1, failure));
    control.putAuthenticator(authenticator("second", 2, accepting()));
    String text = assertRefused(ReasonCode.SERVER_UNAVAILABLE, ask()).text();
    assertTrue(text.contains("first (bundle inline)"), text);
    assertEquals(1, control.statistics().get(0).failures());
    assertEquals(1, control.statistics().get(0).calls());
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void failureOnAThreadOfItsOwnRefuses(Failure failure) {
    control.putAuthenticator(new Plugin<>("first", "foreign", false, new Given.Ref(1), failure));
    for (int i = 0; i < 10; i++) { // what clients send never opens the breaker
      List<Admission> result = ask();
      await(() -> !result.isEmpty());
      assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
    }
    assertEquals(List.of(), bundleProblems());
  }

  @Test
  void silenceRefusesAfterTheTimeout() {
    CompletableFuture<Authentication> pending = new CompletableFuture<>();
    control.putAuthenticator(authenticator("first", 1, credentials -> pending));
    List<Admission> result = ask();
    time.advanceMillis(9999);
    assertEquals(List.of(), result);
    time.advanceMillis(1);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
    pending.complete(new Authentication.Accepted(ANN));
    assertEquals(1, result.size());
  }

  @Test
  void changedTimeoutCountsForThoseWhoComeThen() {
    control.putAuthenticator(authenticator("first", 1, credentials -> new CompletableFuture<>()));
    List<Admission> early = ask();
    control.configure(with(TWO, "authenticationTimeout", Duration.ofSeconds(3)));
    List<Admission> late = ask();
    time.advanceMillis(3_000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, late);
    time.advanceMillis(7_000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, early);
  }

  @Test
  void policyThatKeepsChangingRefusesInTheEnd() {
    List<Admission> result = ask();
    for (int i = 0; i < 20 && result.isEmpty(); i++) {
      control.putAuthenticator(authenticator("first", i, credentials -> new CompletableFuture<>()));
      time.advanceMillis(1000);
    }
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
  }

  @Test
  void authenticatorThatBlocksHoldsUpNobodyElse() {
    CountDownLatch release = new CountDownLatch(1);
    control.putAuthenticator(
        new Plugin<>(
            "first",
            "foreign",
            false,
            new Given.Ref(1),
            credentials -> {
              awaitUninterruptibly(release);
              return CompletableFuture.completedFuture(new Authentication.Accepted(ANN));
            }));
    List<Admission> result = ask(); // returns
    assertEquals(List.of(), result);
    time.advanceMillis(10_000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
    release.countDown();
  }

  @Test
  void authenticatorOnAThreadOfItsOwnAdmits() {
    control.putAuthenticator(
        new Plugin<>("first", "foreign", false, new Given.Ref(1), accepting()));
    List<Admission> result = ask();
    await(() -> !result.isEmpty());
    assertGranted(result);
  }

  @Test
  void stageThatCompletesTwiceCountsOnce() {
    CompletableFuture<Authentication> pending = new CompletableFuture<>();
    control.putAuthenticator(authenticator("first", 1, credentials -> pending));
    control.putAuthenticator(authenticator("second", 2, credentials -> new CompletableFuture<>()));
    List<Admission> result = ask();
    pending.complete(new Authentication.Abstained());
    pending.obtrudeValue(new Authentication.Accepted(ANN));
    assertEquals(List.of(), result);
  }

  @Test
  void listenerAsksItsSubsetInTheGlobalOrder() {
    List<String> asked = new ArrayList<>();
    control.configure(settings(List.of("first", "second", "third"), List.of()));
    for (String name : List.of("first", "second", "third")) {
      control.putAuthenticator(
          authenticator(name, name.length() * 10 + asked.size(), abstaining()));
    }
    control.putAuthenticator(authenticator("first", 1, noting(asked, "first", abstaining())));
    control.putAuthenticator(authenticator("third", 99, noting(asked, "third", abstaining())));
    ask(ANNS_CREDENTIALS, listener(true, false, "third", "unknown", "first"));
    assertEquals(List.of("first", "third"), asked);
  }

  @Test
  void listenerWhoseNamesAreUnknownRefusesEveryone() {
    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertRefused(
        ReasonCode.NOT_AUTHORIZED, ask(ANNS_CREDENTIALS, listener(true, false, "unknown")));
  }

  @Test
  void anonymousIsNotAskedBeyondLoopback() {
    control.configure(settings(List.of("anonymous", "open"), List.of()));
    control.putAuthenticator(authenticator("anonymous", 1, accepting())); // by its name
    control.putAuthenticator(
        new Plugin<>("open", "inline", true, new Given.Ref(2), accepting())); // by its property
    assertRefused(ReasonCode.NOT_AUTHORIZED, ask(NO_CREDENTIALS, REMOTE));
    assertGranted(ask(NO_CREDENTIALS, LOCAL));
    assertGranted(ask(NO_CREDENTIALS, REMOTE_OPEN));
  }

  @Test
  void anonymousThatHasLeftIsStillNotAskedBeyondLoopback() {
    control.configure(settings(List.of("open"), List.of()));
    control.putAuthenticator(new Plugin<>("open", "inline", true, new Given.Ref(1), accepting()));
    control.removeAuthenticator(new Given.Ref(1));
    assertRefused(ReasonCode.NOT_AUTHORIZED, ask(NO_CREDENTIALS, REMOTE));
  }

  @Test
  void higherRankingServesANameAndTheLowerTakesOver() {
    control.putAuthenticator(authenticator("first", 2, answering(REJECTED)));
    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, ask());
    control.removeAuthenticator(new Given.Ref(2));
    assertGranted(ask());
  }

  @Test
  void closingRefusesThoseWhoWaitAndThoseWhoCome() {
    List<Admission> waiting = ask();
    control.putAuthenticator(authenticator("first", 1, abstaining()));
    control.putAuthenticator(authenticator("second", 2, credentials -> new CompletableFuture<>()));
    List<Admission> asked = ask();
    control.close();
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, waiting);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, asked);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, ask());
    control.putAuthenticator(authenticator("first", 3, accepting()));
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, ask(ANNS_CREDENTIALS, listener(true, false, "x")));
  }

  @Test
  void askerThatThrowsDoesNotStopTheOthers() {
    control.authenticate(
        ANNS_CREDENTIALS,
        LOCAL,
        admission -> {
          throw new IllegalStateException("not ours");
        });
    List<Admission> result = ask();
    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertGranted(result);
  }

  private List<String> bundleProblems() {
    return control.problems().stream().filter(line -> line.startsWith("bundle")).toList();
  }

  private List<Admission> ask() {
    return ask(ANNS_CREDENTIALS, LOCAL);
  }

  private List<Admission> ask(Credentials credentials, ListenerProfile listener) {
    List<Admission> result = new CopyOnWriteArrayList<>();
    control.authenticate(credentials, listener, result::add);
    return result;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        // As a plug-in that does not care.
      }
    }
  }
}
