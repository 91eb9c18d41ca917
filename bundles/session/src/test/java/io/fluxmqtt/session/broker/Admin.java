package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.SessionInfo;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Somebody who sees to a {@link Fixture}'s broker. */
final class Admin {
  final Administration administration;
  private final Fixture fixture;

  Admin(Fixture fixture) {
    this.fixture = fixture;
    this.administration = new Administration(fixture.broker, List::of, Optional::empty);
  }

  /** What is answered once the loops have done all they can. */
  <T> T answer(CompletionStage<T> answer) throws Exception {
    fixture.settle();
    return answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  boolean purge(String clientId) throws Exception {
    return answer(administration.purge(clientId));
  }

  boolean purgeIfAway(String clientId, long seconds) throws Exception {
    return answer(administration.purgeIfAway(clientId, seconds));
  }

  List<SessionInfo> sessions() throws Exception {
    return answer(administration.sessions());
  }

  SessionInfo session(String clientId) throws Exception {
    return sessions().stream()
        .filter(each -> each.clientId().equals(clientId))
        .findFirst()
        .orElseThrow();
  }

  long queuedMessages() {
    return administration.snapshot().queuedMessages();
  }

  long queuedBytes() {
    return administration.snapshot().queuedBytes();
  }
}
