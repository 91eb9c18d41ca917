package io.fluxmqtt.session.broker;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The circulars that were posted to the house, first in, first out. Any loop posts; only the house
 * loop delivers.
 */
final class Circulars {
  private final Worker house;
  private final Broker broker;
  private final Queue<Circular> posted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger announced = new AtomicInteger();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final Waiters waiters = new Waiters();

  Circulars(Worker house, Broker broker) {
    this.house = house;
    this.broker = broker;
  }

  /** Posts a circular; the house is to be woken after that. Any worker's loop. */
  void post(Circular circular) {
    pendingBytes.addAndGet(circular.bytes());
    announced.incrementAndGet(); // first: so there are never more than that
    posted.add(circular);
  }

  /** The bytes that were posted and not delivered yet. Any thread. */
  long pendingBytes() {
    return pendingBytes.get();
  }

  /** Runs a task, on any thread, once the house has been through its circulars. Any thread. */
  void whenDelivered(Runnable task) {
    waiters.add(task);
    if (pendingBytes.get() == 0) {
      waiters.wake();
    }
  }

  /** Delivers all that were posted until now, and not what others go on posting. On the house. */
  void deliver() {
    if (posted.isEmpty()) {
      return;
    }
    int delivered = 0;
    long bytes = 0;
    for (int left = announced.get(); left > 0; left--) {
      Circular next = posted.poll();
      if (next == null) {
        break; // announced and not posted yet
      }
      next.deliver(house, broker);
      delivered++;
      bytes += next.bytes();
    }
    announced.addAndGet(-delivered);
    pendingBytes.addAndGet(-bytes);
    waiters.wake();
  }
}
