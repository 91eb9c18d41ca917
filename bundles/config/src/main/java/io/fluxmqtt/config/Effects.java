package io.fluxmqtt.config;

import io.fluxmqtt.api.admin.BrokerAdmin;
import io.fluxmqtt.api.admin.ChangeEffect;
import io.fluxmqtt.api.admin.ConfigurationChange;
import io.fluxmqtt.api.admin.ConfigurationEffect;
import io.fluxmqtt.api.admin.ListenerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What changes do, and to whom. */
final class Effects {
  private final Proposal proposal;
  private final List<ListenerInfo> listeners;

  private Effects(Proposal proposal, List<ListenerInfo> listeners) {
    this.proposal = proposal;
    this.listeners = listeners;
  }

  /**
   * What each change does that changes something, in their order.
   *
   * @param broker whose clients would be disturbed; if there is none, nobody is
   */
  static List<ConfigurationEffect> of(Proposal proposal, Optional<BrokerAdmin> broker) {
    Effects effects = new Effects(proposal, broker.map(BrokerAdmin::listeners).orElse(List.of()));
    List<ConfigurationEffect> found = new ArrayList<>();
    for (ConfigurationChange change : proposal.changes()) {
      effects.of(change).ifPresent(found::add);
    }
    return found;
  }

  private Optional<ConfigurationEffect> of(ConfigurationChange change) {
    String pid = change.pid();
    boolean was = proposal.before().has(pid);
    boolean is = proposal.after().has(pid);
    List<String> keys = proposal.changedKeys(pid);
    Definition definition = proposal.definition(pid).orElse(null);
    if (definition == null || (was == is && keys.isEmpty())) {
      return Optional.empty();
    }
    boolean isListener = Pids.isOf(Pids.LISTENER, pid);
    if (isListener && was && !is) {
      return Optional.of(listener(pid, keys, ChangeEffect.RESTARTS_LISTENER, "closes"));
    } else if (isListener && !was) {
      return Optional.of(listener(pid, keys, ChangeEffect.MOVES_LISTENER, "opens"));
    }
    ChangeEffect most = ChangeEffect.HOT;
    for (String key : keys) {
      ChangeEffect effect =
          definition.attribute(key).map(Attribute::effect).orElse(ChangeEffect.HOT);
      most = effect.compareTo(most) > 0 ? effect : most;
    }
    return Optional.of(
        switch (most) {
          case HOT -> nobody(pid, keys, most, "counts at once");
          case NEW_CONNECTIONS -> nobody(pid, keys, most, "counts for new connections");
          case MOVES_LISTENER ->
              isListener
                  ? listener(pid, keys, most, "opens its socket anew")
                  : nobody(pid, keys, most, "opens a socket anew");
          case RESTARTS_LISTENER -> listener(pid, keys, most, "restarts");
          case RESTARTS_LISTENERS -> everybody(pid, keys, most, "all listeners restart");
          case RESTARTS_BROKER -> everybody(pid, keys, most, "the broker restarts");
        });
  }

  private static ConfigurationEffect nobody(
      String pid, List<String> keys, ChangeEffect effect, String what) {
    return new ConfigurationEffect(
        pid, keys, effect, List.of(), 0, pid + " " + what + "; nobody is disconnected");
  }

  private ConfigurationEffect listener(
      String pid, List<String> keys, ChangeEffect effect, String what) {
    String name = Pids.name(pid);
    int clients =
        effect != ChangeEffect.RESTARTS_LISTENER
            ? 0
            : listeners.stream()
                .filter(each -> each.name().equals(name))
                .mapToInt(ListenerInfo::connections)
                .sum();
    return new ConfigurationEffect(
        pid,
        keys,
        effect,
        List.of(name),
        clients,
        "listener %s %s; %s".formatted(name, what, disconnected(clients)));
  }

  private ConfigurationEffect everybody(
      String pid, List<String> keys, ChangeEffect effect, String what) {
    int clients = listeners.stream().mapToInt(ListenerInfo::connections).sum();
    return new ConfigurationEffect(
        pid,
        keys,
        effect,
        listeners.stream().map(ListenerInfo::name).sorted().toList(),
        clients,
        what + "; " + disconnected(clients));
  }

  private static String disconnected(int clients) {
    return switch (clients) {
      case 0 -> "nobody is disconnected";
      case 1 -> "1 client is disconnected";
      default -> clients + " clients are disconnected";
    };
  }
}
