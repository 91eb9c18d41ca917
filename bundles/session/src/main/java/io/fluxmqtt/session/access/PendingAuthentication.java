package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.Authentication;
import io.fluxmqtt.api.spi.auth.Authenticator;
import io.fluxmqtt.api.spi.auth.Credentials;
import io.fluxmqtt.session.ListenerProfile;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A client before the authenticators. */
final class PendingAuthentication extends Walk<Authenticator, Admission> {
  /** The error codes that CONNACK may carry (MQTT 5.0, table 3-1). */
  private static final Set<ReasonCode> CONNACK =
      EnumSet.of(
          ReasonCode.UNSPECIFIED_ERROR,
          ReasonCode.MALFORMED_PACKET,
          ReasonCode.PROTOCOL_ERROR,
          ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR,
          ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
          ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          ReasonCode.BAD_USER_NAME_OR_PASSWORD,
          ReasonCode.NOT_AUTHORIZED,
          ReasonCode.SERVER_UNAVAILABLE,
          ReasonCode.SERVER_BUSY,
          ReasonCode.BANNED,
          ReasonCode.BAD_AUTHENTICATION_METHOD,
          ReasonCode.TOPIC_NAME_INVALID,
          ReasonCode.PACKET_TOO_LARGE,
          ReasonCode.QUOTA_EXCEEDED,
          ReasonCode.PAYLOAD_FORMAT_INVALID,
          ReasonCode.RETAIN_NOT_SUPPORTED,
          ReasonCode.QOS_NOT_SUPPORTED,
          ReasonCode.USE_ANOTHER_SERVER,
          ReasonCode.SERVER_MOVED,
          ReasonCode.CONNECTION_RATE_EXCEEDED);

  private final Credentials credentials;
  private final ListenerProfile listener;
  private final Consumer<Admission> then;

  PendingAuthentication(
      PolicyBoard board,
      Credentials credentials,
      ListenerProfile listener,
      Consumer<Admission> then) {
    super(board);
    this.credentials = credentials;
    this.listener = listener;
    this.then = then;
  }

  @Override
  List<Slot<Authenticator>> way(Policy policy) {
    return policy.asked(listener);
  }

  @Override
  Step<Admission> ask(Slot<Authenticator> slot, Policy policy, int turn) {
    long patience = patience(policy.settings());
    BundleThread thread = slot.thread();
    if (thread == null) {
      call(slot, turn);
    } else {
      BundleThread.Call<Boolean> call =
          new BundleThread.Call<>(() -> call(slot, turn), back -> back(slot, turn, back));
      BundleThread.Refusal refusal = thread.submit(call, patience);
      if (refusal != null) {
        return failed(slot, "cannot be asked: " + refusal.text());
      }
      whenMoved(turn, () -> thread.withdraw(call));
    }
    answerWithin(patience, turn, () -> late(slot));
    return new Step.Pending<>();
  }

  private static Step<Admission> late(Slot<Authenticator> slot) {
    slot.guard().failed("authenticator", slot.name(), "did not answer in time", null);
    return failed(slot, "did not answer in time");
  }

  private Boolean call(Slot<Authenticator> slot, int turn) {
    slot.guard().authenticate(slot, credentials, answer -> answered(turn, step(slot, answer)));
    // Even if it threw: what one client sends must not open the breaker for all.
    return true;
  }

  private void back(Slot<Authenticator> slot, int turn, @Nullable Boolean back) {
    if (back == null) {
      answered(turn, failed(slot, "did not return in time"));
    }
  }

  private static Step<Admission> step(
      Slot<Authenticator> slot, @Nullable Authentication authentication) {
    if (authentication instanceof Authentication.Accepted accepted) {
      return new Step.Done<>(new Admission.Granted(accepted.principal()));
    } else if (authentication instanceof Authentication.Rejected rejected) {
      ReasonCode reason = rejected.reason();
      return new Step.Done<>(
          new Admission.Refused(
              CONNACK.contains(reason) ? reason : ReasonCode.NOT_AUTHORIZED,
              "authenticator " + slot.label() + " refused: " + reason));
    } else if (authentication instanceof Authentication.Abstained) {
      return new Step.Next<>();
    }
    return failed(slot, "failed");
  }

  private static Step<Admission> failed(Slot<Authenticator> slot, String how) {
    return new Step.Done<>(
        new Admission.Refused(
            ReasonCode.SERVER_UNAVAILABLE, "authenticator " + slot.label() + " " + how));
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
