package io.fluxmqtt.session.broker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * One judging of all sessions by the policy that is in force, and what came of it. Ends when all
 * who were asked have answered. Any thread.
 */
final class PolicyRound {
  private final long epoch;
  private final String cause;
  private final long startNanos;
  private final Runnable whenDone;
  private final AtomicInteger left = new AtomicInteger(1); // one for who begins it
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicInteger suspended = new AtomicInteger();
  private final AtomicInteger resumed = new AtomicInteger();
  private final AtomicInteger withheld = new AtomicInteger();

  PolicyRound(
      long epoch,
      String cause,
      long startNanos,
      java.util.function.Consumer<PolicyRound> whenDone) {
    this.epoch = epoch;
    this.cause = cause;
    this.startNanos = startNanos;
    this.whenDone = () -> whenDone.accept(this);
  }

  /** One more is asked, and will say that it is {@link #done}. */
  void ask() {
    left.incrementAndGet();
  }

  /** What a session has found; it says that it is done apart from that. */
  void judged(int nowSuspended, int nowResumed, int nowWithheld) {
    sessions.incrementAndGet();
    suspended.addAndGet(nowSuspended);
    resumed.addAndGet(nowResumed);
    withheld.addAndGet(nowWithheld);
  }

  /** One of those who were asked is done. */
  void done() {
    if (left.decrementAndGet() == 0) {
      whenDone.run();
    }
  }

  long epoch() {
    return epoch;
  }

  String cause() {
    return cause;
  }

  long startNanos() {
    return startNanos;
  }

  int sessions() {
    return sessions.get();
  }

  int suspended() {
    return suspended.get();
  }

  int resumed() {
    return resumed.get();
  }

  int withheld() {
    return withheld.get();
  }
}
