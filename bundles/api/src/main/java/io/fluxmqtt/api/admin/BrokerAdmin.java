package io.fluxmqtt.api.admin;

import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
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

  /** All sessions, connected or not, by what they hold and since when they are away. */
  CompletionStage<List<SessionInfo>> sessions();

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

  /**
   * Ends a session for good: its Subscriptions, its queue and what is in flight are gone, in the
   * store too. If it is connected its Network Connection is closed with Reason Code 0x98
   * (Administrative action). A Will Message that waits is published, as at the end of any session.
   *
   * <p>Ends once the store has removed it, with an {@link java.io.IOException} if it could not: the
   * session is gone then, but comes back with the next start.
   *
   * @return false if there is no such session
   */
  CompletionStage<Boolean> purge(String clientId);

  /**
   * As {@link #purge(String)}, but only if the session has had no Network Connection for so long;
   * that is decided when it would end, so a client that comes back meanwhile loses nothing.
   *
   * @param awaySeconds at least so long, 0 and more
   * @return false if there is no such session, it is connected, or not away for so long
   */
  CompletionStage<Boolean> purgeIfAway(String clientId, long awaySeconds);

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

  /**
   * The last refusals, the newest first: of connects, publishes, Wills and subscribes. How many are
   * remembered is configured; a flood of them is not noted in full.
   */
  List<RefusalInfo> refusals();

  /**
   * Asks the authorizers whether a client may do something, in order and with their deadlines, as
   * when it does it; and why.
   *
   * @param client who asks; it need not be connected, nor exist
   */
  CompletionStage<AccessRuling> explain(Client client, Access access);

  /** Who the client of a session is to authorizers, with what its authenticator found. */
  CompletionStage<Optional<Client>> identity(String clientId);

  /** All listeners. */
  List<ListenerInfo> listeners();

  /** The services that the access policy names, in its order; those that are missing too. */
  default List<PluginInfo> plugins() {
    return List.of();
  }

  /** What is wrong now and what to do, a line each; empty if all is well. */
  List<String> problems();

  /**
   * Those of {@link #problems} that keep clients from being served as configured until they are
   * mended: nobody is accepted, a listener does not listen, a policy is missing, retained messages
   * cannot be read. With the others, such as a bad value in whose place the old one stays, they
   * are.
   */
  List<String> outages();
}
