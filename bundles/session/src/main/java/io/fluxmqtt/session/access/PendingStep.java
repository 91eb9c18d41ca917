package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.Payload;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.spi.auth.EnhancedAuthenticator;
import io.fluxmqtt.api.spi.auth.ExchangeStep;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a conversation, waiting for the plug-in's reply. The first finds the plug-in, and
 * waits for one that is away; all later ones are bound to it.
 */
final class PendingStep extends Consultation<EnhancedAuthenticator, Reply> {
  private final Conversation conversation;
  private final @Nullable Talk talk; // null in the first step
  private final @Nullable Payload data;

  PendingStep(
      PolicyBoard board, Conversation conversation, @Nullable Talk talk, @Nullable Payload data) {
    super(board, Role.ENHANCED);
    this.conversation = conversation;
    this.talk = talk;
    this.data = data;
  }

  @Override
  List<Slot<EnhancedAuthenticator>> way(Policy policy) {
    if (talk == null) {
      return policy.offering(conversation.party().method(), conversation.party().listener());
    }
    return policy.enhanced().contains(talk.slot()) ? List.of(talk.slot()) : List.of();
  }

  @Override
  void call(Slot<EnhancedAuthenticator> slot, int turn) {
    Talk with = talk == null ? conversation.open(slot) : talk;
    with.step(data, answer -> answered(turn, step(slot, answer)));
  }

  private Step<Reply> step(Slot<EnhancedAuthenticator> slot, @Nullable ExchangeStep answer) {
    if (answer instanceof ExchangeStep.Continue more) {
      return new Step.Done<>(new Reply.Continue(more.data()));
    } else if (answer instanceof ExchangeStep.Accepted accepted) {
      return new Step.Done<>(
          new Reply.Finished(new Admission.Granted(accepted.principal()), accepted.data()));
    } else if (answer instanceof ExchangeStep.Rejected rejected) {
      return new Step.Done<>(
          conversation.refused(
              rejected.reason(),
              "enhanced authenticator " + slot.label() + " refused: " + rejected.reason()));
    }
    return failed(slot, "failed");
  }

  @Override
  Reply failed(String text) {
    return conversation.refused(ReasonCode.SERVER_UNAVAILABLE, text);
  }

  @Override
  Reply exhausted(List<Slot<EnhancedAuthenticator>> way) {
    return talk == null
        ? conversation.refused( // [MQTT-4.12.0-1]
            ReasonCode.BAD_AUTHENTICATION_METHOD,
            "no enhanced authenticator that counts on listener "
                + conversation.party().listener().name()
                + " offers the method")
        : failed("enhanced authenticator " + talk.slot().name() + " left during the exchange");
  }

  @Override
  Reply unavailable(String why) {
    return failed("enhanced authenticator: " + why);
  }

  @Override
  long patience(AccessSettings settings) {
    return settings.authenticationTimeout().toNanos();
  }

  @Override
  void deliver(Reply result) {
    conversation.deliver(result);
  }
}
