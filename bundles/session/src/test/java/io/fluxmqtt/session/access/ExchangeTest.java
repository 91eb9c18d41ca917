package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANN;
import static io.fluxmqtt.session.access.Given.ANNS_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.REMOTE;
import static io.fluxmqtt.session.access.Given.await;
import static io.fluxmqtt.session.access.Given.listener;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Conversations between clients and enhanced authenticators: who is asked, and what comes of it.
 */
class ExchangeTest extends Exchanges {
  @ParameterizedTest
  @ValueSource(strings = {"inline", "foreign"})
  void exchangeOfThreeStepsAdmits(String bundle) {
    put("first", METHOD, 1, bundle, new Counting());
    Conversation conversation = converse("one");
    await(() -> replies.size() == 1);
    conversation.proceed(Payload.ofUtf8("two"));
    await(() -> replies.size() == 2);
    conversation.proceed(Payload.ofUtf8("three"));
    await(() -> replies.size() == 3 && told.contains("closed"));
    assertEquals(
        List.of(
            new Reply.Continue(Payload.ofUtf8("after one")),
            new Reply.Continue(Payload.ofUtf8("after two")),
            new Reply.Finished(new Admission.Granted(ANN), Payload.ofUtf8("welcome"))),
        replies);
    assertEquals(List.of("begin ann", "one", "two", "three", "closed"), told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"inline", "foreign"})
  void rejectionRefusesAndClosesTheExchange(String bundle) {
    put("first", METHOD, 1, bundle, new Counting());
    converse("wrong");
    await(() -> told.contains("closed"));
    await(() -> !replies.isEmpty());
    Admission.Refused refused = assertRefused(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    assertTrue(refused.text().contains("first (bundle " + bundle + ")"), refused.text());
    assertEquals(List.of("begin ann", "wrong", "closed"), told);
  }

  @Test
  void clientMayBeginWithoutData() {
    put("first", METHOD, 1, new Counting());
    converse(null);
    assertEquals("nothing", told.get(1));
  }

  @Test
  void whoIsInAlreadyIsTold() {
    put("first", METHOD, 1, new Counting());
    converse("one", LOCAL, ANN);
    assertEquals(List.of("again ann", "one"), told);
  }

  @Test
  void unknownMethodIsRefused() {
    put("first", "OTHER", 1, new Counting());
    put("second", "count", 2, new Counting()); // methods are compared as they are
    converse("one");
    assertRefused(ReasonCode.BAD_AUTHENTICATION_METHOD);
    assertEquals(List.of(), told);
  }

  @Test
  void serviceThatIsNotNamedDoesNotCount() {
    control.configure(settings(List.of(), List.of()).withEnhanced(List.of("first")));
    put("first", "OTHER", 1, new Counting());
    put("stranger", METHOD, 2, new Counting());
    converse("one");
    assertRefused(ReasonCode.BAD_AUTHENTICATION_METHOD);
  }

  @Test
  void firstOfTwoWithOneMethodDecides() {
    put("second", METHOD, 1, new Silent());
    put("first", METHOD, 2, new Counting());
    converse("one");
    assertEquals(1, replies.size());
  }

  @Test
  void listenerCountsOnlyThoseItNames() {
    put("first", METHOD, 1, new Counting());
    put("second", "OTHER", 2, new Counting());
    converse("one", listener(true, false, "second"), null);
    assertRefused(ReasonCode.BAD_AUTHENTICATION_METHOD);
  }

  @Test
  void oneThatAcceptsAnyoneIsNotAskedBeyondLoopback() {
    control.putEnhanced(
        new Plugin<>("first", "inline", true, METHOD, new Given.Ref(1), new Counting()));
    put("second", "OTHER", 2, new Counting());
    converse("one", REMOTE, null);
    assertRefused(ReasonCode.BAD_AUTHENTICATION_METHOD);
  }

  @Test
  void missingOneIsWaitedForUntilItComes() {
    converse("one");
    time.advanceMillis(1999);
    assertEquals(List.of(), replies);
    put("first", METHOD, 1, new Counting());
    assertEquals(1, replies.size());
  }

  @Test
  void missingOneRefusesAfterTheGrace() {
    converse("one");
    time.advanceMillis(2000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
  }

  @Test
  void missingOneDoesNotHoldUpClientsOfAMethodThatIsServed() {
    put("second", METHOD, 1, new Counting());
    converse("one");
    assertEquals(1, replies.size());
  }

  @Test
  void departedOneIsMissedByClientsOfItsMethodOnly() {
    put("first", METHOD, 1, new Counting());
    put("second", "OTHER", 2, new Counting());
    control.removeEnhanced(new Given.Ref(1));
    control.converse(
        new Conversation.Party("THIRD", ANNS_CREDENTIALS, LOCAL, null), null, replies::add);
    assertRefused(ReasonCode.BAD_AUTHENTICATION_METHOD);
    replies.clear();
    converse("one");
    assertEquals(List.of(), replies);
    time.advanceMillis(2000);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
  }

  @Test
  void successorIsBegunWithAnewWhenOneLeavesInTheFirstStep() {
    put("first", METHOD, 1, new Silent());
    converse("one");
    control.removeEnhanced(new Given.Ref(1));
    put("first", METHOD, 2, new Counting());
    assertEquals(List.of(new Reply.Continue(Payload.ofUtf8("after one"))), replies);
    assertEquals(List.of("closed", "begin ann", "one"), told);
  }

  @Test
  void departureBetweenTwoStepsRefusesAtTheNext() {
    put("first", METHOD, 1, new Counting());
    put("second", METHOD, 2, new Silent());
    Conversation conversation = converse("one");
    put("first", METHOD, 3, new Counting());
    replies.clear();
    conversation.proceed(Payload.ofUtf8("two"));
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
    assertEquals(List.of("begin ann", "one", "closed"), told);
  }

  @Test
  void departureWhileALaterStepIsPendingRefuses() {
    CompletableFuture<ExchangeStep> late = new CompletableFuture<>();
    put(
        "first",
        METHOD,
        1,
        credentials ->
            data ->
                data == null
                    ? CompletableFuture.completedFuture(new ExchangeStep.Continue(null))
                    : late);
    Conversation conversation = converse(null);
    replies.clear();
    conversation.proceed(Payload.ofUtf8("two"));
    assertEquals(List.of(), replies);
    control.removeEnhanced(new Given.Ref(1));
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
    late.complete(new ExchangeStep.Accepted(ANN, null));
    assertEquals(1, replies.size());
  }

  @Test
  void missingOneEndsAReauthenticationWithACodeOfDisconnect() {
    converse("one", LOCAL, ANN);
    time.advanceMillis(2000);
    assertRefused(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
  }

  @Test
  void closingRefusesThoseWhoWaitAndThoseWhoCome() {
    converse("one");
    control.close();
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
    replies.clear();
    converse("one");
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
  }

  @Test
  void missingOneIsAProblemAndItsListenerKnowsIt() {
    time.advanceMillis(2000);
    List<String> problems = control.problems();
    assertTrue(
        problems.contains(
            "enhanced authenticator first is missing, what needs it is refused: start its bundle"
                + " or change enhancedAuthenticators in io.fluxmqtt.access"),
        problems::toString);
    assertTrue(problems.stream().noneMatch(line -> line.contains("every client is refused")));
    assertEquals("first, second, loopback only", control.note(LOCAL));
  }
}
