package io.fluxmqtt.session.access;

import io.fluxmqtt.api.message.Printable;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import io.fluxmqtt.api.spi.access.Ruling;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The question why: it goes the way of a {@link PendingDecision} and comes to the same verdict. */
final class PendingExplanation extends Walk<Authorizer, Explanation> {
  private static final int RULE_MAX = 500;

  private final PolicyBoard board;
  private final Client client;
  private final Access access;
  private final Consumer<Explanation> then;

  PendingExplanation(PolicyBoard board, Client client, Access access, Consumer<Explanation> then) {
    super(board);
    this.board = board;
    this.client = client;
    this.access = access;
    this.then = then;
  }

  @Override
  List<Slot<Authorizer>> way(Policy policy) {
    return policy.authorizers();
  }

  @Override
  Step<Explanation> ask(Slot<Authorizer> slot, Policy policy, int turn) {
    BundleThread thread = slot.thread();
    if (thread == null) {
      return step(slot, policy, slot.guard().explain(slot, client, access));
    }
    BundleThread.Call<Ruling> call =
        new BundleThread.Call<>(
            () -> slot.guard().explain(slot, client, access),
            ruling -> answered(turn, step(slot, policy, ruling)));
    BundleThread.Refusal refusal = thread.submit(call, patience(policy.settings()));
    if (refusal != null) {
      return failed(slot, policy, "cannot be asked: " + refusal.text());
    }
    whenMoved(turn, () -> thread.withdraw(call));
    return new Step.Pending<>();
  }

  private static Step<Explanation> step(
      Slot<Authorizer> slot, Policy policy, @Nullable Ruling ruling) {
    if (ruling == null) {
      return failed(slot, policy, "failed or did not answer in time");
    }
    if (ruling.decision() == Decision.ABSTAIN) {
      return new Step.Next<>();
    }
    boolean isAllowed = ruling.decision() == Decision.ALLOW;
    String rule = cut(ruling.rule());
    return new Step.Done<>(
        new Explanation(
            isAllowed ? Verdict.ALLOWED : Verdict.DENIED,
            slot.name(),
            slot.guard().bundle(),
            rule,
            "authorizer %s %s it%s"
                .formatted(
                    slot.label(), isAllowed ? "allows" : "denies", rule == null ? "" : ": " + rule),
            policy.epoch()));
  }

  /** A text of a plug-in may be of any length, and more than one line. */
  private static @Nullable String cut(@Nullable String rule) {
    return rule == null ? null : Printable.of(rule, RULE_MAX);
  }

  private static Step<Explanation> failed(Slot<Authorizer> slot, Policy policy, String how) {
    return new Step.Done<>(
        new Explanation(
            Verdict.DENIED,
            slot.name(),
            slot.guard().bundle(),
            null,
            "authorizer " + slot.label() + " " + how,
            policy.epoch()));
  }

  @Override
  Explanation exhausted(List<Slot<Authorizer>> way) {
    String text =
        way.isEmpty()
            ? "authorizers in io.fluxmqtt.access is empty"
            : way.stream()
                .map(Slot::label)
                .collect(
                    Collectors.joining(", ", "no rule of any authorizer applies; asked: ", ""));
    return new Explanation(Verdict.DENIED, null, null, null, text, board.policy().epoch());
  }

  @Override
  Explanation unavailable(String why) {
    return new Explanation(
        Verdict.UNAVAILABLE, null, null, null, "authorizer: " + why, board.policy().epoch());
  }

  @Override
  long patience(AccessSettings settings) {
    return settings.authorizationTimeout().toNanos();
  }

  @Override
  void deliver(Explanation result) {
    then.accept(result);
  }
}
