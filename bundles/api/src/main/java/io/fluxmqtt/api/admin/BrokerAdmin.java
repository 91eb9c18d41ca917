package io.fluxmqtt.api.admin;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * See and steer the broker. Calls may come from any thread and do not block it for long; lists are
 * snapshots in the order of their first column.
 */
@ProviderType
public interface BrokerAdmin {
  /** All sessions, connected or not. */
  CompletionStage<List<ClientInfo>> clients();

  /** One session. */
  CompletionStage<Optional<ClientInfo>> client(String clientId);

  /** The Client Identifiers of all sessions. */
  List<String> clientIds();

  /**
   * Closes a client's Network Connection with Reason Code 0x98 (Administrative action); its session
   * goes on as after any disconnect.
   *
   * @return false if there is no such client or it is not connected
   */
  CompletionStage<Boolean> kick(String clientId);

  /**
   * As {@link #kick}, with Reason Code 0x9C (Use another server) or 0x9D (Server moved) instead. A
   * 3.x client is not told, only closed.
   *
   * @param serverReference where to, such as {@code other.example.org:1883}
   * @param forGood whether the client is to go there from now on, not only this time
   * @throws IllegalArgumentException if the reference cannot be sent
   */
  CompletionStage<Boolean> redirect(
      String clientId, Optional<String> serverReference, boolean forGood);

  /** All Subscriptions, or those of one client. */
  CompletionStage<List<SubscriptionInfo>> subscriptions(Optional<String> clientId);

  /**
   * The Retained Messages whose topic matches a filter. Ends with an {@link java.io.IOException} if
   * the store cannot be read.
   *
   * @param limit at most so many
   * @throws IllegalArgumentException if the filter is not valid
   */
  CompletionStage<List<RetainedInfo>> retained(String filter, int limit);

  /** All listeners. */
  List<ListenerInfo> listeners();

  /** What is wrong now and what to do, a line each; empty if all is well. */
  List<String> problems();
}
