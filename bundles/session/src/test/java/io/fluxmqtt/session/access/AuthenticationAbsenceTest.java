package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANN;
import static io.fluxmqtt.session.access.Given.ANNS_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.abstaining;
import static io.fluxmqtt.session.access.Given.accepting;
import static io.fluxmqtt.session.access.Given.answering;
import static io.fluxmqtt.session.access.Given.assertGranted;
import static io.fluxmqtt.session.access.Given.assertRefused;
import static io.fluxmqtt.session.access.Given.authenticator;
import static io.fluxmqtt.session.access.Given.noting;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Authenticators that are away, leave and come back. */
class AuthenticationAbsenceTest {
  private static final Authentication REJECTED =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);

  private final HandTime time = new HandTime();
  private final AccessControl control =
      new AccessControl(settings(List.of("first", "second"), List.of()), time);

  @AfterEach
  void nothingIsLeftBehind() {
    control.close();
    assertEquals(0, time.alarms());
  }

  @Test
  void missingAuthenticatorIsWaitedForUntilItComes() {
    List<Admission> result = ask();
    assertEquals(List.of(), result);
    time.advanceMillis(1999);
    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertGranted(result);
  }

  @Test
  void graceRunsOnceFromTheStart() {
    List<Admission> early = ask();
    time.advanceMillis(1500);
    List<Admission> late = ask();
    time.advanceMillis(499);
    assertEquals(List.of(), early);
    time.advanceMillis(1);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, early);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, late);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, ask());
  }

  @Test
  void graceRunsOnceFromTheDeparture() {
    control.putAuthenticator(authenticator("first", 1, accepting()));
    time.advanceMillis(60_000);
    control.removeAuthenticator(new Given.Ref(1));
    time.advanceMillis(1000);
    control.putAuthenticator(authenticator("other", 7, accepting()));
    List<Admission> result = ask();
    time.advanceMillis(999);
    assertEquals(List.of(), result);
    time.advanceMillis(1);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertGranted(ask());
  }

  @Test
  void missingOneIsWaitedForOnlyWhenReached() {
    control.putAuthenticator(authenticator("first", 1, accepting()));
    assertGranted(ask());
    control.putAuthenticator(authenticator("first", 1, abstaining()));
    List<Admission> result = ask();
    assertEquals(List.of(), result);
    time.advanceMillis(2000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
  }

  @Test
  void answerOfOneThatHasLeftDoesNotAdmit() {
    CompletableFuture<Authentication> pending = new CompletableFuture<>();
    control.putAuthenticator(authenticator("first", 1, credentials -> pending));
    List<Admission> result = ask();
    control.removeAuthenticator(new Given.Ref(1));
    pending.complete(new Authentication.Accepted(ANN));
    assertEquals(List.of(), result);
    control.putAuthenticator(authenticator("first", 2, answering(REJECTED)));
    assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, result);
  }

  @Test
  void answerOfOneThatHasLeftDoesNotAdmitThoseWhoAreNotYetToldEither() {
    List<CompletableFuture<Authentication>> pending = new ArrayList<>();
    control.putAuthenticator(
        authenticator(
            "first",
            1,
            credentials -> {
              pending.add(new CompletableFuture<>());
              return pending.get(pending.size() - 1);
            }));
    List<Admission> results = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      control.authenticate(
          ANNS_CREDENTIALS,
          LOCAL,
          admission -> {
            results.add(admission); // the others are told after this one
            pending.forEach(stage -> stage.complete(new Authentication.Accepted(ANN)));
          });
    }
    control.putAuthenticator(authenticator("first", 2, answering(REJECTED)));
    assertEquals(5, results.size());
    results.forEach(result -> assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, List.of(result)));
  }

  @Test
  void successorIsAskedWhenThePendingOneLeaves() {
    control.putAuthenticator(authenticator("first", 1, credentials -> new CompletableFuture<>()));
    List<Admission> result = ask();
    control.putAuthenticator(authenticator("first", 2, accepting()));
    assertGranted(result);
  }

  @Test
  void departureWithoutSuccessorRefusesAfterTheGrace() {
    control.putAuthenticator(authenticator("first", 1, credentials -> new CompletableFuture<>()));
    List<Admission> result = ask();
    control.removeAuthenticator(new Given.Ref(1));
    time.advanceMillis(2000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE, result);
  }

  @Test
  void changeElsewhereDoesNotDisturbAPendingAnswer() {
    List<String> asked = new ArrayList<>();
    CompletableFuture<Authentication> pending = new CompletableFuture<>();
    control.putAuthenticator(
        authenticator("first", 1, noting(asked, "first", credentials -> pending)));
    List<Admission> result = ask();
    control.putAuthenticator(authenticator("second", 2, accepting()));
    pending.complete(new Authentication.Abstained());
    assertGranted(result);
    assertEquals(List.of("first"), asked);
  }

  @Test
  void configurationThatNoLongerNamesThePendingOneCounts() {
    CompletableFuture<Authentication> pending = new CompletableFuture<>();
    control.putAuthenticator(authenticator("first", 1, credentials -> pending));
    control.putAuthenticator(authenticator("second", 2, answering(REJECTED)));
    List<Admission> result = ask();
    control.configure(settings(List.of("second"), List.of()));
    pending.complete(new Authentication.Accepted(ANN));
    assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD, result);
  }

  private List<Admission> ask() {
    List<Admission> result = new ArrayList<>();
    control.authenticate(ANNS_CREDENTIALS, LOCAL, result::add);
    return result;
  }
}
