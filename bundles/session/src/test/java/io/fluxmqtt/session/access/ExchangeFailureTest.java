package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANN;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.await;
import static io.fluxmqtt.session.access.Given.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations that fail: slow, lost, without end, and with plug-ins that are broken. */
class ExchangeFailureTest extends Exchanges {
  @Test
  void silentPluginRefusesAfterItsTimeout() {
    Silent silent = new Silent();
    put("first", METHOD, 1, silent);
    converse("one");
    time.advanceMillis(9999);
    assertEquals(List.of(), replies);
    time.advanceMillis(1);
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
    silent.pending.complete(new ExchangeStep.Accepted(ANN, null));
    assertEquals(1, replies.size());
    assertEquals(List.of("closed"), told);
  }

  @Test
  void silentClientIsRefusedAfterTheExchangeTimeout() {
    put("first", METHOD, 1, new Counting());
    converse("one");
    time.advanceMillis(29_999);
    assertEquals(1, replies.size());
    replies.clear();
    time.advanceMillis(1);
    assertRefused(ReasonCode.NOT_AUTHORIZED);
    assertEquals("closed", told.get(told.size() - 1));
  }

  @Test
  void exchangeWithoutEndIsEnded() {
    put(
        "first",
        METHOD,
        1,
        credentials -> data -> CompletableFuture.completedFuture(new ExchangeStep.Continue(null)));
    Conversation conversation = converse("x");
    for (int i = 1; i < 16; i++) {
      conversation.proceed(null);
    }
    assertEquals(16, replies.size());
    replies.clear();
    conversation.proceed(null);
    assertRefused(ReasonCode.QUOTA_EXCEEDED);
    conversation.proceed(null);
    assertEquals(1, replies.size());
  }

  @Test
  void changedTimeoutCountsForNewExchanges() {
    put("first", METHOD, 1, endless());
    converse("early");
    control.configure(with(BOTH, "exchangeTimeout", Duration.ofSeconds(5)));
    converse("late");
    replies.clear();
    time.advanceMillis(5_000);
    assertRefused(ReasonCode.NOT_AUTHORIZED);
    replies.clear();
    time.advanceMillis(25_000);
    assertRefused(ReasonCode.NOT_AUTHORIZED);
  }

  @Test
  void changedNumberOfStepsCountsForNewExchanges() {
    put("first", METHOD, 1, endless());
    Conversation early = converse("early");
    control.configure(with(BOTH, "exchangeStepsMax", 2));
    Conversation late = converse("late");
    early.proceed(null);
    early.proceed(null);
    late.proceed(null);
    assertEquals(5, replies.size());
    replies.clear();
    late.proceed(null);
    assertRefused(ReasonCode.QUOTA_EXCEEDED);
  }

