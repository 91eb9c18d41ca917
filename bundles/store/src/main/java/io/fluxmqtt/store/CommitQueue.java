package io.fluxmqtt.store;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the committer's thread is to do, first in, first out, and where it rests. What may wait does
 * not wake it, but for the first after which it must know when to wake by itself. Any thread adds;
 * only the committer's takes and rests.
 *
 * <p>No call is lost: a caller adds first and looks then whether the thread rests; the thread says
 * first that it rests and looks then whether something is there.
 *
 * @param <I> what is queued
 */
final class CommitQueue<I extends CommitQueue.Item> {
  /** Something to do. */
  interface Item {
    /** Whether it is to be worked on as soon as the thread has time. */
    boolean isUrgent();

    /** How long it may wait, without end for {@link Long#MAX_VALUE}. */
    long remainingNanos(long now);
  }

  /** What the thread is parked for. */
  private enum Rest {
    NONE,
    UNTIL_ANYTHING,
    /** Something is queued that may wait. */
    UNTIL_URGENT
  }

  private final Queue<I> items = new ConcurrentLinkedQueue<>();
  private final AtomicInteger urgent = new AtomicInteger(); // too low for a moment at times
  private final Thread thread;
  private final BooleanSupplier mustWork;
  private volatile Rest rest = Rest.NONE;

  /**
   * An empty queue.
   *
   * @param mustWork whether the thread has to work for another reason than an urgent item
   */
  CommitQueue(Thread thread, BooleanSupplier mustWork) {
    this.thread = thread;
    this.mustWork = mustWork;
  }

  /** Adds without waking anybody. */
  void add(I item) {
    items.add(item);
    if (item.isUrgent()) {
      urgent.incrementAndGet();
    }
  }

  /** Wakes the thread if there is work for it. */
  void wake() {
    Rest present = rest;
    if (present == Rest.UNTIL_ANYTHING || (present == Rest.UNTIL_URGENT && mustWork())) {
      LockSupport.unpark(thread);
    }
  }

  @Nullable I poll() {
    I item = items.poll();
    if (item != null && item.isUrgent()) {
      urgent.decrementAndGet();
    }
    return item;
  }

  /** Whether something is there that may not wait. */
  boolean mustWork() {
    return urgent.get() > 0 || mustWork.getAsBoolean();
  }

  /** How long all that is queued may wait. */
  long remainingNanos(long now) {
    I first = items.peek(); // given before all others
    return first == null ? Long.MAX_VALUE : first.remainingNanos(now);
  }

  /** Whether the thread has nothing to do at present. */
  boolean isResting() {
    return rest != Rest.NONE;
  }

  /**
   * Parks until there is work, or for a while.
   *
   * @param otherNanos how long what is not queued may wait
   * @param atItsEnd run before anybody sees that the thread works again
   */
  void rest(long otherNanos, Runnable atItsEnd) {
    rest = Rest.UNTIL_ANYTHING;
    if (!items.isEmpty()) {
      rest = Rest.UNTIL_URGENT;
    }
    if (!mustWork()) {
      long nanos = Math.min(otherNanos, remainingNanos(System.nanoTime()));
      if (nanos == Long.MAX_VALUE) {
        LockSupport.park(this);
      } else if (nanos > 0) {
        LockSupport.parkNanos(this, nanos);
      }
    }
    atItsEnd.run();
    rest = Rest.NONE;
  }
}
