package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.CLIENT;
import static io.fluxmqtt.session.access.Given.PUBLISH;
import static io.fluxmqtt.session.access.Given.authorizer;
import static io.fluxmqtt.session.access.Given.deciding;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private final HandTime time = new HandTime();
  private final AccessControl control =
      new AccessControl(Given.settings(List.of(), List.of("first", "second")), time);
  private final List<Explanation> heard = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    control.close();
  }

  /** An authorizer that says why. */
  private static Authorizer saying(@Nullable Decision decision, @Nullable String rule) {
    return new Authorizer() {
      @Override
      public Decision decide(Client client, Access access) {
        throw new AssertionError("asked without a reason");
      }

      @Override
      public Ruling explain(Client client, Access access) {
        return new Ruling(decision, rule);
      }
    };
  }

  private Explanation explain() {
    control.explain(CLIENT, PUBLISH, heard::add);
    assertEquals(1, heard.size(), heard::toString);
    return heard.get(0);
  }

  @Test
  void theFirstThatDoesNotAbstainIsNamedWithItsRule() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    control.putAuthorizer(authorizer("second", 2, saying(Decision.DENY, "deny all\nof it")));
    Explanation explanation = explain();
    assertEquals(
        new Explanation(
            Verdict.DENIED,
            "second",
            "inline",
            "deny all\\u000aof it",
            "authorizer second (bundle inline) denies it: deny all\\u000aof it",
            control.epoch()),
        explanation);
  }

  @Test
  void whoCannotSayWhyIsNamedNevertheless() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ALLOW)));
    Explanation explanation = explain();
    assertEquals(Verdict.ALLOWED, explanation.verdict());
    assertEquals("first", explanation.authorizer());
    assertNull(explanation.rule());
    assertEquals("authorizer first (bundle inline) allows it", explanation.text());
  }

  @Test
  void whereAllAbstainTheyAreNamed() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    control.putAuthorizer(authorizer("second", 2, deciding(Decision.ABSTAIN)));
    Explanation explanation = explain();
    assertEquals(Verdict.DENIED, explanation.verdict());
    assertNull(explanation.authorizer());
    assertEquals(
        "no rule of any authorizer applies; asked: first (bundle inline), second (bundle inline)",
        explanation.text());
    assertEquals(control.epoch(), explanation.epoch());
  }

  @Test
  void withoutAuthorizersTheKeyIsNamed() {
    control.configure(Given.settings(List.of(), List.of()));
    assertEquals("authorizers in io.fluxmqtt.access is empty", explain().text());
  }

  @Test
  void oneThatFailsDeniesAndIsNamed() {
    for (Authorizer failing : List.of(deciding(null), saying(null, "x"), throwing())) {
      heard.clear();
      control.putAuthorizer(authorizer("first", 1, failing));
      Explanation explanation = explain();
      assertEquals(Verdict.DENIED, explanation.verdict());
      assertEquals("first", explanation.authorizer());
      assertTrue(explanation.text().startsWith("authorizer first (bundle inline) failed"));
    }
    assertEquals(3, control.statistics().get(0).failures());
  }

  private static Authorizer throwing() {
    return (client, access) -> {
      throw new IllegalStateException("no");
    };
  }

  @Test
  void oneThatIsMissingIsWaitedForAndThenNamed() {
    control.putAuthorizer(authorizer("first", 1, deciding(Decision.ABSTAIN)));
    control.explain(CLIENT, PUBLISH, heard::add);
    assertEquals(List.of(), heard);
    time.advance(Duration.ofSeconds(3));
    assertEquals(Verdict.UNAVAILABLE, heard.get(0).verdict());
    assertEquals("authorizer: second is missing", heard.get(0).text());
  }

  @Test
  void oneThatIsNotInlineIsAskedOnItsOwnThreadAndHasADeadline() {
    AtomicReference<String> thread = new AtomicReference<>();
    CountDownLatch stop = new CountDownLatch(1);
    Authorizer own =
        (client, access) -> {
          thread.set(Thread.currentThread().getName());
          return Decision.ALLOW;
        };
    control.putAuthorizer(new Plugin<>("first", "other", false, new Given.Ref(1), own));
    control.explain(CLIENT, PUBLISH, heard::add);
    Given.await(() -> heard.size() == 1);
    assertEquals("authorizer first (bundle other) allows it", heard.get(0).text());
    assertEquals("flux-access other", thread.get());

    CountDownLatch entered = new CountDownLatch(1);
    Authorizer stuck =
        (client, access) -> {
          entered.countDown();
          try {
            stop.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Decision.ALLOW;
        };
    control.putAuthorizer(new Plugin<>("first", "other", false, new Given.Ref(2), stuck));
    control.explain(CLIENT, PUBLISH, heard::add);
    Given.await(() -> entered.getCount() == 0);
    time.advance(Duration.ofSeconds(1));
    Given.await(() -> heard.size() == 2);
    stop.countDown();
    assertEquals(Verdict.DENIED, heard.get(1).verdict());
    assertTrue(heard.get(1).text().contains("did not answer in time"), heard.get(1).text());
  }
}
