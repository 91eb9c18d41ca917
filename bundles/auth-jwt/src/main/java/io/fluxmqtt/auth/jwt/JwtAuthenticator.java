package io.fluxmqtt.auth.jwt;

import com.nimbusds.jose.JWSAlgorithm;
import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Judges clients by the token that they show. It abstains where none is shown; a token that does
 * not count refuses its bearer. Whoever names a key that is not known waits for the keys to be
 * asked for again.
 */
final class JwtAuthenticator implements Authenticator {
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication BUSY =
      new Authentication.Rejected(ReasonCode.SERVER_BUSY, "too many tokens wait");
  private static final Authentication NO_KEYS_YET =
      new Authentication.Rejected(
          ReasonCode.SERVER_UNAVAILABLE, "the keys could not be read so far");

  /** A token that does not name its key is tried with so many at most. */
  private static final int TRIES_MAX = 16;

  /** Where clients put the token. */
  enum Place {
    PASSWORD,
    USERNAME
  }

  /**
   * Which tokens are looked at.
   *
   * @param maxBytes a longer one is refused unread
   * @param algorithms those that may have signed it
   * @param waitingMax so many may wait for keys
   */
  record Intake(Place place, int maxBytes, Set<JWSAlgorithm> algorithms, int waitingMax) {}

  private final Intake intake;
  private final KeyRing keys;
  private final ClaimJudge judge;
  private final Workers workers;
  private final AtomicInteger waiting = new AtomicInteger();

  JwtAuthenticator(Intake intake, KeyRing keys, ClaimJudge judge, Workers workers) {
    this.intake = intake;
    this.keys = keys;
    this.judge = judge;
    this.workers = workers;
  }

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    boolean inPassword = intake.place == Place.PASSWORD;
    Payload password = credentials.password();
    String text =
        !inPassword ? credentials.userName() : password == null ? null : password.toUtf8();
    if (text == null || !SignedToken.isMeant(text)) {
      return CompletableFuture.completedStage(ABSTAINED);
    }
    if (text.length() > intake.maxBytes) { // all of it is ASCII
      return CompletableFuture.completedStage(
          wrong("the token has more than %d bytes".formatted(intake.maxBytes)));
    }
    String userName = inPassword ? credentials.userName() : null;
    return workers
        .submit(
            () -> {
              Authentication answer = judge(text, userName);
              return answer != null
                  ? CompletableFuture.completedStage(answer)
                  : judgeWithNewKeys(text, userName);
            },
            CompletableFuture.completedStage(BUSY))
        .thenCompose(Function.identity());
  }

  private CompletionStage<Authentication> judgeWithNewKeys(String text, @Nullable String userName) {
    if (waiting.incrementAndGet() > intake.waitingMax) {
      waiting.decrementAndGet();
      return CompletableFuture.completedStage(BUSY);
    }
    return keys.refresh()
        .thenCompose(
            done -> {
              waiting.decrementAndGet();
              return workers.submit(
                  () -> {
                    Authentication answer = judge(text, userName);
                    return answer != null ? answer : unknown();
                  },
                  BUSY);
            });
  }

  private Authentication unknown() {
    return keys.isComplete() ? wrong("no key that is known has signed the token") : NO_KEYS_YET;
  }

  /** The answer, or null if none of the keys is the token's and newer ones may be. */
  private @Nullable Authentication judge(String text, @Nullable String userName) {
    try {
      SignedToken token = SignedToken.parse(text);
      if (!intake.algorithms.contains(token.algorithm())) {
        return wrong("the token's algorithm is not allowed");
      }
      String id = token.keyId();
      List<VerificationKey> candidates = keys.candidates(token.algorithm(), id);
      for (VerificationKey key : candidates.subList(0, Math.min(candidates.size(), TRIES_MAX))) {
        if (token.isSignedWith(key)) {
          return new Authentication.Accepted(judge.judge(token.claims(), userName));
        }
      }
      boolean isForged = candidates.stream().anyMatch(key -> id != null && id.equals(key.id()));
      return isForged ? wrong("the token's signature is wrong") : null;
    } catch (BadTokenException e) {
      return wrong(e.why());
    }
  }

  private static Authentication wrong(String why) {
    return new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD, why);
  }
}
