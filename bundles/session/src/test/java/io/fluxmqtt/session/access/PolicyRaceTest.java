package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANN;
import static io.fluxmqtt.session.access.Given.ANNS_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.PUBLISH;
import static io.fluxmqtt.session.access.Given.await;
import static io.fluxmqtt.session.access.Given.deciding;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Threads ask while the policy changes under them; the clock is the real one. */
class PolicyRaceTest {
  private static final int ASKERS = 3;
  private static final int QUESTIONS = 20_000;
  private static final int OUTSTANDING = 200;

  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
    timer.shutdownNow();
  }

  @Test
  void gateThatComesAndGoesNeverLetsAnythingThrough() throws Exception {
    AccessSettings both = settings(List.of(), List.of("gate", "open"));
    AccessSettings gateOnly = settings(List.of(), List.of("gate"));
    AccessControl control = new AccessControl(both, Time.of(timer));
    control.putAuthorizer(plugin("open", "inline", 1000, deciding(Decision.ALLOW)));
    Swap swap =
        (round, random) -> {
          String bundle = random.nextBoolean() ? "inline" : "foreign";
          control.putAuthorizer(plugin("gate", bundle, round % 3, deciding(Decision.DENY)));
          control.configure(random.nextBoolean() ? both : gateOnly);
          control.removeAuthorizer(new Given.Ref((round + 1) % 3));
        };
    Map<Verdict, AtomicInteger> verdicts = askWhile(control, swap);
    assertFalse(verdicts.containsKey(Verdict.ALLOWED), verdicts::toString);
    assertTrue(verdicts.containsKey(Verdict.DENIED), verdicts::toString);
  }

  @Test
  void shortGraceCompletesEverythingOnce() throws Exception {
    AccessSettings settings =
        new AccessSettings(
            List.of(),
            List.of(),
            List.of("one", "two"),
            Duration.ofNanos(200_000),
            Set.of("inline"),
            Duration.ofMinutes(1),
            Duration.ofMinutes(1),
            1,
            Duration.ofMinutes(1),
            FailureLimits.DEFAULT);
    AccessControl control = new AccessControl(settings, Time.of(timer));
    Swap swap =
        (round, random) -> {
          String bundle = random.nextBoolean() ? "inline" : "foreign";
          control.putAuthorizer(plugin("one", bundle, 1, deciding(Decision.ABSTAIN)));
          control.putAuthorizer(plugin("two", bundle, 2, deciding(Decision.ALLOW)));
          control.removeAuthorizer(new Given.Ref(random.nextInt(1, 3)));
        };
    Map<Verdict, AtomicInteger> verdicts = askWhile(control, swap);
    assertFalse(verdicts.containsKey(Verdict.DENIED), verdicts::toString); // nobody denies
  }

  @Test
  void closingCompletesEverythingOnce() throws Exception {
    AccessControl control = new AccessControl(settings(List.of(), List.of("gate")), Time.of(timer));
    Swap swap =
        (round, random) -> {
          if (round == 50) {
            control.close();
          }
        };
    Map<Verdict, AtomicInteger> verdicts = askWhile(control, swap);
    assertEquals(Set.of(Verdict.UNAVAILABLE), verdicts.keySet());
  }

  @Test
  void wrongPasswordIsNeverAcceptedAndTheRightOneAlwaysIs() throws Exception {
    AccessControl control = new AccessControl(settings(List.of("file"), List.of()), Time.of(timer));
    AtomicInteger wrong = new AtomicInteger();
    AtomicInteger other = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    Authenticator service = // answers from a thread of its own
        credentials ->
            CompletableFuture.supplyAsync(
                () ->
                    ANNS_CREDENTIALS.password().equals(credentials.password())
                        ? new Authentication.Accepted(ANN)
                        : new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD),
                threads);
    int clients = 5000;
    Future<?> asking =
        threads.submit(
            () -> {
              for (int i = 0; i < clients; i++) {
                boolean right = i % 2 == 0;
                int outstanding = i;
                await(() -> outstanding - done.get() < OUTSTANDING);
                control.authenticate(
                    right ? ANNS_CREDENTIALS : Given.credentials("ann", "guess"),
                    LOCAL,
                    admission -> {
                      boolean granted = admission instanceof Admission.Granted;
                      (granted == right ? other : wrong).incrementAndGet();
                      done.incrementAndGet();
                    });
              }
            });
    for (int round = 0; !asking.isDone(); round++) {
      control.putAuthenticator(
          new Plugin<>("file", "inline", false, new Given.Ref(round), service));
      Thread.yield();
      control.removeAuthenticator(new Given.Ref(round));
    }
    asking.get();
    control.putAuthenticator(new Plugin<>("file", "inline", false, new Given.Ref(0), service));
    await(() -> done.get() == clients);
    assertEquals(0, wrong.get());
    assertEquals(clients, other.get());
  }

  private interface Swap {
    void run(int round, Random random);
  }

  private Map<Verdict, AtomicInteger> askWhile(AccessControl control, Swap swap) throws Exception {
    Map<Verdict, AtomicInteger> verdicts = new ConcurrentHashMap<>();
    AtomicIntegerArray answers = new AtomicIntegerArray(ASKERS * QUESTIONS);
    AtomicInteger done = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    List<Future<?>> askers = new ArrayList<>();
    for (int asker = 0; asker < ASKERS; asker++) {
      int base = asker * QUESTIONS;
      askers.add(
          threads.submit(
              () -> {
                for (int i = base; i < base + QUESTIONS; i++) {
                  int question = i;
                  await(() -> asked.get() - done.get() < OUTSTANDING);
                  asked.incrementAndGet();
                  Verdict now =
                      control.decide(
                          CLIENT,
                          PUBLISH,
                          verdict -> note(verdict, question, verdicts, answers, done));
                  if (now != null) {
                    note(now, question, verdicts, answers, done);
                  }
                }
              }));
    }
    Random random = new Random(1);
    for (int round = 0; askers.stream().anyMatch(asker -> !asker.isDone()); round++) {
      swap.run(round, random);
      Thread.yield();
    }
    for (Future<?> asker : askers) {
      asker.get();
    }
    control.close();
    await(() -> done.get() == ASKERS * QUESTIONS);
    for (int i = 0; i < answers.length(); i++) {
      assertEquals(1, answers.get(i));
    }
    return verdicts;
  }

  private static void note(
      Verdict verdict,
      int question,
      Map<Verdict, AtomicInteger> verdicts,
      AtomicIntegerArray answers,
      AtomicInteger done) {
    verdicts.computeIfAbsent(verdict, key -> new AtomicInteger()).incrementAndGet();
    answers.incrementAndGet(question);
    done.incrementAndGet();
  }

  private static Plugin<Authorizer> plugin(
      String name, String bundle, int rank, Authorizer service) {
    return new Plugin<>(name, bundle, false, new Given.Ref(rank), service);
  }
}
