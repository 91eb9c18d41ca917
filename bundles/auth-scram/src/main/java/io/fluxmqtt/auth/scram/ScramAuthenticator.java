package io.fluxmqtt.auth.scram;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Begins exchanges of one mechanism. A User Name in CONNECT need not be, but if it is, it must be
 * the one that the exchange shows; a Password there does not count. Any thread; never blocks.
 */
final class ScramAuthenticator implements EnhancedAuthenticator {
  /** What it knows of users. */
  interface Directory {
    /** The users at present, if a file could be read at all. */
    Optional<Users> users();

    /** The groups at present; empty if there is a file of them that could not be read at all. */
    Optional<Groups> groups();
  }

  private final Mechanism mechanism;
  private final Directory directory;
  private final byte[] secret;
  private final Supplier<String> nonces;

  /**
   * An authenticator.
   *
   * @param secret what makes the salts of users that are not known
   * @param nonces texts without a comma that nobody can guess, another one each time
   */
  ScramAuthenticator(
      Mechanism mechanism, Directory directory, byte[] secret, Supplier<String> nonces) {
    this.mechanism = mechanism;
    this.directory = directory;
    this.secret = secret.clone();
    this.nonces = nonces;
  }

  @Override
  public Exchange begin(Credentials credentials) {
    return exchange(credentials.userName());
  }

  @Override
  public Exchange beginAgain(Credentials credentials, Principal present) {
    return exchange(present.userName());
  }

  private Exchange exchange(@Nullable String expectedUser) {
    if (expectedUser == null) {
      return new ScramExchange(this, null);
    }
    try {
      if (expectedUser.length() <= ScramExchange.MESSAGE_BYTES_MAX) {
        return new ScramExchange(this, Names.sent(expectedUser));
      }
    } catch (IllegalArgumentException e) {
      // No user can have that name.
    }
    return data ->
        CompletableFuture.completedStage(
            new ExchangeStep.Rejected(ReasonCode.BAD_USER_NAME_OR_PASSWORD));
  }

  Mechanism mechanism() {
    return mechanism;
  }

  Optional<Users> users() {
    return directory.groups().isEmpty() ? Optional.empty() : directory.users();
  }

  Set<String> groups(String user) {
    return directory.groups().orElse(Groups.NONE).of(user);
  }

  byte[] secret() {
    return secret;
  }

  String freshNonce() {
    return nonces.get();
  }
}
