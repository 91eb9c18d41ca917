package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.session.ListenerProfile;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client before the authenticators. */
final class PendingAuthentication extends Consultation<Authenticator, Admission> {
  private final Credentials credentials;
  private final ListenerProfile listener;
  private final Consumer<Admission> then;

  PendingAuthentication(
      PolicyBoard board,
      Credentials credentials,
      ListenerProfile listener,
      Consumer<Admission> then) {
    super(board, Role.AUTHENTICATOR);
    this.credentials = credentials;
    this.listener = listener;
    this.then = then;
  }

  @Override
  List<Slot<Authenticator>> way(Policy policy) {
    return policy.asked(listener);
  }

  @Override
  void call(Slot<Authenticator> slot, int turn) {
    slot.guard().authenticate(slot, credentials, answer -> answered(turn, step(slot, answer)));
  }

  private Step<Admission> step(Slot<Authenticator> slot, @Nullable Authentication authentication) {
    if (authentication instanceof Authentication.Accepted accepted) {
      return new Step.Done<>(new Admission.Granted(accepted.principal()));
    } else if (authentication instanceof Authentication.Rejected rejected) {
      ReasonCode reason = rejected.reason();
      return new Step.Done<>(
          new Admission.Refused(
              RefusalCodes.connAck(reason),
              "authenticator "
                  + slot.label()
                  + " refused: "
                  + (rejected.text() == null ? reason : rejected.text())));
    } else if (authentication instanceof Authentication.Abstained) {
      return new Step.Next<>();
    }
    return failed(slot, "failed");
  }

  @Override
  Admission failed(String text) {
    return new Admission.Refused(ReasonCode.SERVER_UNAVAILABLE, text);
  }

  @Override
  Admission exhausted(List<Slot<Authenticator>> way) {
    if (way.isEmpty()) {
      return new Admission.Refused(
          ReasonCode.NOT_AUTHORIZED, "no authenticator counts on listener " + listener.name());
    }
    if (credentials.userName() == null && credentials.password() == null) {
      return new Admission.Refused(
          ReasonCode.NOT_AUTHORIZED, "anonymous clients are not accepted here");
    }
    return new Admission.Refused(
        ReasonCode.BAD_USER_NAME_OR_PASSWORD,
        way.stream()
            .map(Slot::label)
            .collect(Collectors.joining(", ", "no authenticator knows the client; asked: ", "")));
  }

  @Override
  Admission unavailable(String why) {
    return new Admission.Refused(ReasonCode.SERVER_UNAVAILABLE, "authenticator: " + why);
  }

  @Override
  long patience(AccessSettings settings) {
    return settings.authenticationTimeout().toNanos();
  }

  @Override
  void deliver(Admission result) {
    then.accept(result);
  }
}
