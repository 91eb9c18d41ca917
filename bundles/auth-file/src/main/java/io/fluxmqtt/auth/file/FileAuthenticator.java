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

  /** Is told of a password that fits a hash, which may be a weak one. Must not block. */
  @FunctionalInterface
  interface Fitted {
    /** The bytes are the receiver's to keep, and to wipe. */
    void fits(String userName, PasswordHash hash, byte[] password);
  }

  private final Supplier<Optional<Users>> users;
  private final Supplier<Optional<Groups>> groups;
  private final HashWorkers workers;
  private final Fitted fitted;

  /**
   * An authenticator.
   *
   * @param users the users at present, if a file could be read at all
   * @param groups their groups, likewise
   */
  FileAuthenticator(
      Supplier<Optional<Users>> users,
      Supplier<Optional<Groups>> groups,
      HashWorkers workers,
      Fitted fitted) {
    this.users = users;
    this.groups = groups;
    this.workers = workers;
    this.fitted = fitted;
  }

  @Override
  public CompletionStage<Authentication> authenticate(Credentials credentials) {
    String userName = credentials.userName();
    Payload password = credentials.password();
    if (userName == null) {
      return CompletableFuture.completedStage(ABSTAINED);
    }
    if (users.get().isEmpty() || groups.get().isEmpty()) {
      return CompletableFuture.completedStage(NO_USERS_YET);
    }
    if (password == null) {
      return CompletableFuture.completedStage(WRONG);
    }
    return workers.submit(() -> judge(userName, password));
  }

  private Authentication judge(String userName, Payload password) {
    Users now = users.get().orElseThrow();
    Optional<PasswordHash> known = now.find(userName);
    Optional<PasswordHash> hash = known.or(() -> now.standIn(userName));
    byte[] bytes = password.toByteArray();
    boolean fits = hash.isPresent() && hash.get().verify(bytes);
    if (fits && known.isPresent()) {
      fitted.fits(userName, hash.get(), bytes.clone());
    }
    Arrays.fill(bytes, (byte) 0);
    if (known.isEmpty()) {
      return ABSTAINED; // even if the password fits the stand-in
    }
    return fits
        ? new Authentication.Accepted(
            new Principal(userName, groups.get().orElse(Groups.NONE).of(userName)))
        : WRONG;
  }
}
