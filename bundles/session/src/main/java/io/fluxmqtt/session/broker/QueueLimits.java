package io.fluxmqtt.session.broker;

import io.fluxmqtt.session.broker.BrokerSettings.Overflow;

/**
 * How much may wait for a client, and what happens to more.
 *
 * @param maxMessages QoS 1 and 2 messages that may wait
 * @param maxBytes the same in bytes
 * @param spillMaxBytes in place of both where the policy is {@link Overflow#SPILL}, for what can
 *     wait in the store
 */
record QueueLimits(Overflow overflow, int maxMessages, long maxBytes, long spillMaxBytes) {
  /** The room of a queue that takes whatever comes. */
  static final long PLENTY = Long.MAX_VALUE;

  private static final int NEAR = 4; // a part of the limit
  private static final int MARGIN = 8;

  /** How many may wait. */
  int messages(boolean inStore) {
    return spills(inStore) ? Integer.MAX_VALUE : maxMessages;
  }

  /** How many bytes may wait. */
  long bytes(boolean inStore) {
    return spills(inStore) ? spillMaxBytes : maxBytes;
  }

  private boolean spills(boolean inStore) {
    return inStore && overflow == Overflow.SPILL;
  }

  /**
   * How large a message may be that is still taken, in bytes: {@link #PLENTY} while that is far
   * more than a message, and where what waits makes room. A queue that spills says so a little
   * early, so that it has room for what is acknowledged already and on its way to it.
   *
   * @param inStore whether the store has what waits
   * @param margin for what is on its way, in bytes
   */
  long room(int messages, long bytes, boolean connected, boolean inStore, long margin) {
    if (overflow == Overflow.DROP_OLDEST || (overflow == Overflow.DISCONNECT && connected)) {
      return PLENTY;
    }
    if (messages >= messages(inStore)) {
      return 0;
    }
    long limit = bytes(inStore);
    long left = limit - bytes - (spills(inStore) ? Math.min(limit / MARGIN, margin) : 0);
    return left > limit / NEAR ? PLENTY : Math.max(0, left);
  }

  /** Whether it is far from being full. */
  boolean isHalfEmpty(int messages, long bytes, boolean inStore) {
    return messages <= messages(inStore) / 2 && bytes <= bytes(inStore) / 2;
  }
}
