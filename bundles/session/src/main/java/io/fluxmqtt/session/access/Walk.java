package io.fluxmqtt.session.access;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request that asks the plug-ins of the policy in order, and may have to wait: for an answer,
 * or for a plug-in that is away.
 *
 * <p>Its place is a slot of the policy. Answers, alarms and new policies race for it, on any
 * threads; each that moves the walk first takes a new <em>turn</em> under the lock, which makes all
 * others that still hold the old turn void. So the last mover always goes on, the result is claimed
 * once, and no plug-in or caller is ever called with the lock held. A walk stands on the board
 * before it looks whether it must wait, and looks at the policy again afterwards: a policy that is
 * published in between is seen by one or the other. An answer counts only if the way to the slot
 * that gave it is still the same in the present policy; else the walk starts anew, so a service
 * that has left can neither admit nor refuse.
 *
 * @param <S> the contract of the plug-ins
 * @param <R> the result
 */
abstract class Walk<S, R> {
  private static final Logger LOG = LoggerFactory.getLogger(Walk.class);
  private static final int VOID = 0;

  private final PolicyBoard board;
  private final long started;

  // All guarded by this.
  private int turn;
  private boolean done;
  private List<Slot<S>> way = List.of();
  private int at;
  private final List<Runnable> undo = new ArrayList<>(2);

  Walk(PolicyBoard board) {
    this.board = board;
    this.started = board.time().nanos();
  }

  /** Whom a policy asks, in order. */
  abstract List<Slot<S>> way(Policy policy);

  /** Asks a plug-in that is there; a later answer comes through {@link #answered}. */
  abstract Step<R> ask(Slot<S> slot, Policy policy, int turn);

  /** The result when all abstained. */
  abstract R exhausted(List<Slot<S>> way);

  /** The result when nobody can tell. */
  abstract R unavailable(String why);

  /** How long a plug-in may take to answer, in nanoseconds. */
  abstract long patience(AccessSettings settings);

  /** Hands over the result. */
  abstract void deliver(R result);

  /** Begins at a slot of a policy; the result if it is known at once, else null. */
  final @Nullable R begin(Policy policy, int from) {
    return walk(policy, from, take(VOID));
  }

  /** A plug-in has answered, or will not. */
  final void answered(int asked, Step<R> step) {
    Policy policy = board.policy();
    List<Slot<S>> present = way(policy);
    boolean valid;
    int from;
    int mine;
    synchronized (this) {
      if (!isTurn(asked)) {
        return;
      }
      valid = sameWay(way, present, at);
      from = valid ? at + 1 : 0;
      mine = take(asked);
    }
    if (valid && step instanceof Step.Done<R> end) {
      handOver(claim(mine) ? end.result() : null);
    } else {
      handOver(walk(policy, from, mine));
    }
  }

  /** The policy has changed, or a grace has ended. */
  final void reconsider() {
    Policy policy = board.policy();
    List<Slot<S>> present = way(policy);
    long now = board.time().nanos();
    boolean same;
    int from;
    int mine;
    synchronized (this) {
      if (done) {
        return;
      }
      Slot<S> slot = way.get(at);
      same = sameWay(way, present, at);
      if (same && !(slot.isAbsent() && slot.graceOver(now))) {
        return;
      }
      from = same ? at : 0;
      mine = take(turn);
    }
    if (!same && isOverdue(policy)) {
      handOver(claim(mine) ? unavailable("the policy keeps changing") : null);
    } else {
      handOver(walk(policy, from, mine));
    }
  }

  /** Whether it has started anew for so long that it must end. */
  private boolean isOverdue(Policy policy) {
    AccessSettings settings = policy.settings();
    long longest = patience(settings) + settings.policyGrace().toNanos();
    return board.time().nanos() - started > longest && !policy.isClosed();
  }

  /** Lets a step count as the answer of this turn if none comes in time. */
  final void answerWithin(long nanos, int asked, Supplier<Step<R>> otherwise) {
    if (isTurn(asked)) {
      whenMoved(asked, board.time().after(nanos, () -> late(asked, otherwise)));
    }
  }

  private void late(int asked, Supplier<Step<R>> otherwise) {
    if (isTurn(asked)) {
      answered(asked, otherwise.get());
    }
  }

  /** Has something undone once this turn is over: at once if it is over already. */
  final void whenMoved(int asked, Runnable action) {
    synchronized (this) {
      if (isTurn(asked)) {
        undo.add(action);
        return;
      }
    }
    action.run();
  }

  private synchronized boolean isTurn(int asked) {
    return !done && asked == turn;
  }

  /** Goes as far as it can; the result if it reached and claimed one, else null. */
  private @Nullable R walk(Policy start, int from, int begun) {
    Policy policy = start;
    int index = from;
    int mine = begun;
    while (mine != VOID) {
      List<Slot<S>> slots = way(policy);
      Step<R> step = new Step.Next<>();
      while (index < slots.size() && step instanceof Step.Next) {
        if (!arrive(slots, index, mine)) {
          return null;
        }
        step = visit(slots.get(index), policy, mine);
        index += step instanceof Step.Next ? 1 : 0;
      }
      Policy present = board.policy();
      if (present == policy || sameWay(slots, way(present), index)) {
        if (step instanceof Step.Pending || !claim(mine)) {
          return null;
        }
        return step instanceof Step.Done<R> end ? end.result() : exhausted(slots);
      }
      mine = take(mine);
      policy = present;
      index = 0;
      if (isOverdue(policy)) {
        return claim(mine) ? unavailable("the policy keeps changing") : null;
      }
    }
    return null;
  }

  private Step<R> visit(Slot<S> slot, Policy policy, int mine) {
    if (!slot.isAbsent()) {
      return ask(slot, policy, mine);
    }
    return slot.graceOver(board.time().nanos())
        ? new Step.Done<>(unavailable(policy.isClosed() ? "stopping" : slot.name() + " is missing"))
        : new Step.Pending<>();
  }

  private synchronized boolean arrive(List<Slot<S>> slots, int index, int mine) {
    if (!isTurn(mine)) {
      return false;
    }
    way = slots;
    at = index;
    board.enter(this);
    return true;
  }

  /** A new turn in place of one's own, or VOID if another has moved the walk meanwhile. */
  private synchronized int take(int mine) {
    if (!isTurn(mine)) {
      return VOID;
    }
    endTurn();
    return ++turn;
  }

  private synchronized boolean claim(int mine) {
    if (!isTurn(mine)) {
      return false;
    }
    done = true;
    endTurn();
    board.leave(this);
    return true;
  }

  // Called with the lock held.
  private void endTurn() {
    undo.forEach(Runnable::run);
    undo.clear();
  }

  private void handOver(@Nullable R result) {
    if (result == null) {
      return;
    }
    try {
      deliver(result);
    } catch (Throwable e) { // the edge to the asker: one that fails must not stop the others
      LOG.error("A verdict could not be handed over", e);
    }
  }

  /** Whether two ways are the same up to and including a slot; past the end, altogether. */
  private static boolean sameWay(List<?> one, List<?> other, int last) {
    if (last >= one.size() ? other.size() != one.size() : other.size() <= last) {
      return false;
    }
    for (int i = 0; i <= last && i < one.size(); i++) {
      if (one.get(i) != other.get(i)) {
        return false;
      }
    }
    return true;
  }
}
