package io.fluxmqtt.auth.scram;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import io.fluxmqtt.api.spi.auth.Principal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One exchange of RFC 5802 with one client:
 *
 * <pre>
 * client  n,,n=user,r=nonce
 * server  r=nonce…,s=salt,i=iterations
 * client  c=biws,r=nonce…,p=proof
 * server  v=signature
 * </pre>
 *
 * <p>Users that are not known get a salt of their own, always the same, and fail where a wrong
 * password does, after the same work. What MQTT says by a Reason Code is not said by {@code e=} as
 * well. Not thread-safe; called by one after the other.
 */
final class ScramExchange implements Exchange {
  /** The longest message that is read; of real ones few have 200 bytes. */
  static final int MESSAGE_BYTES_MAX = 4096;

  private static final Logger LOG = LoggerFactory.getLogger(ScramExchange.class);

  private final ScramAuthenticator server;
  private final @Nullable String expectedUser; // as CONNECT, or the client so far, has it
  private boolean mayStillBegin = true;
  private @Nullable Challenge challenge;
  private boolean over;

  /** What was said up to the server's first message. */
  private record Challenge(ClientFirst first, String serverFirst, String nonce, ScramLine line) {}

  ScramExchange(ScramAuthenticator server, @Nullable String expectedUser) {
    this.server = server;
    this.expectedUser = expectedUser;
  }

  @Override
  public CompletionStage<ExchangeStep> next(@Nullable Payload data) {
    ExchangeStep step;
    try {
      step = step(data);
    } catch (ScramFailure e) {
      LOG.debug("{}: a client is refused: {}", server.mechanism().text(), e.getMessage());
      step = new ExchangeStep.Rejected(e.reason());
    }
    over = !(step instanceof ExchangeStep.Continue);
    return CompletableFuture.completedStage(step);
  }

  private ExchangeStep step(@Nullable Payload data) throws ScramFailure {
    if (over) {
      throw ScramFailure.malformed("the exchange is over");
    }
    Challenge open = challenge;
    if (open != null) {
      return finish(open, text(data));
    }
    if (mayStillBegin && (data == null || data.length() == 0)) { // RFC 4422, section 5.1
      mayStillBegin = false;
      return new ExchangeStep.Continue(null);
    }
    return challenge(ClientFirst.parse(text(data)));
  }

  private ExchangeStep challenge(ClientFirst first) throws ScramFailure {
    if (expectedUser != null && !expectedUser.equals(first.user())) {
      throw new ScramFailure(
          ReasonCode.NOT_AUTHORIZED, "it is another user than connected, or than CONNECT names");
    }
    Users users = users();
    Mechanism mechanism = server.mechanism();
    // Made for everybody, so that the time taken does not tell who is known.
    ScramLine standIn = users.standIn(mechanism, first.user(), server.secret());
    ScramLine line = users.find(mechanism, first.user()).orElse(standIn);
    String nonce = first.nonce() + server.freshNonce();
    String serverFirst = "r=%s,s=%s,i=%d".formatted(nonce, line.salt(), line.iterations());
    challenge = new Challenge(first, serverFirst, nonce, line);
    return new ExchangeStep.Continue(Payload.ofUtf8(serverFirst));
  }

  private ExchangeStep finish(Challenge said, String message) throws ScramFailure {
    Mechanism mechanism = server.mechanism();
    ClientFinal last =
        ClientFinal.parse(message, said.first.header(), said.nonce, mechanism.bytes());
    byte[] authMessage =
        (said.first.bare() + "," + said.serverFirst + "," + last.withoutProof())
            .getBytes(StandardCharsets.UTF_8);
    boolean proven = said.line.isProvenBy(last.proof(), authMessage);
    // The user may have been taken away, or got another password, in between.
    Optional<ScramLine> now = users().find(mechanism, said.first.user());
    if (!proven || now.isEmpty() || !now.get().isSameAs(said.line)) {
      throw new ScramFailure(
          ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user is not known, or the password is wrong");
    }
    String signature = Base64.getEncoder().encodeToString(said.line.serverSignature(authMessage));
    Principal principal = new Principal(said.first.user(), server.groups(said.first.user()));
    return new ExchangeStep.Accepted(principal, Payload.ofUtf8("v=" + signature));
  }

  private Users users() throws ScramFailure {
    return server
        .users()
        .orElseThrow(
            () -> new ScramFailure(ReasonCode.SERVER_UNAVAILABLE, "no users could be read yet"));
  }

  private static String text(@Nullable Payload data) throws ScramFailure {
    if (data == null) {
      throw ScramFailure.malformed("there is no Authentication Data");
    }
    if (data.length() > MESSAGE_BYTES_MAX) {
      throw ScramFailure.malformed(
          "a message has %d bytes; the limit is %d".formatted(data.length(), MESSAGE_BYTES_MAX));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(data.asReadOnlyBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw ScramFailure.malformed("a message is not UTF-8");
    }
  }
}
