package io.fluxmqtt.session.broker;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * The sessions of one loop that are to be judged anew: a few Subscriptions at a time, so that the
 * loop is never away for long, however many sessions it has. Owned by its worker's loop.
 */
final class Judging {
  /** Subscriptions at a time: below a millisecond, unless an authorizer has many rules. */
  static final int STEP = 200;

  private static final int LOOK_EACH = 20;
  private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Worker worker;
  private final Broker broker;
  private final Queue<Recheck> due = new ArrayDeque<>();
  private boolean scheduled;

  Judging(Worker worker, Broker broker) {
    this.worker = worker;
    this.broker = broker;
  }

  /** A session of this loop is to be judged. */
  void add(Recheck recheck) {
    due.add(recheck);
    if (!scheduled) {
      scheduled = true;
      worker.execute(this::run);
    }
  }

  private void run() {
    scheduled = false;
    long end = broker.nanoTime() + STEP_NANOS;
    int left = STEP;
    while (left > 0 && broker.nanoTime() - end < 0) {
      Recheck first = due.peek();
      if (first == null) {
        return;
      }
      if (first.session().owner() != worker) { // it has moved: it goes on there
        due.remove();
        first.session().command(() -> first.session().owner().judging().add(first));
        continue;
      }
      int asked = first.step(Math.min(left, LOOK_EACH));
      left -= asked + 1;
      if (!first.isAsking()) {
        due.remove();
      } else if (asked == 0) { // too many answers are awaited
        scheduled = true;
        worker.schedule(this::run, PAUSE_NANOS);
        return;
      }
    }
    if (!due.isEmpty()) {
      scheduled = true;
      worker.execute(this::run);
    }
  }
}
