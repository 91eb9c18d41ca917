package io.fluxmqtt.auth.http;

import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Judges clients as a web service says. It abstains for clients without a user name. A service that
 * does not answer, or not as it should, refuses.
 */
final class HttpAuthenticator implements Authenticator {
  private final Supplier<WebService> service;
  private final Calls calls;

  /**
   * An authenticator.
   *
   * @param service the web service at present
   */
  HttpAuthenticator(Supplier<WebService> service, Calls calls) {
    this.service = service;
    this.calls = calls;
  }

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    String userName = credentials.userName();
    if (userName == null) {
      return CompletableFuture.completedStage(new Authentication.Abstained());
    }
    WebService now = service.get();
    Question question = Question.of(userName, credentials);
    Optional<Authentication> remembered = now.remembered(question);
    return remembered.isPresent()
        ? CompletableFuture.completedStage(remembered.get())
        : calls.submit(now, question);
  }
}
