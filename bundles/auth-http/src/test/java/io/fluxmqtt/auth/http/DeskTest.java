package io.fluxmqtt.auth.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.itests.kit.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DeskTest {
  private static final Authentication ACCEPTED = new Authentication.Accepted(Principal.user("ann"));
  private static final Authentication BUSY = new Authentication.Rejected(ReasonCode.SERVER_BUSY);
  private static final Authentication UNAVAILABLE =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);

  private Given given;
  private Desk desk;

  @BeforeEach
  void setUp() throws IOException {
    given = new Given();
  }

  @AfterEach
  void tearDown() {
    if (desk != null) {
      desk.close();
    }
    given.close();
  }

  private Authentication ask() {
    return Given.ask(desk, "ann").join();
  }

  @Test
  void servicesAnswerIsTheAnswer() {
    desk = given.desk();
    assertEquals(ACCEPTED, ask());
    given.status = 401;
    assertEquals(new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD), ask());
    given.status = 200;
    given.body = "{\"result\":\"ignore\"}";
    assertEquals(new Authentication.Abstained(), ask());
  }

  @Test
  void clientWithoutAUserNameIsNotAskedAbout() {
    desk = given.desk();
    Authentication answer =
        desk.authenticator()
            .authenticate(Given.client(null, Payload.ofUtf8("p")))
            .toCompletableFuture()
            .join();
    assertEquals(new Authentication.Abstained(), answer);
    assertEquals(0, given.count());
  }

  @Test
  void requestIsAsConfigured() {
    desk = given.desk(".token", "t", "headers", "X-A: 1");
    ask();
    Given.Asked json = given.last();
    assertEquals("POST", json.method());
    assertEquals(List.of("application/json"), json.headers().get("Content-type"));
    assertEquals(List.of("Bearer t"), json.headers().get("Authorization"));
    assertEquals(List.of("1"), json.headers().get("X-a"));
    assertTrue(json.body().startsWith("{\"clientid\":\"id\",\"username\":\"ann\","), json.body());

    desk.change(given.options("format", "form"));
    ask();
    Given.Asked form = given.last();
    assertEquals(List.of("application/x-www-form-urlencoded"), form.headers().get("Content-type"));
    assertTrue(form.body().startsWith("clientid=id&username=ann&password=pass&"), form.body());
    assertFalse(form.headers().containsKey("Authorization"));

    desk.change(given.options("method", "get"));
    ask();
    assertEquals("GET", given.last().method());
    assertTrue(given.last().query().startsWith("clientid=id&username=ann&"));
    desk.change(given.options("method", "get", "url", given.url() + "?realm=x"));
    ask();
    assertTrue(given.last().query().startsWith("realm=x&clientid=id&"), given.last().query());
  }

  @Test
  void redirectIsNotFollowed() {
    desk = given.desk();
    given.status = 302;
    assertEquals(UNAVAILABLE, ask());
    assertEquals(1, given.count());
  }

  @Test
  void slowAnswerIsNotWaitedFor() {
    desk = given.desk("timeoutMillis", 50);
    given.silent = true;
    assertEquals(UNAVAILABLE, ask());
  }

  @Test
  void answerThatIsTooLongIsNotRead() {
    desk = given.desk();
    given.status = 200;
    given.body = "{\"result\":\"allow\"}" + " ".repeat(WebService.ANSWER_BYTES_MAX - 18);
    assertEquals(ACCEPTED, ask());
    given.body += " ";
    assertEquals(UNAVAILABLE, ask());
  }

  @Test
  void questionWhoseConnectionBreaksIsPutTwiceAndNotThrice() {
    desk = given.desk();
    given.cutNext = 1;
    assertEquals(ACCEPTED, ask());
    assertEquals(2, given.count());
    given.cutNext = 2;
    assertEquals(UNAVAILABLE, ask());
    assertEquals(4, given.count());
  }

  @Test
  void serviceThatFailsIsSparedUntilItAnswers() throws Exception {
    desk = given.desk("failuresMax", 2, "pauseMillis", 60_000);
    given.status = 500;
    assertEquals(UNAVAILABLE, ask());
    assertEquals(UNAVAILABLE, ask());
    assertEquals(UNAVAILABLE, ask());
    assertEquals(2, given.count());
    desk.change(given.options("failuresMax", 2, "pauseMillis", 10));
    assertEquals(UNAVAILABLE, ask());
    assertEquals(UNAVAILABLE, ask());
    given.status = 204;
    Await.until("it is tried again", () -> ask().equals(ACCEPTED));
  }

  @Test
  void soManyAreUnderWaySoManyWaitAndMoreAreRefused() throws Exception {
    desk = given.desk("concurrentMax", 2, "queueMax", 3, "timeoutMillis", 60_000);
    given.silent = true;
    List<CompletableFuture<Authentication>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(Given.ask(desk, "ann"));
    }
    assertEquals(BUSY, ask());
    Await.until("two are asked about", () -> given.count() == 2);
    answers.get(4).cancel(true); // who gives up makes room
    CompletableFuture<Authentication> next = Given.ask(desk, "ann");
    assertFalse(next.isDone());
    assertEquals(BUSY, ask());
    answers.get(0).cancel(true);
    Await.until("the next one's turn comes", () -> given.count() == 3);

    desk.change(given.options("concurrentMax", 10, "queueMax", 3, "timeoutMillis", 60_000));
    Given.ask(desk, "ann");
    Await.until("a greater bound counts", () -> given.count() >= 4);
  }

  @Test
  void questionsThatWaitAreBoundedByBytesToo() throws Exception {
    desk = given.desk("concurrentMax", 1, "queueMax", 1_000_000, "timeoutMillis", 60_000);
    given.silent = true;
    Payload big = Payload.copyOf(new byte[65_000]);
    int waiting = -1;
    Authentication refused = null;
    while (refused == null) {
      CompletableFuture<Authentication> answer =
          desk.authenticator().authenticate(Given.client("u", big)).toCompletableFuture();
      waiting++;
      refused = answer.getNow(null);
    }
    assertEquals(BUSY, refused);
    int size = Question.of("u", Given.client("u", big)).size();
    assertEquals(Calls.WAITING_BYTES_MAX / size + 1, waiting);
  }

  @Test
  void everybodyIsAnsweredInTurn() {
    desk = given.desk("concurrentMax", 3, "timeoutMillis", 60_000);
    List<CompletableFuture<Authentication>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      answers.add(Given.ask(desk, "ann"));
    }
    answers.forEach(answer -> assertEquals(ACCEPTED, answer.join()));
    assertEquals(300, given.count());
  }

  @Test
  void rememberedAnswersAreForgottenWithTheConfiguration() {
    desk = given.desk("cacheSeconds", 60);
    assertEquals(ACCEPTED, ask());
    given.status = 403;
    assertEquals(ACCEPTED, ask());
    assertEquals(1, given.count());
    desk.change(given.options("cacheSeconds", 61));
    assertEquals(new Authentication.Rejected(ReasonCode.NOT_AUTHORIZED), ask());
  }

  @Test
  void failureIsNotRemembered() {
    desk = given.desk("cacheSeconds", 60);
    given.status = 500;
    assertEquals(UNAVAILABLE, ask());
    given.status = 204;
    assertEquals(ACCEPTED, ask());
  }

  @Test
  void closingAnswersEverybody() throws Exception {
    desk = given.desk("concurrentMax", 1, "timeoutMillis", 60_000);
    given.silent = true;
    CompletableFuture<Authentication> running = Given.ask(desk, "ann");
    CompletableFuture<Authentication> waiting = Given.ask(desk, "ann");
    Await.until("one is asked about", () -> given.count() == 1);
    desk.close();
    for (CompletableFuture<Authentication> each :
        List.of(running, waiting, Given.ask(desk, "ann"))) {
      CompletionException failure = assertThrows(CompletionException.class, each::join);
      assertInstanceOf(IllegalStateException.class, failure.getCause());
    }
    assertEquals(1, given.count());
  }

  @Test
  void serviceThatIsNotThereIsUnavailable() {
    desk = given.desk();
    given.server.stop(0);
    assertEquals(UNAVAILABLE, ask());
  }
}
