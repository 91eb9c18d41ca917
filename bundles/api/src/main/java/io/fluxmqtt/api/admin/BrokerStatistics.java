package io.fluxmqtt.api.admin;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** Counters since the broker started. Any thread, never blocks. */
@ProviderType
public interface BrokerStatistics {
  /**
   * A snapshot.
   *
   * @param connections Network Connections with a session now
   * @param sessions sessions now, connected or not
   * @param subscriptions Subscriptions now
   * @param retainedMessages Retained Messages now
   * @param retainedBytes their topics and payloads in bytes
   * @param queuedMessages messages that wait in the queues of all sessions now, in each for itself
   * @param queuedBytes their topics and payloads in bytes, about
   * @param messagesReceived PUBLISH packets received
   * @param messagesSent PUBLISH packets sent
   * @param dropped messages dropped, by reason
   * @param refused connections refused, by Reason Code name
   */
  record Snapshot(
      long connections,
      long sessions,
      long subscriptions,
      long retainedMessages,
      long retainedBytes,
      long queuedMessages,
      long queuedBytes,
      long messagesReceived,
      long messagesSent,
      Map<String, Long> dropped,
      Map<String, Long> refused) {
    /** Copies the maps. */
    public Snapshot {
      dropped = Map.copyOf(dropped);
      refused = Map.copyOf(refused);
    }
  }

  /** The counters now. */
  Snapshot snapshot();

  /**
   * How many messages were acknowledged before they were safe from a power cut, as the operator
   * wants it for their topics: by {@code interval} and {@code memory}, those that are not 0. Such
   * as nobody had to keep do not count.
   */
  default Map<String, Long> acknowledgedUnsynced() {
    return Map.of();
  }
}
