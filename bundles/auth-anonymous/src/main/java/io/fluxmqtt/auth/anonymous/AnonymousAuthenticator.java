package io.fluxmqtt.auth.anonymous;

import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/**
 * Accepts a client that shows nothing of itself: no User Name, no Password, no certificate. A
 * client that shows any of them wants to be known by it, so this authenticator abstains; a wrong or
 * unknown credential never becomes an anonymous connection.
 *
 * <p>Any thread; answers at once from no state.
 */
@Component(
    service = Authenticator.class,
    property = {Authenticator.NAME + "=anonymous", Authenticator.ANONYMOUS + ":Boolean=true"})
public final class AnonymousAuthenticator implements Authenticator {
  private static final Authentication ACCEPTED = new Authentication.Accepted(Principal.ANONYMOUS);
  private static final Authentication ABSTAINED = new Authentication.Abstained();

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    boolean showsNothing =
        credentials.userName() == null
            && credentials.password() == null
            && credentials.certificates().isEmpty();
    return CompletableFuture.completedStage(showsNothing ? ACCEPTED : ABSTAINED);
  }
}
