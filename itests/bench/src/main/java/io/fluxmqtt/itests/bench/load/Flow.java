package io.fluxmqtt.itests.bench.load;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one publisher sends, wherever it arrives. The publisher's loop writes what was sent, each
 * loop for itself what arrived there; all may read.
 */
final class Flow {
  private static final int APART = 16; // longs; two loops never write to one cache line

  final int index;
  final int copies;
  final Loop home;

  private final AtomicLong sent = new AtomicLong();
  private final AtomicLongArray arrived;
  private volatile boolean starved;

  /**
   * A flow.
   *
   * @param copies how often each message should arrive; 0 if that is not to be counted
   */
  Flow(int index, int copies, Loop home, int loops) {
    this.index = index;
    this.copies = copies;
    this.home = home;
    arrived = new AtomicLongArray(loops * APART);
  }

  void sent(int count) {
    sent.lazySet(sent.getPlain() + count);
  }

  /** One copy has arrived at a loop, which calls this. */
  void arrive(int loop) {
    int at = loop * APART;
    arrived.setRelease(at, arrived.getPlain(at) + 1);
  }

  /** Copies that have arrived at a loop. */
  long arrived(int loop) {
    return arrived.getAcquire(loop * APART);
  }

  long sent() {
    return sent.get();
  }

  long arrived() {
    long sum = 0;
    for (int at = 0; at < arrived.length(); at += APART) {
      sum += arrived.getAcquire(at);
    }
    return sum;
  }

  /** Copies that should have arrived. */
  long expected() {
    return sent() * copies;
  }

  /** The publisher waits for arrivals. */
  void starve(boolean waits) {
    if (starved != waits) {
      starved = waits;
    }
  }

  boolean isStarved() {
    return starved;
  }
}
