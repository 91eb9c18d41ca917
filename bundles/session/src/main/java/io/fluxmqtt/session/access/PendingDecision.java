package io.fluxmqtt.session.access;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Authorizer;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.api.spi.access.Decision;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A question to the authorizers that could not be answered on the hot path. */
final class PendingDecision extends Walk<Authorizer, Verdict> {
  private final Client client;
  private final Access access;
  private final Consumer<Verdict> later;

  PendingDecision(PolicyBoard board, Client client, Access access, Consumer<Verdict> later) {
    super(board);
    this.client = client;
    this.access = access;
    this.later = later;
  }

  @Override
  List<Slot<Authorizer>> way(Policy policy) {
    return policy.authorizers();
  }

  @Override
  Step<Verdict> ask(Slot<Authorizer> slot, Policy policy, int turn) {
    BundleThread thread = slot.thread();
    if (thread == null) {
      return step(slot.guard().decide(slot, client, access));
    }
    BundleThread.Call<Decision> call =
        new BundleThread.Call<>(
            () -> slot.guard().decide(slot, client, access),
            decision -> answered(turn, step(decision)));
    if (thread.submit(call, patience(policy.settings())) != null) {
      return new Step.Done<>(Verdict.DENIED);
    }
    whenMoved(turn, () -> thread.withdraw(call));
    return new Step.Pending<>();
  }

  private static Step<Verdict> step(@Nullable Decision decision) {
    if (decision == null) {
      return new Step.Done<>(Verdict.DENIED);
    }
    return switch (decision) {
      case ALLOW -> new Step.Done<>(Verdict.ALLOWED);
      case DENY -> new Step.Done<>(Verdict.DENIED);
      case ABSTAIN -> new Step.Next<>();
    };
  }

  @Override
  Verdict exhausted(List<Slot<Authorizer>> way) {
    return Verdict.DENIED;
  }

  @Override
  Verdict unavailable(String why) {
    return Verdict.UNAVAILABLE;
  }

  @Override
  long patience(AccessSettings settings) {
    return settings.authorizationTimeout().toNanos();
  }

  @Override
  void deliver(Verdict result) {
    later.accept(result);
  }
}
