package io.fluxmqtt.session.access;

import io.fluxmqtt.session.ListenerProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who could come in through a listener, and whether that is wanted. Any thread. */
final class Exposure {
  private final Map<String, ListenerProfile> listeners = new ConcurrentSkipListMap<>();

  /** Why a listener may not open, and what to set. */
  Optional<String> refusal(Policy policy, ListenerProfile listener) {
    listeners.put(listener.name(), listener);
    if (!isAnonymousRemote(policy, listener) || listener.allowAnonymousRemote()) {
      return Optional.empty();
    }
    String others =
        policy.authenticators().stream()
            .filter(slot -> !slot.anonymous())
            .map(Slot::name)
            .collect(Collectors.joining(","));
    String pid = "io.fluxmqtt.listener-" + listener.name() + ".cfg";
    String remedy =
        others.isEmpty()
            ? "set authenticators=file in io.fluxmqtt.access.cfg (and a password file)"
            : "set authenticators=%s in %s".formatted(others, pid);
    return Optional.of(
        "listener %s: it can be reached from other machines and anonymous clients are accepted; %s,"
                .formatted(listener.name(), remedy)
            + " or allowAnonymousRemote=true in %s to accept anyone".formatted(pid));
  }

  /** A listener is not configured any more. */
  void forget(String listener) {
    listeners.remove(listener);
  }

  /** What an operator should know of a listener. */
  static String note(Policy policy, ListenerProfile listener) {
    String who = asked(policy, listener).map(Slot::name).collect(Collectors.joining(", "));
    who = who.isEmpty() ? "nobody is accepted" : who;
    return listener.loopbackOnly() ? who + ", loopback only" : who;
  }

  /** Which of the listeners that were last seen accept nobody. */
  List<String> outages(Policy policy) {
    return listeners.values().stream()
        .filter(listener -> asked(policy, listener).findAny().isEmpty())
        .map(
            listener ->
                "listener %s: every client is refused, no authenticator counts there"
                    .formatted(listener.name()))
        .toList();
  }

  /** What else is wrong with them. */
  List<String> problems(Policy policy) {
    List<String> problems = new ArrayList<>();
    AccessSettings settings = policy.settings();
    for (ListenerProfile listener : listeners.values()) {
      if (listener.allowAnonymousRemote() && isAnonymousRemote(policy, listener)) {
        problems.add(
            "listener %s: anyone who can reach it is accepted (allowAnonymousRemote=true)"
                .formatted(listener.name()));
      }
      TreeSet<String> unknown = new TreeSet<>(listener.authenticators());
      settings.authenticators().forEach(unknown::remove);
      settings.enhanced().forEach(unknown::remove);
      if (!unknown.isEmpty()) {
        problems.add(
            "listener %s: authenticators=%s is ignored, io.fluxmqtt.access does not list it"
                .formatted(listener.name(), String.join(",", unknown)));
      }
    }
    return problems;
  }

  private static boolean isAnonymousRemote(Policy policy, ListenerProfile listener) {
    return !listener.loopbackOnly()
        && Stream.concat(policy.named(listener).stream(), policy.namedEnhanced(listener).stream())
            .anyMatch(Slot::anonymous);
  }

  private static Stream<Slot<?>> asked(Policy policy, ListenerProfile listener) {
    return Stream.concat(policy.asked(listener).stream(), policy.askedEnhanced(listener).stream());
  }
}
