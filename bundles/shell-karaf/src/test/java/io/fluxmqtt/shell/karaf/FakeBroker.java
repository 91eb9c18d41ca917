package io.fluxmqtt.shell.karaf;

import io.fluxmqtt.api.admin.AccessRuling;
import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ClientInfo;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.admin.SessionInfo;
import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.message.QoS;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A broker that holds what a test puts in. */
final class FakeBroker implements BrokerAdmin {
  final List<ClientInfo> clients = new ArrayList<>();
  final List<SubscriptionInfo> subscriptions = new ArrayList<>();
  final List<RetainedInfo> retained = new ArrayList<>();
  final List<ListenerInfo> listeners = new ArrayList<>();
  final List<String> kicked = new ArrayList<>();
  final List<SessionInfo> sessions = new ArrayList<>();
  final List<String> purged = new ArrayList<>();
  final Set<String> back = new HashSet<>(); // who came back or ended meanwhile
  @Nullable Exception refusal; // of the store
  final List<RefusalInfo> refusals = new ArrayList<>();
  AccessRuling ruling = new AccessRuling(false, null, null, null, "nobody was asked", 0);
  Optional<Client> identity = Optional.empty(); // of one session
  @Nullable Client asked; // for whom an access was explained
  @Nullable Access wished; // which access

  /** Adds a client. */
  void client(String id, @Nullable String user, boolean connected) {
    Instant since = Instant.parse("2026-11-23T06:50:00Z");
    clients.add(
        new ClientInfo(
            id,
            user,
            "MQTT 5.0",
            "default",
            "127.0.0.1:40000",
            connected,
            since,
            60,
            0xFFFFFFFFL,
            2,
            3,
            4,
            500,
            6));
  }

  /** Adds a session, away for so long or connected. */
  void session(String id, @Nullable Long awaySeconds, int queued) {
    boolean isAway = awaySeconds != null;
    sessions.add(
        new SessionInfo(
            id,
            !isAway,
            true,
            2,
            queued,
            70L * queued,
            3,
            awaySeconds,
            isAway ? 7_200L : null,
            isAway ? 90L : null));
  }

  /** Adds a subscription. */
  void subscription(String clientId, String filter) {
    subscriptions.add(
        new SubscriptionInfo(clientId, filter, QoS.EXACTLY_ONCE, true, false, 1, 0, true));
  }

  @Override
  public CompletionStage<List<ClientInfo>> clients() {
    return CompletableFuture.completedFuture(clients);
  }

  @Override
  public CompletionStage<Optional<ClientInfo>> client(String clientId) {
    return CompletableFuture.completedFuture(
        clients.stream().filter(client -> client.clientId().equals(clientId)).findFirst());
  }

  @Override
  public List<String> clientIds() {
    return clients.stream().map(ClientInfo::clientId).toList();
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    return CompletableFuture.completedFuture(sessions);
  }

  @Override
  public CompletionStage<Boolean> purge(String clientId) {
    purged.add(clientId);
    return CompletableFuture.completedFuture(!back.contains(clientId));
  }

  @Override
  public CompletionStage<Boolean> purgeIfAway(String clientId, long awaySeconds) {
    purged.add(clientId + " if away for " + awaySeconds);
    return refusal == null
        ? CompletableFuture.completedFuture(!back.contains(clientId))
        : CompletableFuture.failedFuture(refusal);
  }

  @Override
  public CompletionStage<Boolean> kick(String clientId) {
    boolean connected =
        clients.stream().anyMatch(c -> c.clientId().equals(clientId) && c.connected());
    if (connected) {
      kicked.add(clientId);
    }
    return CompletableFuture.completedFuture(connected);
  }

  @Override
  public CompletionStage<Boolean> redirect(
      String clientId, Optional<String> serverReference, boolean forGood) {
    return kick(clientId)
        .thenApply(
            connected -> {
              kicked.add("to " + serverReference.orElse("-") + (forGood ? " for good" : ""));
              return connected;
            });
  }

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(Optional<String> clientId) {
    return CompletableFuture.completedFuture(
        subscriptions.stream()
            .filter(s -> clientId.isEmpty() || s.clientId().equals(clientId.get()))
            .toList());
  }

  @Override
  public CompletionStage<List<RetainedInfo>> retained(String filter, int limit) {
    TopicFilter parsed = TopicFilter.parse(filter);
    return CompletableFuture.completedFuture(
        retained.stream().filter(m -> parsed.matches(m.topic())).limit(limit).toList());
  }

  @Override
  public List<RefusalInfo> refusals() {
    return refusals;
  }

  @Override
  public CompletionStage<AccessRuling> explain(Client client, Access access) {
    asked = client;
    wished = access;
    return CompletableFuture.completedFuture(ruling);
  }

  @Override
  public CompletionStage<Optional<Client>> identity(String clientId) {
    return CompletableFuture.completedFuture(
        identity.filter(client -> client.clientId().equals(clientId)));
  }

  @Override
  public List<ListenerInfo> listeners() {
    return listeners;
  }

  @Override
  public List<String> problems() {
    return List.of();
  }

  @Override
  public List<String> outages() {
    return List.of();
  }
}
