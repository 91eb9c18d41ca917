package io.fluxmqtt.session.access;

import org.jspecify.annotations.Nullable;

/**
 * A walk along plug-ins that answer with a stage: each is called inline or on the thread of its
 * bundle, and has so long to answer.
 *
 * @param <S> the contract of the plug-ins
 * @param <R> the result
 */
abstract class Consultation<S, R> extends Walk<S, R> {
  private final Role role;

  Consultation(PolicyBoard board, Role role) {
    super(board);
    this.role = role;
  }

  /** Calls a plug-in, whose answer goes to {@link #answered}. Inline or on the bundle's thread. */
  abstract void call(Slot<S> slot, int turn);

  /** The result when a plug-in failed. */
  abstract R failed(String text);

  @Override
  final Step<R> ask(Slot<S> slot, Policy policy, int turn) {
    long patience = patience(policy.settings());
    BundleThread thread = slot.thread();
    if (thread == null) {
      call(slot, turn);
    } else {
      BundleThread.Call<Boolean> call =
          new BundleThread.Call<>(() -> called(slot, turn), back -> back(slot, turn, back));
      BundleThread.Refusal refusal = thread.submit(call, patience);
      if (refusal != null) {
        return failed(slot, "cannot be asked: " + refusal.text());
      }
      whenMoved(turn, () -> thread.withdraw(call));
    }
    answerWithin(patience, turn, () -> late(slot));
    return new Step.Pending<>();
  }

  /** That it failed. */
  final Step<R> failed(Slot<S> slot, String how) {
    return new Step.Done<>(failed(role + " " + slot.label() + " " + how));
  }

  private Boolean called(Slot<S> slot, int turn) {
    call(slot, turn);
    // Even if it threw: what one client sends must not open the breaker for all.
    return true;
  }

  private void back(Slot<S> slot, int turn, @Nullable Boolean back) {
    if (back == null) {
      answered(turn, failed(slot, "did not return in time"));
    }
  }

  private Step<R> late(Slot<S> slot) {
    slot.guard().failed(role, slot, "did not answer in time", null);
    return failed(slot, "did not answer in time");
  }
}
