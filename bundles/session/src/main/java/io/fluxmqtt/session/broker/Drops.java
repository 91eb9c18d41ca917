package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.message.Printable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The messages that one session was to get and did not. Owned by its loop, but for what publishers
 * ask: whether its queue would take a message at all, and if not, to count it.
 */
final class Drops {
  private static final Logger LOG = LoggerFactory.getLogger(Drops.class);
  private static final long WARNING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final AtomicLongFieldUpdater<Drops> REFUSED =
      AtomicLongFieldUpdater.newUpdater(Drops.class, "refused");

  private final Session session;
  private final Broker broker;
  private volatile long room = QueueLimits.PLENTY; // of the queue, in bytes; written by the owner
  private volatile long refused; // before they were on their way here; counted by any thread
  private volatile boolean overflowing; // written by the owner
  private long count;
  private long countBefore; // the overflow that is under way
  private @Nullable Long lastWarning; // when, in nanoseconds

  Drops(Session session, Broker broker) {
    this.session = session;
    this.broker = broker;
  }

  long count() {
    return count + refused;
  }

  /** Counts a message that is not sent and not waiting any more. */
  void count(Counters.Drop reason) {
    count++;
    broker.counters().dropped(reason);
    if (reason == Counters.Drop.SLOW_CONNECTION) {
      warn();
    }
  }

  /** The queue takes a message of so many bytes now. */
  void roomIs(long bytes) {
    if (room != bytes) {
      room = bytes;
    }
  }

  /** Why the queue would not take a message that must wait, or null if it would. Any thread. */
  Counters.@Nullable Drop refusal(int bytes) {
    long now = room;
    if (now != QueueLimits.PLENTY && bytes > now - session.mailBytes()) {
      return Counters.Drop.QUEUE_FULL;
    }
    return !session.isConnected() && broker.queueTotals().refuse(bytes)
        ? Counters.Drop.TOTAL_QUEUE_FULL
        : null;
  }

  /** Counts a message that was refused to its publisher. Any thread. */
  void refused(int bytes) {
    Counters.Drop known = refusal(bytes);
    Counters.Drop reason = known == null ? Counters.Drop.QUEUE_FULL : known; // room since then
    REFUSED.incrementAndGet(this);
    broker.counters().dropped(reason);
    if (!overflowing) {
      session.command(() -> session.outbox().refused(reason));
    }
  }

  /** A message was dropped for want of room; returns whether it is the first. */
  boolean overflowBegins() {
    boolean begins = !overflowing;
    if (begins) {
      overflowing = true;
      countBefore = count() - 1;
    }
    return begins;
  }

  boolean isOverflowing() {
    return overflowing;
  }

  /** There is room again; returns how many messages were dropped meanwhile. */
  long overflowEnds() {
    overflowing = false;
    return count() - countBefore;
  }

  /** Says that a limit costs messages; now and then, however many. */
  private void warn() {
    long now = broker.nanoTime();
    if (lastWarning == null || now - lastWarning > WARNING_NANOS) {
      lastWarning = now;
      LOG.warn(
          "Client {} takes too little: {} of its messages dropped so far, now QoS 0 beyond"
              + " qos0QueueMaxBytes in io.fluxmqtt.session",
          Printable.of(session.clientId()),
          count());
    }
  }
}
