package io.fluxmqtt.api.spi.store;

import java.io.IOException;
import java.util.List;
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
    void completed(@org.jspecify.annotations.Nullable Throwable failure);
  }

  /** Takes what {@link #load} finds, session by session. */
  interface Visitor {
    /** A session; the calls that follow, up to the next session, belong to it. */
    void session(StoredSession session);

    /** One of its Subscriptions. */
    void subscription(StoredSubscription subscription);

    /** One of its deliveries, in the order of their message ids. */
    void delivery(StoredDelivery delivery, StoredMessage message);

    /** An outgoing identifier that awaits PUBCOMP. */
    void release(int packetId);

    /** An incoming QoS 2 identifier that awaits PUBREL. */
    void incoming(int packetId);
  }

  /**
   * Makes all changes or none. Never blocks; commits complete in the order they were given, and
   * each completes exactly once, on shutdown too (with a failure).
   */
  void commit(List<SessionChange> changes, Completion completion);

  /** Visits all sessions. Blocks for I/O; called before any commit. */
  void load(Visitor visitor) throws IOException;

  /** A session number that was never used, on this start or an earlier one. Never blocks. */
  long newSessionNumber();

  /** A message id above all that were handed out before, on this start or an earlier one. */
  long newMessageId();
}
