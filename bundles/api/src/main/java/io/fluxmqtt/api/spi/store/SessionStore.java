package io.fluxmqtt.api.spi.store;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Keeps the state of sessions that outlive their Network Connection. Registered as a service with
 * the property {@link #NAME}.
 */
@ProviderType
public interface SessionStore {
  /** Service property: the name by which the session manager picks its store. String, required. */
  String NAME = "mqtt.store.name";

  /** Told once how a commit ended, on a thread of the store; must not block. */
  @FunctionalInterface
  interface Completion {
    /** {@code failure} is null if all is as durable as configured. */
    void completed(@Nullable Throwable failure);
  }

  /**
   * Takes what {@link #load} finds: session by session all but their deliveries, then the
   * deliveries of all.
   */
  interface Visitor {
    /** A session; what follows, up to the next session or the first delivery, belongs to it. */
    void session(StoredSession session);

    /** One of its Subscriptions. */
    void subscription(StoredSubscription subscription);

    /** An outgoing identifier that awaits PUBCOMP. */
    void release(int packetId);

    /** An incoming QoS 2 identifier that awaits PUBREL. */
    void incoming(int packetId);

    /**
     * A delivery, in the order of message ids. Those of one message follow each other, with the
     * same instance of it. There may be more than the heap has room for: what waits, and was not
     * sent yet, is found again by {@link #read}.
     *
     * @param number of its session
     */
    void delivery(long number, StoredDelivery delivery, StoredMessage message);
  }

  /** A delivery with its message. */
  record Queued(StoredDelivery delivery, StoredMessage message) {}

  /**
   * What was read of a queue.
   *
   * @param found in the order of message ids
   * @param looked how many of the ids were looked at, the first ones; of these, what was not found
   *     is not there, or damaged
   */
  record QueueSlice(List<Queued> found, int looked) {
    /** Copies the list. */
    public QueueSlice {
      found = List.copyOf(found);
    }
  }

  /** Takes what was read. */
  @FunctionalInterface
  interface QueueAnswer {
    /**
     * Called exactly once, on a thread of the store, or on the caller's if the store is closed;
     * must not block.
     *
     * @param slice what was read, nothing after a failure
     * @param failure why nothing could be read, or null
     */
    void read(QueueSlice slice, @Nullable IOException failure);
  }

  /**
   * Makes all changes or none. Never blocks; commits complete in the order they were given, and
   * each completes exactly once, on shutdown too (with a failure).
   *
   * @param durability what the completion waits for
   */
  void commit(List<SessionChange> changes, Durability durability, Completion completion);

  /** As above; completes when it is synced. */
  default void commit(List<SessionChange> changes, Completion completion) {
    commit(changes, Durability.SYNC, completion);
  }

  /**
   * Whether more is under way than the store should hold, or the last write has failed or the next
   * one would, as far as is known: who gives it more should wait for the sync then, whatever they
   * otherwise do. A later commit shows whether that is over. Never blocks.
   */
  boolean isStrained();

  /** Visits all sessions. Blocks for I/O; called before any commit. */
  void load(Visitor visitor) throws IOException;

  /**
   * Reads deliveries of a session, all or the first few. What was committed and has completed
   * before the call is seen; what is under way may be or not. Never blocks.
   *
   * @param number of the session
   * @param messageIds in ascending order, at least one; not changed afterwards
   * @param maxBytes stop when the messages found take so many bytes, about
   */
  void read(long number, long[] messageIds, long maxBytes, QueueAnswer answer);

  /** Bytes of what was committed and has not completed, about. Never blocks. */
  default long pendingBytes() {
    return 0;
  }

  /**
   * Bytes that are free where the data is kept, as it was a few seconds ago; {@link Long#MAX_VALUE}
   * if that is not known, or on the Java heap. Never blocks.
   */
  default long usableBytes() {
    return Long.MAX_VALUE;
  }

  /** A session number that was never used, on this start or an earlier one. Never blocks. */
  long newSessionNumber();

  /** A message id above all that were handed out before, on this start or an earlier one. */
  long newMessageId();

  /**
   * The time by which all that is stored expires, in milliseconds: about the time since the epoch,
   * but it never jumps. It passes as {@link System#nanoTime} does while the store is there, and
   * goes on over a restart, with the time away as far as the system clock can be believed. So after
   * a restart it may stand a little behind what was stored last, and far behind the system clock.
   */
  long nowMillis();
}
