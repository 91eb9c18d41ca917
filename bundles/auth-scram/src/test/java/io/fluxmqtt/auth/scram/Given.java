package io.fluxmqtt.auth.scram;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.api.spi.auth.Exchange;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server of a test, whose users and nonce can be changed. */
final class Given implements ScramAuthenticator.Directory {
  Optional<Users> users = Optional.empty();
  Optional<Groups> groups = Optional.of(Groups.NONE);
  String nonce = "server-nonce";
  final ScramAuthenticator server;

  Given(Mechanism mechanism, String... lines) throws BadLineException {
    users(lines);
    server = new ScramAuthenticator(mechanism, this, new byte[] {1, 2, 3}, () -> nonce);
  }

  void users(String... lines) throws BadLineException {
    users = Optional.of(Users.parse(bytes(String.join("\n", lines))));
  }

  @Override
  public Optional<Users> users() {
    return users;
  }

  @Override
  public Optional<Groups> groups() {
    return groups;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** A user whose password is {@code pencil}. */
  static String line(String user, Mechanism mechanism) {
    return ScramLine.of(user, "pencil", mechanism, 4096).toText();
  }

  static Credentials credentials(@Nullable String userName) {
    return new Credentials("id", userName, null, "default", null, List.of());
  }

  Exchange begin() {
    return server.begin(credentials(null));
  }

  static ExchangeStep say(Exchange exchange, @Nullable String text) {
    Payload data = text == null ? null : Payload.ofUtf8(text);
    return exchange.next(data).toCompletableFuture().join();
  }

  /** What the server asks for. */
  static String challenge(Exchange exchange, String text) {
    ExchangeStep step = say(exchange, text);
    return assertInstanceOf(ExchangeStep.Continue.class, step, step::toString).data().toUtf8();
  }

  static ReasonCode refusal(ExchangeStep step) {
    return assertInstanceOf(ExchangeStep.Rejected.class, step, step::toString).reason();
  }
}
