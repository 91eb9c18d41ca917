package io.fluxmqtt.session.access;

import static io.fluxmqtt.session.access.Given.ANN;
import static io.fluxmqtt.session.access.Given.ANNS_CREDENTIALS;
import static io.fluxmqtt.session.access.Given.LOCAL;
import static io.fluxmqtt.session.access.Given.listener;
import static io.fluxmqtt.session.access.Given.settings;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import io.fluxmqtt.session.ListenerProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** An access policy with two names of enhanced authenticators, and those who play them. */
class Exchanges {
  static final String METHOD = "COUNT";
  static final AccessSettings BOTH =
      settings(List.of(), List.of()).withEnhanced(List.of("first", "second"));

  final HandTime time = new HandTime();
  final AccessControl control = new AccessControl(BOTH, time);
  final List<Reply> replies = new CopyOnWriteArrayList<>();
  final List<String> told = new CopyOnWriteArrayList<>();
  final List<Conversation> begun = new ArrayList<>();

  /** Wants "one", "two" and "three" in this order, and notes what it is told. */
  final class Counting implements EnhancedAuthenticator, Exchange {
    private int at;

    @Override
    public Exchange begin(Credentials credentials) {
      told.add("begin " + credentials.userName());
      return this;
    }

    @Override
    public Exchange beginAgain(Credentials credentials, Principal present) {
      told.add("again " + present.userName());
      return this;
    }

    @Override
    public CompletionStage<ExchangeStep> next(@Nullable Payload data) {
      String said = data == null ? "nothing" : data.toUtf8();
      told.add(said);
      boolean right = said.equals(List.of("one", "two", "three").get(at++));
      ExchangeStep step =
          !right
              ? new ExchangeStep.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD)
              : at < 3
                  ? new ExchangeStep.Continue(Payload.ofUtf8("after " + said))
                  : new ExchangeStep.Accepted(ANN, Payload.ofUtf8("welcome"));
      return CompletableFuture.completedFuture(step);
    }

    @Override
    public void closed() {
      told.add("closed");
    }
  }

  /** Never answers. */
  final class Silent implements EnhancedAuthenticator, Exchange {
    final CompletableFuture<ExchangeStep> pending = new CompletableFuture<>();

    @Override
    public Exchange begin(Credentials credentials) {
      return this;
    }

    @Override
    public CompletionStage<ExchangeStep> next(@Nullable Payload data) {
      return pending;
    }

    @Override
    public void closed() {
      told.add("closed");
    }
  }

  @AfterEach
  void nothingIsLeftBehind() {
    control.close();
    begun.forEach(Conversation::close);
    assertEquals(0, time.alarms());
  }

  void put(String name, String method, int rank, EnhancedAuthenticator service) {
    put(name, method, rank, "inline", service);
  }

  void put(String name, String method, int rank, String bundle, EnhancedAuthenticator service) {
    control.putEnhanced(new Plugin<>(name, bundle, false, method, new Given.Ref(rank), service));
  }

  Conversation converse(@Nullable String data) {
    return converse(data, LOCAL, null);
  }

  Conversation converse(
      @Nullable String data, ListenerProfile listener, @Nullable Principal present) {
    Conversation conversation =
        control.converse(
            new Conversation.Party(METHOD, ANNS_CREDENTIALS, listener, present),
            data == null ? null : Payload.ofUtf8(data),
            replies::add);
    begun.add(conversation);
    return conversation;
  }

  Admission.Refused refused() {
    assertEquals(1, replies.size(), replies::toString);
    return (Admission.Refused) ((Reply.Finished) replies.get(0)).admission();
  }

  Admission.Refused assertRefused(ReasonCode reason) {
    Admission.Refused refused = refused();
    assertEquals(reason, refused.reason(), refused::text);
    return refused;
  }
}
