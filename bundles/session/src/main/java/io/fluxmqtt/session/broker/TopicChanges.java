package io.fluxmqtt.session.broker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Tells whether a topic's Retained Message may have changed since it was read, so that what was
 * read ahead is not sent behind what has replaced it. Topics share a few slots, so it may say yes
 * wrongly, but never no.
 *
 * <p>A change is given to the store, then marked here, then routed to Subscriptions. A reader looks
 * at {@link #now} before it asks the store. So what was marked by then is in the store's answer,
 * and what was not is found out by {@link #since} before any Subscription is sent it. Any thread.
 */
final class TopicChanges {
  private static final int SLOTS = 4_096; // a power of two

  private final AtomicLong last = new AtomicLong();
  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  void mark(String topic) {
    slots.accumulateAndGet(slot(topic), last.incrementAndGet(), Math::max);
  }

  /** The moment, for {@link #since}. */
  long now() {
    return last.get();
  }

  boolean since(long moment, String topic) {
    return last.get() != moment && slots.get(slot(topic)) > moment;
  }

  private static int slot(String topic) {
    int hash = topic.hashCode();
    return (hash ^ hash >>> 16) & SLOTS - 1;
  }
}
