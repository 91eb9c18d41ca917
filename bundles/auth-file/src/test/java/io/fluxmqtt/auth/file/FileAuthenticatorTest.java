package io.fluxmqtt.auth.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FileAuthenticatorTest {
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication WRONG = rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);

  private final AtomicReference<Optional<Users>> users =
      new AtomicReference<>(Optional.of(users("ada", "secret")));
  private final HashWorkers workers = new HashWorkers("test", 1, 2);
  private final FileAuthenticator authenticator =
      new FileAuthenticator(
          users::get, () -> Optional.of(Groups.NONE), workers, (user, hash, password) -> {});

  @AfterEach
  void tearDown() {
    workers.close();
  }

  @Test
  void knownUserWithTheRightPasswordIsAccepted() throws Exception {
    assertEquals(new Authentication.Accepted(Principal.user("ada")), answer("ada", "secret"));
    assertEquals(WRONG, answer("ada", "Secret"));
    assertEquals(WRONG, answer("ada", ""));
  }

  @Test
  void unknownUserIsLeftToOthersEvenWithTheStandInsPassword() throws Exception {
    assertEquals(ABSTAINED, answer("bob", "secret"));
    assertEquals(ABSTAINED, answer("", "secret"));
    assertEquals(ABSTAINED, answer("ADA", "secret"));
  }

  @Test
  void clientWithoutUserNameIsLeftToOthers() throws Exception {
    assertEquals(ABSTAINED, answer(null, null));
    assertEquals(ABSTAINED, answer(null, "secret"));
  }

  @Test
  void userNameWithoutPasswordIsRejected() throws Exception {
    assertEquals(WRONG, answer("ada", null));
  }

  @Test
  void withoutAGoodFileNobodyIsAccepted() throws Exception {
    users.set(Optional.empty());
    assertEquals(rejected(ReasonCode.SERVER_UNAVAILABLE), answer("ada", "secret"));
    users.set(Optional.of(users("bob", "x")));
    assertEquals(ABSTAINED, answer("ada", "secret"));
  }

  @Test
  void workIsDoneOnAThreadOfItsOwn() throws Exception {
    AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    await(
        workers.submit(
            () -> {
              worker.set(Thread.currentThread());
              return ABSTAINED;
            }));
    assertNotSame(Thread.currentThread(), worker.get());
  }

  @Test
  void fullQueueIsBusyAndEmptiesAgain() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    List<CompletableFuture<Authentication>> taken =
        List.of(blocked(gate), blocked(gate), blocked(gate)); // one runs, two wait
    assertEquals(rejected(ReasonCode.SERVER_BUSY), answer("ada", "secret"));
    workers.resize(1, 3);
    CompletableFuture<Authentication> fits = blocked(gate);
    assertFalse(fits.isDone());
    gate.countDown();
    for (CompletableFuture<Authentication> answer : taken) {
      assertEquals(ABSTAINED, await(answer));
    }
    assertEquals(ABSTAINED, await(fits));
    assertEquals(new Authentication.Accepted(Principal.user("ada")), answerSoon());
  }

  @Test
  void closingCompletesWhatIsPendingAndEndsTheThreads() throws Exception {
    AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    CountDownLatch started = new CountDownLatch(1);
    Pbkdf2Hash costly = costly();
    CompletableFuture<Authentication> running =
        workers
            .submit(
                () -> {
                  worker.set(Thread.currentThread());
                  started.countDown();
                  return costly.verify(new byte[1]) ? ABSTAINED : WRONG;
                })
            .toCompletableFuture();
    CompletableFuture<Authentication> waiting =
        authenticator.authenticate(credentials("ada", "secret")).toCompletableFuture();
    assertTrue(started.await(10, TimeUnit.SECONDS));
    workers.close();
    assertThrows(CompletionException.class, running::join);
    assertThrows(CompletionException.class, waiting::join);
    CompletableFuture<Authentication> late =
        authenticator.authenticate(credentials("ada", "secret")).toCompletableFuture();
    assertThrows(CompletionException.class, late::join);
    Thread ended = worker.get();
    ended.join(10_000);
    assertFalse(ended.isAlive());
  }

  @Test
  void cancelledAnswerSavesTheWork() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    blocked(gate);
    AtomicReference<String> done = new AtomicReference<>("no");
    workers
        .submit(
            () -> {
              done.set("yes");
              return ABSTAINED;
            })
        .toCompletableFuture()
        .cancel(false);
    gate.countDown();
    assertEquals(WRONG, answer("ada", "wrong"));
    assertEquals("no", done.get());
  }

  private CompletableFuture<Authentication> blocked(CountDownLatch gate) {
    return workers
        .submit(
            () -> {
              try {
                gate.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return ABSTAINED;
            })
        .toCompletableFuture();
  }

  /** A worker leaves the count right after its answer, so a place may be free a moment later. */
  private Authentication answerSoon() throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    Authentication answer = answer("ada", "secret");
    while (answer.equals(rejected(ReasonCode.SERVER_BUSY)) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      answer = answer("ada", "secret");
    }
    return answer;
  }

  private Authentication answer(@Nullable String user, @Nullable String password) throws Exception {
    return await(authenticator.authenticate(credentials(user, password)));
  }

  private static Authentication await(CompletionStage<Authentication> answer)
      throws InterruptedException, ExecutionException, TimeoutException {
    return answer.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static Credentials credentials(@Nullable String user, @Nullable String password) {
    Payload bytes = password == null ? null : Payload.ofUtf8(password);
    return new Credentials("id", user, bytes, "default", null, List.of());
  }

  private static Authentication rejected(ReasonCode reason) {
    return new Authentication.Rejected(reason);
  }

  private static Pbkdf2Hash costly() {
    String cheap = Pbkdf2Hash.create(new byte[1], 1, 12).toText();
    return Pbkdf2Hash.parse(cheap.replace("$7$1$", "$7$" + Pbkdf2Hash.ITERATIONS_MAX + "$"));
  }

  private static Users users(String name, String password) {
    byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
    String line = name + ":" + Pbkdf2Hash.create(bytes, 2, 12).toText();
    try {
      return Users.parse(line.getBytes(StandardCharsets.UTF_8));
    } catch (BadLineException e) {
      throw new AssertionError(e);
    }
  }
}
