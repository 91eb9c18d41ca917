package io.fluxmqtt.auth.jaas;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Judges user name and password by a JAAS realm, on threads of its own. It abstains for clients
 * without a user name.
 */
final class JaasAuthenticator implements Authenticator {
  private static final Authentication ABSTAINED = new Authentication.Abstained();

  private final LoginWorkers workers;
  private volatile Realm realm;

  JaasAuthenticator(Realm realm, LoginWorkers workers) {
    this.realm = realm;
    this.workers = workers;
  }

  /** Has those who come from now on log in at another realm. */
  void turnTo(Realm other) {
    realm = other;
  }

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    String userName = credentials.userName();
    Payload password = credentials.password();
    Realm now = realm;
    if (userName == null) {
      return CompletableFuture.completedStage(ABSTAINED);
    }
    // Some directories take an empty password for an anonymous login, and let anybody in.
    if (password == null || password.length() == 0 || !UserNames.isSafe(userName)) {
      return CompletableFuture.completedStage(now.failed());
    }
    return workers.submit(() -> now.login(userName, password), now::overdue);
  }
}
