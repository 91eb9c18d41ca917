package io.fluxmqtt.auth.file;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Principal;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * Judges user name and password by the users of a password file. It abstains for clients without a
 * user name and for users that it does not know, who may be known to the next authenticator; what
 * it says of these takes as long as for users that it knows. Every request sees the users of one
 * reading of the file.
 */
final class FileAuthenticator implements Authenticator {
  private static final Authentication ABSTAINED = new Authentication.Abstained();
  private static final Authentication WRONG =
      new Authentication.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  private static final Authentication NO_USERS_YET =
      new Authentication.Rejected(ReasonCode.SERVER_UNAVAILABLE);

  private final Supplier<Optional<Users>> users;
  private final HashWorkers workers;

  /**
   * An authenticator.
   *
   * @param users the users at present, if a file could be read at all
   */
  FileAuthenticator(Supplier<Optional<Users>> users, HashWorkers workers) {
    this.users = users;
    this.workers = workers;
  }

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    String userName = credentials.userName();
    Payload password = credentials.password();
    if (userName == null) {
      return CompletableFuture.completedStage(ABSTAINED);
    }
    if (users.get().isEmpty()) {
      return CompletableFuture.completedStage(NO_USERS_YET);
    }
    if (password == null) {
      return CompletableFuture.completedStage(WRONG);
    }
    return workers.submit(() -> judge(userName, password));
  }

  private Authentication judge(String userName, Payload password) {
    Users now = users.get().orElseThrow();
    Optional<MosquittoHash> known = now.find(userName);
    Optional<MosquittoHash> hash = known.or(() -> now.standIn(userName));
    byte[] bytes = password.toByteArray();
    boolean fits = hash.isPresent() && hash.get().verify(bytes);
    Arrays.fill(bytes, (byte) 0);
    if (known.isEmpty()) {
      return ABSTAINED; // even if the password fits the stand-in
    }
    return fits ? new Authentication.Accepted(Principal.user(userName)) : WRONG;
  }
}