  private static EnhancedAuthenticator endless() {
    return credentials ->
        data -> CompletableFuture.completedFuture(new ExchangeStep.Continue(null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"inline", "foreign"})
  void abandonedExchangeIsToldOnceAndSaysNothing(String bundle) {
    Silent silent = new Silent();
    put("first", METHOD, 1, bundle, silent);
    Conversation conversation = converse("one");
    await(() -> bundle.equals("inline") || silent.pending.getNumberOfDependents() > 0);
    conversation.close();
    conversation.close();
    await(() -> !told.isEmpty());
    silent.pending.complete(new ExchangeStep.Accepted(ANN, null));
    time.advanceMillis(60_000);
    assertEquals(List.of("closed"), told);
    assertEquals(List.of(), replies);
  }

  @Test
  void exchangeThatIsAbandonedBeforeItsPluginComesIsNotBegun() {
    Conversation conversation = converse("one");
    conversation.close();
    put("first", METHOD, 1, new Counting());
    assertEquals(List.of(), told);
    assertEquals(List.of(), replies);
  }

  /** Ways in which a plug-in can fail. */
  @SuppressWarnings("NullAway")
  enum Failure implements EnhancedAuthenticator {
    THROWS_AT_ONCE {
      @Override
      public Exchange begin(Credentials credentials) {
        throw new IllegalStateException("oops\nforged line");
      }
    },
    BEGINS_NOTHING {
      @Override
      public Exchange begin(Credentials credentials) {
        return null;
      }
    },
    THROWS {
      @Override
      public Exchange begin(Credentials credentials) {
        return data -> {
          throw new NoClassDefFoundError("gone");
        };
      }
    },
    RETURNS_NULL {
      @Override
      public Exchange begin(Credentials credentials) {
        return data -> null;
      }
    },
    ANSWERS_NULL {
      @Override
      public Exchange begin(Credentials credentials) {
        return data -> CompletableFuture.completedFuture(null);
      }
    },
    FAILS {
      @Override
      public Exchange begin(Credentials credentials) {
        return data -> CompletableFuture.failedFuture(new IllegalStateException("down"));
      }
    },
    CHALLENGES_TOO_LONG {
      @Override
      public Exchange begin(Credentials credentials) {
        return data ->
            CompletableFuture.completedFuture(
                new ExchangeStep.Continue(Payload.copyOf(new byte[65_536])));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void failureRefusesAndIsCounted(Failure failure) {
    put("first", METHOD, 1, failure);
    put("second", METHOD, 2, new Counting());
    converse("one");
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
    assertEquals(1, control.statistics().get(0).failures());
    assertEquals(List.of(), told, "nobody else is asked");
  }

  @ParameterizedTest
  @EnumSource(Failure.class)
  void failureOnAThreadOfItsOwnRefusesAndOpensNoBreaker(Failure failure) {
    put("first", METHOD, 1, "foreign", failure);
    for (int i = 0; i < 10; i++) {
      converse("one");
      await(() -> !replies.isEmpty());
      assertRefused(ReasonCode.SERVER_UNAVAILABLE);
      replies.clear();
    }
    assertTrue(control.problems().stream().noneMatch(line -> line.startsWith("bundle")));
  }

  @Test
  void closeThatThrowsChangesNothing() {
    put(
        "first",
        METHOD,
        1,
        credentials ->
            new Exchange() {
              @Override
              public CompletionStage<ExchangeStep> next(@Nullable Payload data) {
                return CompletableFuture.completedFuture(new ExchangeStep.Accepted(ANN, null));
              }

              @Override
              public void closed() {
                throw new IllegalStateException("oops");
              }
            });
    converse("one");
    assertEquals(List.of(new Reply.Finished(new Admission.Granted(ANN), null)), replies);
    assertEquals(1, control.statistics().get(0).failures());
  }

  @Test
  void pluginThatBlocksHoldsUpNobody() {
    CountDownLatch release = new CountDownLatch(1);
    put(
        "first",
        METHOD,
        1,
        "foreign",
        credentials -> {
          told.add("inside");
          awaitUninterruptibly(release);
          return new Counting();
        });
    converse("one"); // returns
    await(() -> told.contains("inside"));
    assertEquals(List.of(), replies);
    time.advanceMillis(10_000);
    await(() -> !replies.isEmpty());
    assertRefused(ReasonCode.SERVER_UNAVAILABLE);
    release.countDown();
    await(() -> told.contains("closed"));
  }

  @ParameterizedTest
  @EnumSource(ReasonCode.class)
  void codeFitsThePacketThatCarriesIt(ReasonCode reason) {
    if (!reason.isError()) {
      assertThrows(IllegalArgumentException.class, () -> new ExchangeStep.Rejected(reason));
      return;
    }
    put(
        "first",
        METHOD,
        1,
        credentials ->
            data -> CompletableFuture.completedFuture(new ExchangeStep.Rejected(reason)));
    converse("one");
    ReasonCode connAck = refused().reason();
    replies.clear();
    converse("one", LOCAL, ANN);
    ReasonCode disconnect = refused().reason();
    boolean connAckOnly =
        List.of("SERVER_UNAVAILABLE", "BANNED", "BAD_USER_NAME_OR_PASSWORD").contains("" + reason);
    assertTrue(!connAckOnly || connAck == reason, reason + " as " + connAck);
    assertTrue(!connAckOnly || disconnect != reason, reason + " as " + disconnect);
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
