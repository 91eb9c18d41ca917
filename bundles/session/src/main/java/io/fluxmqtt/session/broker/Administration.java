package io.fluxmqtt.session.broker;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.BrokerStatistics;
import io.fluxmqtt.api.admin.ClientInfo;
import io.fluxmqtt.api.admin.ListenerInfo;
import io.fluxmqtt.api.admin.RetainedInfo;
import io.fluxmqtt.api.admin.SubscriptionInfo;
import io.fluxmqtt.api.message.ReasonCode;
import io.fluxmqtt.api.message.TopicFilter;
import io.fluxmqtt.session.Redirect;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What shells and consoles see of the broker and do to it. State is read by its owner. */
public final class Administration implements BrokerAdmin, BrokerStatistics {
  private final Broker broker;
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
    this.listeners = listeners;
    this.badConfiguration = badConfiguration;
  }

  @Override
  public CompletionStage<List<ClientInfo>> clients() {
    return ask(broker.sessions().all(), Session::info)
        .thenApply(infos -> sorted(infos, Comparator.comparing(ClientInfo::clientId)));
  }

  @Override
  public CompletionStage<Optional<ClientInfo>> client(String clientId) {
    Session session = broker.sessions().find(clientId);
    if (session == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return ask(session, Session::info).thenApply(Optional::of);
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
    return ask(session, found -> found.kick(redirect));
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
    return ask(sessions, session -> session.subscriptions().infos())
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
  public List<ListenerInfo> listeners() {
    return sorted(listeners.get(), Comparator.comparing(ListenerInfo::name));
  }

  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>(broker.access().problems());
    badConfiguration.get().ifPresent(problems::add);
    Optional.ofNullable(broker.retained().problem()).ifPresent(problems::add);
    for (ListenerInfo listener : listeners()) {
      if (listener.problem() != null) {
        problems.add(listener.problem());
      }
    }
    return problems;
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
        counters.received.sum(),
        counters.sent.sum(),
        counters.drops(),
        counters.refusals());
  }

  private static <T> CompletableFuture<T> ask(Session session, Function<Session, T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    session.command(
        () -> {
          try {
            answer.complete(question.apply(session));
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  private static <T> CompletableFuture<List<T>> ask(
      Collection<Session> sessions, Function<Session, T> question) {
    List<CompletableFuture<T>> answers =
        sessions.stream().map(session -> ask(session, question)).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
  }

  private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
    return list.stream().sorted(order).toList();
  }
}
