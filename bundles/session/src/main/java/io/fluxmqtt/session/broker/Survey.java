package io.fluxmqtt.session.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks sessions something, each on the loop of its owner, and gathers what they say. However many
 * there are, a loop asks a few of them in a turn; what is done with the answers is done on a thread
 * of the JVM's pool, not on a loop.
 *
 * @param <T> an answer
 */
final class Survey<T> {
  private static final int TIMEOUT_SECONDS = 60; // where a loop has ended and nobody answers

  private final CompletableFuture<List<T>> result = new CompletableFuture<>();
  private final List<@Nullable T> answers; // each place is written once
  private final AtomicInteger left;

  private Survey(int sessions) {
    answers = new ArrayList<>(java.util.Collections.nCopies(sessions, null));
    left = new AtomicInteger(sessions);
  }

  /** Asks one session. Any thread. */
  static <T> CompletableFuture<T> ask(Session session, Function<Session, T> question) {
    return ask(List.of(session), question).thenApply(answers -> answers.get(0));
  }

  /**
   * Asks many. Any thread.
   *
   * @param question whose answers may be null, and are left out then
   */
  static <T> CompletableFuture<List<T>> ask(
      Collection<Session> sessions, Function<Session, ? extends @Nullable T> question) {
    List<Session> asked = List.copyOf(sessions);
    if (asked.isEmpty()) {
      return CompletableFuture.completedFuture(List.of());
    }
    Survey<T> survey = new Survey<>(asked.size());
    for (int i = 0; i < asked.size(); i++) {
      survey.ask(i, asked.get(i), question);
    }
    return survey.result.orTimeout(TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private void ask(int place, Session session, Function<Session, ? extends @Nullable T> question) {
    session.command(
        () -> {
          try {
            answers.set(place, question.apply(session));
          } catch (RuntimeException e) {
            result.completeExceptionally(e);
          }
          if (left.decrementAndGet() == 0) { // all that was written is seen after this
            result.completeAsync(this::given);
          }
        });
  }

  private List<T> given() {
    List<T> given = new ArrayList<>(answers.size());
    for (T answer : answers) {
      if (answer != null) {
        given.add(answer);
      }
    }
    return given;
  }
}
