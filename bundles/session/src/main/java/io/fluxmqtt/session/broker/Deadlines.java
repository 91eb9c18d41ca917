package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.EventLoop;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deadlines of the connections of one loop, coarse and cheap: to set one or take it back moves
 * it between linked lists, where a timer of the loop's own costs several objects and a sorted
 * queue. Owned by the loop.
 *
 * <p>A wheel (Varghese and Lauck, 1987): each list holds the deadlines of one tick, and of those
 * that are whole turns of the wheel later. One timer of the loop waits for the next tick that has
 * any, so nothing wakes a loop that waits for nothing. A deadline is met up to one tick late, never
 * early.
 */
final class Deadlines {
  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

  static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** A turn takes 102 s: more than one and a half times the usual keep alive of a minute. */
  static final int SLOTS = 1024;

  private static final int DUE = SLOTS; // the list of those that are met now
  private static final int NONE = -1;
  private static final long NEVER = Long.MAX_VALUE;

  /** Something that must happen in time. In at most one list. */
  abstract static class Deadline {
    private @Nullable Deadline previous;
    private @Nullable Deadline next;
    private long tick;
    private int slot = NONE;

    /** The time has come; it is not set any more. */
    abstract void due();
  }

  private final Worker worker;
  private final LongSupplier clock;
  private final long origin;
  private final @Nullable Deadline[] heads = new Deadline[SLOTS + 1];
  private long passed; // all ticks up to this one
  private long armed = NEVER; // the tick that the timer waits for
  private EventLoop.@Nullable Timer timer;

  /**
   * Without deadlines.
   *
   * @param clock monotonic, in nanoseconds
   */
  Deadlines(Worker worker, LongSupplier clock) {
    this.worker = worker;
    this.clock = clock;
    this.origin = clock.getAsLong();
  }

  /** Sets a deadline, anew if it is set. */
  void set(Deadline deadline, long delayNanos) {
    clear(deadline);
    long at = clock.getAsLong() - origin + delayNanos;
    deadline.tick = Math.max(passed + 1, (at + TICK_NANOS - 1) / TICK_NANOS);
    link(deadline, (int) (deadline.tick % SLOTS));
    arm(deadline.tick);
  }

  /** Takes a deadline back if it is set. */
  void clear(Deadline deadline) {
    if (deadline.slot == NONE) {
      return;
    }
    Deadline before = deadline.previous;
    Deadline after = deadline.next;
    if (before == null) {
      heads[deadline.slot] = after;
    } else {
      before.next = after;
    }
    if (after != null) {
      after.previous = before;
    }
    deadline.previous = null;
    deadline.next = null;
    deadline.slot = NONE;
  }

  /** Takes the timer back if nothing is set, which keeps all of a worker that is not used again. */
  void rest() {
    if (timer != null && Arrays.stream(heads).allMatch(Objects::isNull)) {
      timer.cancel();
      timer = null;
      armed = NEVER;
    }
  }

  private void link(Deadline deadline, int slot) {
    Deadline head = heads[slot];
    deadline.slot = slot;
    deadline.next = head;
    if (head != null) {
      head.previous = deadline;
    }
    heads[slot] = deadline;
  }

  private void arm(long tick) {
    if (tick < armed) {
      if (timer != null) {
        timer.cancel();
      }
      armed = tick;
      timer = worker.schedule(this::look, origin + tick * TICK_NANOS - clock.getAsLong());
    }
  }

  private void look() {
    armed = NEVER;
    timer = null;
    long now = (clock.getAsLong() - origin) / TICK_NANOS;
    long first = Math.max(passed + 1, now - SLOTS + 1); // after a long sleep every list once
    for (long tick = first; tick <= now; tick++) {
      collect((int) (tick % SLOTS), now);
    }
    passed = Math.max(passed, now);
    for (Deadline met = heads[DUE]; met != null; met = heads[DUE]) {
      clear(met);
      try {
        met.due();
      } catch (RuntimeException e) { // the others must not wait for ever
        LOG.error("A connection failed as its time was over", e);
      }
    }
    armNext();
  }

  /** Moves what is due out of a list, so that to meet it may set and clear any other. */
  private void collect(int slot, long now) {
    Deadline each = heads[slot];
    while (each != null) {
      Deadline next = each.next;
      if (each.tick <= now) {
        clear(each);
        link(each, DUE);
      }
      each = next;
    }
  }

  private void armNext() {
    for (long tick = passed + 1; tick <= passed + SLOTS; tick++) {
      if (heads[(int) (tick % SLOTS)] != null) {
        arm(tick);
        return;
      }
    }
  }
}
