package io.fluxmqtt.session.broker;

/**
 * What all queues together may hold: so many messages, since each takes a little of the heap also
 * while it is on disk; so many bytes; and of what must stay in memory, a part of the heap. Any
 * thread.
 */
final class QueueTotals {
  private static final int PART_OF_HEAP = 4;

  private final Broker broker;
  private final long memoryMaxBytes;
  private volatile boolean full; // since something had to be dropped

  QueueTotals(Broker broker) {
    this(broker, Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  QueueTotals(Broker broker, long memoryMaxBytes) {
    this.broker = broker;
    this.memoryMaxBytes = memoryMaxBytes;
  }

  /**
   * Whether one more message may wait.
   *
   * @param inStore whether it can wait in the store
   * @param messages how many wait in all queues
   * @param allBytes what they count
   */
  boolean haveRoom(int bytes, boolean inStore, long messages, long allBytes) {
    if (!inStore && broker.queueMemory().bytes() + bytes > memoryMaxBytes) {
      return false;
    }
    boolean room = fits(bytes, messages, allBytes);
    if (!room && !full) {
      full = true;
    }
    return room;
  }

  /** Whether a message that would have to wait in the store finds no room. */
  boolean refuse(int bytes) {
    if (!full) {
      return false; // the common case, in which nothing is added up
    }
    boolean room = fits(bytes, broker.counters().queued.sum(), broker.queuedBytes().sum());
    if (room) {
      full = false;
    }
    return !room;
  }

  private boolean fits(int bytes, long messages, long allBytes) {
    BrokerSettings settings = broker.settings();
    if (messages >= settings.queueTotalMaxMessages()) {
      return false;
    }
    long most = settings.queueTotalMaxBytes();
    return most > 0
        ? allBytes + bytes <= most
        : allBytes + 2L * bytes <= broker.sessionStore().usableBytes(); // after it: half and half
  }
}
