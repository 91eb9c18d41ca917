package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Ends sessions for good because somebody wants it. Any thread. */
final class Purge {
  private final Broker broker;

  Purge(Broker broker) {
    this.broker = broker;
  }

  /** Ends a session; false if there is none. */
  CompletionStage<Boolean> purge(String clientId) {
    return purge(clientId, session -> true);
  }

  /** Ends a session that has no connection, and had none for so long; false if it is another. */
  CompletionStage<Boolean> purgeIfAway(String clientId, long awaySeconds) {
    return purge(
        clientId,
        session ->
            !session.isConnected()
                && session.report().awaySeconds(broker.nanoTime()) >= awaySeconds);
  }

  private CompletionStage<Boolean> purge(String clientId, Function<Session, Boolean> isMeant) {
    Session session = broker.sessions().find(clientId);
    if (session == null) {
      return CompletableFuture.completedFuture(false);
    }
    return Survey.ask(session, found -> end(found, isMeant)).thenCompose(Function.identity());
  }

  private CompletionStage<Boolean> end(Session session, Function<Session, Boolean> isMeant) {
    if (session.isEnded()) {
      return purge(session.clientId(), isMeant); // there may be another one meanwhile
    }
    if (!isMeant.apply(session)) {
      return CompletableFuture.completedFuture(false);
    }
    boolean isStored = session.isDurable();
    session.purge();
    if (!isStored) {
      return CompletableFuture.completedFuture(true);
    }
    CompletableFuture<Boolean> removed = new CompletableFuture<>();
    session
        .owner()
        .journal()
        .inStoreOrder(failure -> removed.completeAsync(() -> outcome(session, failure)));
    return removed;
  }

  private static boolean outcome(Session session, @Nullable Throwable failure) {
    if (failure == null) {
      return true;
    }
    throw new CompletionException(
        new IOException(
            ("the session of client %s has ended, but the store could not remove it, so it comes"
                    + " back with the next start: %s")
                .formatted(Printable.of(session.clientId()), failure.getMessage()),
            failure));
  }
}
