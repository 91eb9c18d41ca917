package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.spi.store.SessionChange;
import io.fluxmqtt.session.broker.BrokerSettings.Overflow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits of one session, within its limits. Where nothing that waits makes room for what comes,
 * publishers are told how much room there is; and the log is told when messages begin to be dropped
 * and when that is over. Owned by the session's loop.
 */
final class BoundedQueue {
  /** So many leave at a time when a limit was lowered. */
  static final int CUT_AT_ONCE = 500;

  private final Session session;
  private final Broker broker;
  private final Drops drops;
  private final WaitingQueue waiting;
  private QueuePolicies known; // that the policy is from
  private QueuePolicy policy;
  private boolean connected;
  private int cut; // dropped so far since a limit was lowered

  BoundedQueue(Session session, Broker broker, Drops drops, boolean connected) {
    this.session = session;
    this.broker = broker;
    this.drops = drops;
    this.waiting = new WaitingQueue(session, broker);
    this.known = broker.queuePolicies();
    this.policy = known.forClient(session.clientId());
    this.connected = connected;
  }

  int size() {
    return waiting.size();
  }

  /** What is not withheld. */
  int ready() {
    return waiting.ready();
  }

  long bytes() {
    return waiting.bytes();
  }

  /** Whether only the store has some of it. */
  boolean needsStore() {
    return waiting.needsStore();
  }

  /** The client has come or gone. */
  void connected(boolean is) {
    connected = is;
    settled();
  }

  /** Adds a message whatever the limits are. */
  void add(Delivery delivery) {
    waiting.add(delivery);
    broker.queuedBytes().add(delivery.bytes());
    broker.counters().queued.increment();
    settled();
  }

  /** Adds a message, or drops one; returns false if the client is to be disconnected for it. */
  boolean offer(Delivery delivery) {
    Counters.Drop reason =
        makeRoom(
            delivery.publication,
            delivery.isStored() && delivery.group == null,
            broker.counters().queued.sum(),
            broker.queuedBytes().sum());
    if (reason == null) {
      add(delivery);
      return true;
    }
    drop(delivery.publication, delivery.isStored(), reason);
    return reason != Counters.Drop.QUEUE_FULL
        || limits(delivery.publication).overflow() != Overflow.DISCONNECT;
  }

  /**
   * As {@link #offer}, while the client is away.
   *
   * @param allMessages what all queues hold
   * @param allBytes the same in bytes
   * @return the bytes that this queue has grown by, which the caller counts among those of all, as
   *     one message
   */
  int keep(Publication publication, byte grant, long allMessages, long allBytes) {
    boolean stored = DeliveryQueue.isStored(grant);
    Counters.Drop reason = makeRoom(publication, stored, allMessages, allBytes);
    if (reason != null) {
      drop(publication, stored, reason);
      return 0;
    }
    waiting.add(publication, grant);
    settled();
    return publication.bytes();
  }

  /** As {@link WaitingQueue#first}. */
  @Nullable Publication first() {
    return waiting.first();
  }

  /** As {@link WaitingQueue#poll}. */
  @Nullable Delivery poll() {
    Delivery first = waiting.poll();
    if (first != null) {
      settled();
    }
    return first;
  }

  /** As {@link WaitingQueue#withhold}. */
  void withhold(Delivery delivery) {
    waiting.withhold(delivery);
    settled();
  }

  /** As {@link WaitingQueue#putBack}. */
  void putBack() {
    waiting.putBack();
  }

  /** As {@link WaitingQueue#countWithheld}. */
  int countWithheld() {
    return waiting.countWithheld();
  }

  /** As {@link WaitingQueue#end}. */
  List<Delivery> end() {
    drops.roomIs(QueueLimits.PLENTY);
    return waiting.end();
  }

  /** Says that messages are dropped for want of room, unless that was said. */
  void tell(Counters.Drop reason) {
    if (drops.overflowBegins()) {
      broker.overflowLog().began(session, reason, size(), bytes(), policy().general());
    }
  }

  /**
   * Limits may be lower than before: where the oldest makes room, what is too much is dropped, a
   * part at a time. Elsewhere what waits stays, and nothing is added to it.
   */
  void cut() {
    QueueLimits limits = policy().general();
    if (limits.overflow() != Overflow.DROP_OLDEST) {
      settled();
      return;
    }
    int gone = 0;
    while (isAbove(limits) && gone < CUT_AT_ONCE && waiting.dropFirst()) {
      drops.count(Counters.Drop.QUEUE_FULL);
      gone++;
    }
    cut += gone;
    if (gone == CUT_AT_ONCE) {
      session.command(session.outbox()::cut);
    } else if (cut > 0) {
      broker.overflowLog().cut(session, cut, size());
      cut = 0;
    }
    settled();
  }

  private boolean isAbove(QueueLimits limits) {
    return size() > limits.maxMessages() || bytes() > limits.maxBytes();
  }

  /** The limits that count for a message. */
  QueueLimits limits(Publication publication) {
    return policy().of(publication.message().topic());
  }

  /** Makes room for a message as the policy says; returns why it must be dropped, or null. */
  private Counters.@Nullable Drop makeRoom(
      Publication publication, boolean inStore, long allMessages, long allBytes) {
    int bytes = publication.bytes();
    if (!broker.queueTotals().haveRoom(bytes, inStore, allMessages, allBytes)) {
      return Counters.Drop.TOTAL_QUEUE_FULL;
    }
    QueueLimits limits = limits(publication);
    int most = limits.messages(inStore);
    long mostBytes = limits.bytes(inStore);
    if (limits.overflow() == Overflow.DROP_OLDEST && bytes <= mostBytes) {
      // more may wait since a limit was lowered, which goes in its own time, see cut
      int mostNow = Math.max(most, size());
      long mostBytesNow = Math.max(mostBytes, bytes());
      while ((size() >= mostNow || bytes() + bytes > mostBytesNow) && dropFirst()) {
        // the work is in the condition
      }
      return null;
    }
    return size() < most && bytes() + bytes <= mostBytes ? null : Counters.Drop.QUEUE_FULL;
  }

  private boolean dropFirst() {
    boolean any = waiting.dropFirst();
    if (any) {
      drops.count(Counters.Drop.QUEUE_FULL);
      tell(Counters.Drop.QUEUE_FULL);
    }
    return any;
  }

  private void drop(Publication publication, boolean stored, Counters.Drop reason) {
    drops.count(reason);
    if (stored) {
      session
          .owner()
          .journal()
          .record(new SessionChange.RemoveDelivery(session.number(), publication.storeId()));
    }
    tell(reason);
    settled();
  }

  /** What waits has changed, or who waits for it. */
  private void settled() {
    QueuePolicy now = policy();
    boolean inStore = session.isDurable();
    drops.roomIs(
        now.room(size(), bytes(), connected, inStore, broker.settings().mailboxMaxBytes()));
    if (drops.isOverflowing() && now.general().isHalfEmpty(size(), bytes(), inStore)) {
      broker.overflowLog().ended(session, drops.overflowEnds());
    }
  }

  private QueuePolicy policy() {
    QueuePolicies current = broker.queuePolicies();
    if (known != current) {
      known = current;
      policy = current.forClient(session.clientId());
    }
    return policy;
  }
}
