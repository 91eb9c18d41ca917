package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.AccessRuling;
import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.admin.ClientInfo;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.ListenerInfo.State;
import io.fluxmqtt.api.admin.PluginInfo;
import io.fluxmqtt.api.admin.RefusalInfo;
import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.admin.SessionInfo;
import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.api.spi.access.Access;
import io.fluxmqtt.api.spi.access.Client;
import io.fluxmqtt.session.Redirect;
import io.fluxmqtt.session.access.Explanation;
import io.fluxmqtt.session.access.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What shells and consoles see of the broker and do to it. State is read by its owner. */
public final class Administration implements BrokerAdmin, BrokerStatistics {
  private final Broker broker;
  private final Purge purge;
  private final Supplier<List<ListenerInfo>> listeners;
  private final Supplier<Optional<String>> badConfiguration;

  /**
   * Over a broker.
   *
   * @param listeners those that are there when asked
   * @param badConfiguration why the newest configuration of the session manager is not in force
   */
  public Administration(
      Broker broker,
      Supplier<List<ListenerInfo>> listeners,
      Supplier<Optional<String>> badConfiguration) {
    this.broker = broker;
    this.purge = new Purge(broker);
    this.listeners = listeners;
    this.badConfiguration = badConfiguration;
  }

  @Override
  public CompletionStage<List<ClientInfo>> clients() {
    return Survey.ask(broker.sessions().all(), session -> session.report().clientInfo())
        .thenApply(infos -> sorted(infos, Comparator.comparing(ClientInfo::clientId)));
  }

  @Override
  public CompletionStage<Optional<ClientInfo>> client(String clientId) {
    Session session = broker.sessions().find(clientId);
    if (session == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return Survey.ask(session, found -> Optional.of(found.report().clientInfo()));
  }

  @Override
  public List<String> clientIds() {
    return broker.sessions().all().stream().map(Session::clientId).sorted().toList();
  }

  @Override
  public CompletionStage<Boolean> kick(String clientId) {
    return kick(clientId, null);
  }

  @Override
  public CompletionStage<Boolean> redirect(
      String clientId, Optional<String> serverReference, boolean forGood) {
    return kick(
        clientId,
        new Redirect(
            forGood ? ReasonCode.SERVER_MOVED : ReasonCode.USE_ANOTHER_SERVER,
            serverReference.orElse(null)));
  }

  private CompletionStage<Boolean> kick(String clientId, @Nullable Redirect redirect) {
    Session session = broker.sessions().find(clientId);
    if (session == null) {
      return CompletableFuture.completedFuture(false);
    }
    return Survey.ask(session, found -> kick(found, redirect));
  }

  private static boolean kick(Session session, @Nullable Redirect redirect) {
    ClientConnection connection = session.connection();
    if (connection == null) {
      return false;
    }
    if (redirect == null) {
      connection.disconnect(ReasonCode.ADMINISTRATIVE_ACTION);
    } else {
      connection.redirect(redirect);
    }
    return true;
  }

  @Override
  public CompletionStage<List<SessionInfo>> sessions() {
    return Survey.<SessionInfo>ask(
            broker.sessions().all(),
            session -> session.isEnded() ? null : session.report().sessionInfo(broker.nanoTime()))
        .thenApply(infos -> sorted(infos, Comparator.comparing(SessionInfo::clientId)));
  }

  @Override
  public CompletionStage<Boolean> purge(String clientId) {
    return purge.purge(clientId);
  }

  @Override
  public CompletionStage<Boolean> purgeIfAway(String clientId, long awaySeconds) {
    return purge.purgeIfAway(clientId, awaySeconds);
  }

  @Override
  public CompletionStage<List<SubscriptionInfo>> subscriptions(Optional<String> clientId) {
    Collection<Session> sessions =
        clientId
            .<Collection<Session>>map(
                id -> {
                  Session session = broker.sessions().find(id);
                  return session == null ? List.of() : List.of(session);
                })
            .orElseGet(() -> broker.sessions().all());
    return Survey.ask(sessions, session -> session.subscriptions().infos())
        .thenApply(
            lists ->
                sorted(
                    lists.stream().flatMap(List::stream).toList(),
                    Comparator.comparing(SubscriptionInfo::clientId)
                        .thenComparing(SubscriptionInfo::filter)));
  }

  @Override
  public CompletionStage<List<RetainedInfo>> retained(String filter, int limit) {
    if (!TopicFilter.isValidFilter(filter)) {
      throw new IllegalArgumentException("'" + filter + "' is not a valid Topic Filter");
    }
    return new RetainedListing(broker, filter, limit)
        .list()
        .thenApply(infos -> sorted(infos, Comparator.comparing(RetainedInfo::topic)));
  }

  @Override
  public List<RefusalInfo> refusals() {
    return broker.refusals().newestFirst();
  }

  @Override
  public CompletionStage<AccessRuling> explain(Client client, Access access) {
    CompletableFuture<AccessRuling> answer = new CompletableFuture<>();
    broker.access().explain(client, access, found -> answer.complete(ruling(found)));
    return answer;
  }

  private static AccessRuling ruling(Explanation found) {
    return new AccessRuling(
        found.verdict() == Verdict.ALLOWED,
        found.authorizer(),
        found.bundle(),
        found.rule(),
        found.text(),
        found.epoch());
  }

  @Override
  public CompletionStage<Optional<Client>> identity(String clientId) {
    Session session = broker.sessions().find(clientId);
    if (session == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return Survey.ask(session, found -> Optional.of(found.report().client()));
  }

  @Override
  public List<ListenerInfo> listeners() {
    return sorted(listeners.get(), Comparator.comparing(ListenerInfo::name));
  }

  @Override
  public List<PluginInfo> plugins() {
    return broker.access().plugins();
  }

  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>(broker.access().problems());
    badConfiguration.get().ifPresent(problems::add);
    problems.addAll(ownOutages());
    problems.addAll(listenerProblems(listener -> listener.state() == State.LISTENING));
    return problems;
  }

  @Override
  public List<String> outages() {
    List<String> outages = new ArrayList<>(broker.access().outages());
    outages.addAll(ownOutages());
    return outages;
  }

  private List<String> ownOutages() {
    List<String> outages = new ArrayList<>();
    Optional.ofNullable(broker.retained().problem()).ifPresent(outages::add);
    outages.addAll(listenerProblems(listener -> listener.state() != State.LISTENING));
    if (listeners.get().isEmpty()) {
      outages.add(
          "there is no listener, so no client can connect: start the bundle io.fluxmqtt.transport"
              + " and configure one in io.fluxmqtt.listener-<name>.cfg");
    }
    return outages;
  }

  private List<String> listenerProblems(Predicate<ListenerInfo> which) {
    return listeners().stream()
        .filter(which)
        .flatMap(
            listener ->
                Stream.ofNullable(listener.problem())
                    .map(problem -> "listener %s: %s".formatted(listener.name(), problem)))
        .toList();
  }

  @Override
  public Snapshot snapshot() {
    Counters counters = broker.counters();
    return new Snapshot(
        counters.connections.sum(),
        broker.sessions().size(),
        counters.subscriptions.sum(),
        broker.retained().count(),
        broker.retained().bytes(),
        Math.max(0, counters.queued.sum()),
        Math.max(0, broker.queuedBytes().sum()),
        counters.received.sum(),
        counters.sent.sum(),
        counters.drops(),
        counters.refusals());
  }

  @Override
  public Map<String, Long> acknowledgedUnsynced() {
    return broker.counters().promises();
  }

  private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
    return list.stream().sorted(order).toList();
  }
}
